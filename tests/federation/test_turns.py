"""Turns go to whoever came first, and none is lost when somebody leaves."""

import asyncio

import pytest

from aggregator.federation.turns import Turns

LONG = 60.0


async def test_as_many_turns_are_taken_at_once_as_there_are() -> None:
    turns = Turns(2)

    assert [turns.take(), turns.take(), turns.take()] == [True, True, False]


async def test_who_waits_longest_is_next() -> None:
    turns = Turns(1)
    turns.take()
    came: list[str] = []

    async def wait(name: str) -> None:
        await turns.wait(LONG)
        came.append(name)
        turns.give()

    async with asyncio.TaskGroup() as waiting:
        for name in ("first", "second", "third"):
            waiting.create_task(wait(name))
        await asyncio.sleep(0)
        turns.give()

    assert came == ["first", "second", "third"]
    assert turns.take()


async def test_nobody_overtakes_who_waits() -> None:
    turns = Turns(1)
    turns.take()
    waiting = asyncio.create_task(turns.wait(LONG))
    await asyncio.sleep(0)
    turns.give()

    assert not turns.take()
    assert await waiting


async def test_who_waited_in_vain_holds_no_turn() -> None:
    turns = Turns(1)
    turns.take()

    assert not await turns.wait(0)
    turns.give()
    assert turns.take()


async def test_a_turn_that_comes_as_somebody_leaves_goes_to_the_next() -> None:
    turns = Turns(1)
    turns.take()
    leaving, staying = asyncio.create_task(turns.wait(LONG)), asyncio.create_task(turns.wait(LONG))
    await asyncio.sleep(0)
    turns.give()
    leaving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying
