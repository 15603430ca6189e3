"""Looks that are killed at some point, and what is kept once somebody else has gone on; also for the counts of `make proof`."""

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import update

from aggregator.store.clock import database_now
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run
from tests.rollups.killing import Point, Watch, WatchedDatabase, WatchedFleet, forked
from tests.rules.fleets import MINUTE, NOON
from tests.rules.kept import everything
from tests.rules.world import HUBS, Clock, World, config_at, living, watch_of

LOOKS = 3
KILLED = 2
"""The look that is killed: a hub that was down is back in it, and others go down."""

Kept = Mapping[str, list[tuple[Any, ...]]]


def world_at(look: int) -> World:
    """What is true at each look, the same whoever asks."""
    world = World()
    if look == 1:
        world.is_down(("lisbon", "a"))
    if look >= KILLED:
        world.is_down(*HUBS[1:4])
    if look > KILLED:
        world.silent.add("oslo")
    return world


@contextmanager
def served() -> Iterator[Mapping[int, str]]:
    """Where the world of each look is, in a process of its own."""
    read, write = os.pipe()
    pid = forked(lambda: _serve(write))
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield {look: told.readline().strip() for look in range(1, LOOKS + 1)}
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def _serve(write: int) -> None:
    async with AsyncExitStack() as stack:
        for look in range(1, LOOKS + 1):
            server = await stack.enter_async_context(living(world_at(look)))
            os.write(write, f"{server.url}\n".encode())
        await asyncio.Event().wait()


async def looked(database: Database, urls: Mapping[int, str], first: int, last: int, at: Watch | None = None) -> None:
    """Looks from one to another; what the last one does is watched."""
    for look in range(first, last + 1):
        async with watch_of(config_at(urls[look]), database, Clock(NOON + look * MINUTE)) as watch:
            if at is not None and look == last:
                watch = replace(  # noqa: PLW2901 - the same, watched
                    watch, database=WatchedDatabase.of(database, at), fleet=WatchedFleet(watch.fleet, at)
                )
            await watch.do()


async def watched(url: str, urls: Mapping[int, str], at: Watch) -> Kept:
    """What is kept where nobody is killed; what the one look that may be killed does is counted."""
    async with open_database(url) as database:
        await looked(database, urls, 1, KILLED, at)
        await looked(database, urls, KILLED + 1, LOOKS)
        return await everything(database)


def killed_once(url: str, urls: Mapping[int, str], point: Point) -> Kept:
    """What is kept when one look was killed at a point, and taken over once its lease is over."""
    asyncio.run(_before(url, urls))
    _, status = os.waitpid(forked(lambda: _until_killed(url, urls, Watch(point))), 0)
    assert os.WIFSIGNALED(status), f"it ended before it came to the point {point}"
    return asyncio.run(_afterwards(url, urls))


async def _before(url: str, urls: Mapping[int, str]) -> None:
    async with open_database(url) as database:
        await looked(database, urls, 1, KILLED - 1)


async def _until_killed(url: str, urls: Mapping[int, str], at: Watch) -> None:
    async with open_database(url) as database:
        await looked(database, urls, KILLED, KILLED, at)


async def _afterwards(url: str, urls: Mapping[int, str]) -> Kept:
    async with open_database(url) as database:
        async with database.writing() as connection:
            await connection.execute(
                update(run).where(run.c.state == "running").values(lease_until=database_now(-MINUTE))
            )
        await looked(database, urls, KILLED, LOOKS)
        return await everything(database)
