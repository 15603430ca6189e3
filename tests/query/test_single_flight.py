"""The same question asked at the same moment is asked once."""

import asyncio

import pytest

from aggregator.query.single_flight import SingleFlight
from tests.query.scripted import scene, values_of


class Work:
    """Work that ends when it is told to, and counts."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = asyncio.Event()
        self.fails = False
        self.started = asyncio.Event()
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        self.started.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        if self.fails:
            raise ValueError("it went wrong")
        return self.begun


async def waiting(flights: SingleFlight[int], work: Work, callers: int, key: str = "k") -> list[asyncio.Task[int]]:
    """So many callers, all of whom wait."""
    tasks = [asyncio.create_task(flights.do(key, work)) for _ in range(callers)]
    await work.started.wait()
    return tasks


async def test_equal_callers_share_the_work() -> None:
    flights, work = SingleFlight[int](), Work()
    tasks = await waiting(flights, work, 5)

    work.may_end.set()

    assert await asyncio.gather(*tasks) == [1, 1, 1, 1, 1]
    assert work.begun == 1


async def test_different_callers_do_not() -> None:
    flights, one, other = SingleFlight[int](), Work(), Work()
    tasks = [*await waiting(flights, one, 2, "a"), *await waiting(flights, other, 2, "b")]

    for work in (one, other):
        work.may_end.set()
    await asyncio.gather(*tasks)

    assert (one.begun, other.begun) == (1, 1)


async def test_nothing_is_kept() -> None:
    flights, work = SingleFlight[int](), Work()
    work.may_end.set()

    assert [await flights.do("k", work) for _ in range(3)] == [1, 2, 3]


async def test_an_error_is_everybodys_and_nobodys_after_that() -> None:
    flights, work = SingleFlight[int](), Work()
    work.fails = True
    tasks = await waiting(flights, work, 3)

    work.may_end.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(outcome) for outcome in outcomes] == ["it went wrong"] * 3
    work.fails = False
    assert await flights.do("k", work) == 2


async def test_whoever_waits_and_leaves_does_not_stop_the_others() -> None:
    flights, work = SingleFlight[int](), Work()
    first, second, third = await waiting(flights, work, 3)

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    work.may_end.set()

    assert (await first, await third) == (1, 1)


async def test_when_the_first_one_leaves_another_begins_anew_for_all_who_wait() -> None:
    flights, work = SingleFlight[int](), Work()
    first, second, third = await waiting(flights, work, 3)

    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert work.cancelled.is_set()
    work.may_end.set()

    assert (await second, await third) == (2, 2)


async def test_who_comes_after_the_last_one_has_gone_begins_anew() -> None:
    flights, work = SingleFlight[int](), Work()
    (first,) = await waiting(flights, work, 1)

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    again = asyncio.create_task(flights.do("k", work))
    work.may_end.set()

    assert await again == 2


async def test_equal_queries_at_the_same_moment_ask_the_clusters_once() -> None:
    holding = asyncio.Event()
    async with scene({"lisbon": {"x": ["x 1"]}}, holding=holding) as fleet:
        tasks = [asyncio.create_task(fleet.instant("x")) for _ in range(10)]
        other = asyncio.create_task(fleet.instant("x", at=601))
        await fleet.servers["lisbon"].until(lambda server: len(server.requests) == 2)
        holding.set()
        answers = await asyncio.gather(*tasks)
        await other
        again = await fleet.instant("x")

    assert all(values_of(answer) == {"x,lisbon": "1"} for answer in [*answers, again])
    assert len(fleet.asked("lisbon")) == 3


async def test_who_begins_anew_has_no_more_time_than_it_had() -> None:
    async with scene({"lisbon": {"x": ["x 1"], "y": ["y 1"]}}, holding=asyncio.Event()) as fleet:
        first = asyncio.create_task(fleet.instant("x", timeout=0.6))
        await fleet.servers["lisbon"].until(lambda server: len(server.requests) == 1)
        second = asyncio.create_task(fleet.instant("x", timeout=0.6))
        later = asyncio.create_task(fleet.instant("y", timeout=0.9))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(first, 0.45)

        ended, _ = await asyncio.wait([second, later], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(second, later, return_exceptions=True)

    assert ended == {second}


async def test_a_query_that_nobody_waits_for_any_more_is_given_up() -> None:
    async with scene({"lisbon": {"x": ["x 1"]}}, holding=asyncio.Event()) as fleet:
        task = asyncio.create_task(fleet.instant("x"))
        await fleet.servers["lisbon"].until(lambda server: len(server.requests) == 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        await fleet.servers["lisbon"].until(lambda server: server.given_up == 1)
