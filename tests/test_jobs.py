"""Ticks: what is called again and again."""

import asyncio
import logging
from datetime import timedelta

import pytest

from aggregator.jobs import Tick, ticking

SOON = 0.01


class Called:
    """Counts calls, and can be told to behave in some way at each."""

    def __init__(self) -> None:
        self.times = 0
        self.at_once = 0
        self.most_at_once = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> None:
        self.times += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        async with self._changed:
            self._changed.notify_all()

    async def __aexit__(self, *_: object) -> None:
        self.at_once -= 1

    async def until(self, times: int) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: self.times >= times)


async def test_a_tick_comes_at_once_and_again() -> None:
    often, seldom = Called(), Called()

    async def call_often() -> None:
        async with often:
            pass

    async def call_seldom() -> None:
        async with seldom:
            pass

    async with ticking([Tick("often", SOON, call_often), Tick("seldom", 3600, call_seldom)]):
        await often.until(5)
        await seldom.until(1)

    assert seldom.times == 1


async def test_one_that_fails_is_logged_and_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    called = Called()

    async def fail() -> None:
        async with called:
            raise ZeroDivisionError("by nothing")

    async with ticking([Tick("rules", SOON, fail)]):
        await called.until(3)

    assert called.times >= 3
    assert "rules failed; it is tried again in 0.01 s" in caplog.text
    assert "ZeroDivisionError: by nothing" in caplog.text


async def test_one_that_takes_long_is_not_overtaken_and_not_left_out(caplog: pytest.LogCaptureFixture) -> None:
    slow, quick = Called(), Called()
    go = asyncio.Event()

    async def call_slow() -> None:
        async with slow:
            await go.wait()

    async def call_quick() -> None:
        async with quick:
            pass

    async with ticking([Tick("slow", SOON, call_slow), Tick("quick", SOON, call_quick)]):
        await quick.until(5)
        go.set()
        await slow.until(3)

    assert slow.most_at_once == 1
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_what_is_under_way_at_the_end_is_finished() -> None:
    called = Called()
    go, finished = asyncio.Event(), asyncio.Event()

    async def call() -> None:
        async with called:
            await go.wait()
            finished.set()

    async with ticking([Tick("report", 3600, call)]):
        await called.until(1)
        asyncio.get_running_loop().call_later(SOON, go.set)

    assert finished.is_set()


async def test_what_does_not_end_is_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    called = Called()
    cancelled = asyncio.Event()

    async def call() -> None:
        async with called:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

    async with ticking([Tick("report", 3600, call)], grace=timedelta(seconds=SOON)):
        await called.until(1)

    assert cancelled.is_set()
    assert caplog.records == []
