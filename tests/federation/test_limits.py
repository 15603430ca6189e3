"""Each key that limits what a cluster is asked, seen on the wire: time, turns, sizes, breakers."""

import asyncio
import re
import time

import pytest

from aggregator.clusters.values import Breaker, Prometheus
from aggregator.errors import ClusterFailed, ClusterRefused, FailureKind
from aggregator.federation.question import Answered
from tests.fakes.http import Request, response, send, serving
from tests.fakes.misbehaving import always, is_silent, then_closes
from tests.fakes.prometheus import fake_prometheus, prometheus_answer
from tests.federation.asking import fleet_of, one, question, reached_at, reply_of, within

TOO_MANY = (
    b'{"status":"error","errorType":"execution",'
    b'"error":"query processing would load too many samples into memory in query execution"}'
)
DUPLICATES = b'{"status":"error","errorType":"execution","error":"found duplicate series for the match group {}"}'
BROKEN = response(500, b"")


async def good(request: Request, writer: asyncio.StreamWriter) -> None:
    await send(writer, response(200, prometheus_answer(request, 1)))


async def test_timeout_is_how_long_one_cluster_is_waited_for() -> None:
    async with serving(is_silent) as server:
        started = time.monotonic()
        reply = await reply_of(reached_at(server, timeout=0.2))

    assert reply == ClusterFailed("lisbon", FailureKind.TIMEOUT, "no answer in 0.2 s")
    assert time.monotonic() - started < 5


async def test_the_deadline_of_the_query_goes_before_the_timeout_of_the_cluster() -> None:
    async with serving(is_silent) as server:
        reply = await reply_of(reached_at(server), seconds=0.2)

    assert reply == ClusterFailed("lisbon", FailureKind.TIMEOUT, "no answer in 0.2 s")


async def test_the_timeout_holds_while_a_connection_is_made_as_well() -> None:
    async with serving(is_silent) as server:
        reply = await reply_of(Prometheus((server.url.replace("http:", "https:"),), timeout=0.2))

    assert reply == ClusterFailed("lisbon", FailureKind.TIMEOUT, "no answer in 0.2 s")


async def test_nobody_is_asked_when_the_deadline_is_over() -> None:
    async with fake_prometheus() as server:
        reply = await reply_of(reached_at(server), seconds=-1)

    assert reply == ClusterFailed("lisbon", FailureKind.TIMEOUT, "not asked: the time for the query was over")
    assert server.requests == []


async def test_max_in_flight_is_how_many_questions_a_cluster_has_at_once() -> None:
    holding = asyncio.Event()
    async with fake_prometheus(holding=holding) as server, fleet_of(reached_at(server, max_in_flight=2)) as fleet:
        asking = asyncio.create_task(fleet.ask([question()] * 5, within(5)))
        await server.until(lambda server: server.answering == 2)
        holding.set()
        replies = await asking

    assert all(isinstance(reply, Answered) for reply in replies)
    assert (len(server.requests), server.most_at_once) == (5, 2)


async def test_waiting_for_a_turn_counts_into_the_deadline() -> None:
    async with serving(is_silent) as server, fleet_of(reached_at(server, max_in_flight=1)) as fleet:
        replies = await fleet.ask([question()] * 2, within(1))

    failed = replies[1]
    assert isinstance(failed, ClusterFailed)
    assert failed.kind is FailureKind.TIMEOUT
    assert re.fullmatch(r"no turn in (1|0\.\d+) s: it has 1 other question to answer", failed.reason)
    assert len(server.requests) == 1


@pytest.mark.parametrize(("max_body", "is_taken"), [(20_000, True), (5_000, False)])
async def test_max_body_is_the_largest_answer_that_is_taken(max_body: int, *, is_taken: bool) -> None:
    body = b'{"data":"' + b"x" * 10_000 + b'"}'
    async with serving(always(response(200, body))) as server:
        reply = await reply_of(reached_at(server, max_body=max_body))

    if is_taken:
        assert isinstance(reply, Answered)
    else:
        assert reply == ClusterFailed("lisbon", FailureKind.TOO_LARGE, "its answer is larger than 4.88 KiB")


async def test_after_so_many_failures_in_a_row_a_cluster_is_left_alone() -> None:
    async with (
        serving(always(BROKEN)) as server,
        fleet_of(reached_at(server, breaker=Breaker(failures=2, open=60))) as fleet,
    ):
        replies = [await one(fleet) for _ in range(4)]
        states = fleet.breakers()

    assert [reply.kind for reply in replies if isinstance(reply, ClusterFailed)] == ["status"] * 2 + ["breaker"] * 2
    reason = "not asked for another 60 s, after 2 failures in a row: 500: Internal Server Error"
    assert replies[-1] == ClusterFailed("lisbon", FailureKind.BREAKER, reason)
    assert len(server.requests) == 2
    assert states == {"lisbon": "open"}


async def test_after_its_rest_a_cluster_is_tried_again_and_is_well_once_it_answers() -> None:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        await (send(writer, BROKEN) if len(server.requests) == 1 else good(request, writer))

    # A rest of almost nothing is over as soon as it has begun.
    async with (
        serving(behave) as server,
        fleet_of(reached_at(server, breaker=Breaker(failures=1, open=1e-9))) as fleet,
    ):
        await one(fleet)
        before = fleet.breakers()
        reply = await one(fleet)
        after = fleet.breakers()

    assert isinstance(reply, Answered)
    assert (before, after) == ({"lisbon": "half_open"}, {"lisbon": "closed"})


async def test_while_one_question_tries_a_cluster_out_the_others_are_not_asked() -> None:
    holding = asyncio.Event()

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if len(server.requests) == 1:
            await send(writer, BROKEN)
        else:
            await holding.wait()
            await good(request, writer)

    async with (
        serving(behave) as server,
        fleet_of(reached_at(server, breaker=Breaker(failures=1, open=1e-9))) as fleet,
    ):
        await one(fleet)
        trying = asyncio.create_task(one(fleet))
        await server.until(lambda server: len(server.requests) == 2)
        other = await one(fleet)
        holding.set()
        tried = await trying

    reason = "not asked while it is being tried again, after 1 failure in a row: 500: Internal Server Error"
    assert other == ClusterFailed("lisbon", FailureKind.BREAKER, reason)
    assert isinstance(tried, Answered)


@pytest.mark.parametrize(
    "answer",
    [
        response(401, b""),
        response(404, b""),
        response(429, b""),
        response(422, DUPLICATES),
        response(422, TOO_MANY),
        response(200, b"<html>"),
    ],
    ids=["401", "404", "429", "422", "limit", "HTML"],
)
async def test_a_cluster_that_answers_at_all_is_not_left_alone(answer: bytes) -> None:
    async with (
        serving(always(answer)) as server,
        fleet_of(reached_at(server, breaker=Breaker(failures=1, open=60))) as fleet,
    ):
        for _ in range(3):
            await one(fleet)
        states = fleet.breakers()

    assert len(server.requests) == 3
    assert states == {"lisbon": "closed"}


@pytest.mark.parametrize(("patience", "left_alone"), [(0.1, True), (20, False)])
async def test_only_a_wait_that_tells_something_counts_as_a_failure(patience: float, *, left_alone: bool) -> None:
    breaker = Breaker(failures=1, open=60)
    async with serving(is_silent) as server, fleet_of(reached_at(server, timeout=patience, breaker=breaker)) as fleet:
        await one(fleet, seconds=0.2)
        states = fleet.breakers()

    assert states == {"lisbon": "open" if left_alone else "closed"}


async def test_a_refusal_in_the_words_of_prometheus_comes_through_whole() -> None:
    async with serving(always(response(422, DUPLICATES))) as server:
        reply = await reply_of(reached_at(server))

    error = "found duplicate series for the match group {}"
    assert reply == ClusterRefused("lisbon", 422, "execution", error)


async def test_the_breakers_of_clusters_are_their_own() -> None:
    breaker = Breaker(failures=1, open=60)
    async with (
        serving(then_closes(b"")) as failing,
        fake_prometheus() as well,
        fleet_of(reached_at(failing, breaker=breaker), reached_at(well, breaker=breaker)) as fleet,
    ):
        await fleet.ask([question("lisbon"), question("oslo")], within(5))

        assert fleet.breakers() == {"lisbon": "open", "oslo": "closed"}
