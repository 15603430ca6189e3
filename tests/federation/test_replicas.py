"""A cluster with two URLs: either can answer, and the slower or the broken one costs little."""

import asyncio

import pytest

from aggregator.clusters.values import Breaker, Prometheus
from aggregator.errors import ClusterFailed, ClusterRefused, FailureKind
from aggregator.federation.question import Answered
from tests.fakes.http import FakeServer, response, serving
from tests.fakes.left_behind import nothing_left_behind
from tests.fakes.misbehaving import always, is_silent
from tests.fakes.prometheus import fake_prometheus
from tests.federation.asking import fleet_of, one, reply_of
from tests.federation.test_limits import DUPLICATES, TOO_MANY


def pair(*servers: FakeServer, timeout: float = 20, breaker: Breaker | None = None) -> Prometheus:
    return Prometheus(tuple(server.url for server in servers), timeout=timeout, breaker=breaker or Breaker())


async def test_the_first_is_asked_and_the_other_left_in_peace() -> None:
    async with fake_prometheus() as first, fake_prometheus() as second:
        reply = await reply_of(pair(first, second))

    assert isinstance(reply, Answered)
    assert (len(first.requests), len(second.requests)) == (1, 0)


async def test_when_the_first_fails_the_other_is_asked_at_once() -> None:
    async with serving(always(response(500, b""))) as first, fake_prometheus() as second:
        reply = await reply_of(pair(first, second, timeout=600))

    assert isinstance(reply, Answered)
    assert (len(first.requests), len(second.requests)) == (1, 1)


async def test_when_the_first_is_slow_the_other_is_asked_as_well_and_the_first_is_let_go() -> None:
    async with (
        nothing_left_behind(),
        serving(is_silent) as first,
        fake_prometheus() as second,
        fleet_of(pair(first, second, timeout=2)) as fleet,
    ):
        reply = await one(fleet)
        await first.until(lambda server: server.given_up == 1 and server.open_connections == 0)

    assert isinstance(reply, Answered)


async def test_the_first_may_still_answer_after_the_other_was_asked() -> None:
    holding = asyncio.Event()
    async with (
        fake_prometheus(value=1, holding=holding) as first,
        serving(is_silent) as second,
        fleet_of(pair(first, second, timeout=2)) as fleet,
    ):
        asking = asyncio.create_task(one(fleet))
        await second.until(lambda server: server.answering == 1)
        holding.set()
        reply = await asking
        await second.until(lambda server: server.given_up == 1)

    assert isinstance(reply, Answered)


async def test_when_both_fail_both_reasons_are_given() -> None:
    async with serving(always(response(500, b""))) as first, serving(always(response(429, b""))) as second:
        reply = await reply_of(pair(first, second))

    reason = "500: Internal Server Error; its replica: 429: Too Many Requests"
    assert reply == ClusterFailed("lisbon", FailureKind.STATUS, reason)


async def test_when_both_fail_alike_the_reason_is_given_once() -> None:
    async with serving(is_silent) as first, serving(is_silent) as second:
        reply = await reply_of(pair(first, second, timeout=0.3))

    assert reply == ClusterFailed("lisbon", FailureKind.TIMEOUT, "no answer in 0.3 s")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (DUPLICATES, ClusterRefused("lisbon", 422, "execution", "found duplicate series for the match group {}")),
        (
            TOO_MANY,
            ClusterFailed(
                "lisbon",
                FailureKind.LIMIT,
                "query processing would load too many samples into memory in query execution",
            ),
        ),
    ],
    ids=["refused", "limit"],
)
async def test_what_the_other_would_say_as_well_is_not_asked_twice(
    answer: bytes, expected: ClusterRefused | ClusterFailed
) -> None:
    async with serving(always(response(422, answer))) as first, fake_prometheus() as second:
        reply = await reply_of(pair(first, second))

    assert reply == expected
    assert second.requests == []


async def test_a_replica_that_keeps_failing_is_passed_over_and_the_cluster_is_well() -> None:
    async with (
        serving(always(response(500, b""))) as first,
        fake_prometheus() as second,
        fleet_of(pair(first, second, breaker=Breaker(failures=2, open=60))) as fleet,
    ):
        replies = [await one(fleet) for _ in range(4)]
        states = fleet.breakers()

    assert all(isinstance(reply, Answered) for reply in replies)
    assert (len(first.requests), len(second.requests)) == (2, 4)
    assert states == {"lisbon": "closed"}
