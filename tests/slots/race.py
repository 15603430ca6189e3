"""Replicas that race for slots, each in a process of its own; also for the long counts of `make proof`."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from aggregator.slots import rows
from aggregator.slots.catching_up import Kept
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run
from tests.slots.replica import EVERY_SECOND, started

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Race:
    """How it went: how many slots each replica did, how many were done twice or not at all, how many rows say done."""

    by_replica: tuple[int, ...]
    twice: int
    lost: int
    done: int


async def race(url: str, slots: int, replicas: int = 2) -> Race:
    """Lets replicas loose on so many slots of one schedule, all of them due."""
    due = [NOON + timedelta(seconds=number) for number in range(slots)]
    async with open_database(url) as database:
        await have_due(database, NOON)
        running = [await started(url, f"replica {number}", due[-1], 60) for number in range(replicas)]
        for one in running:
            assert one.stdout is not None
            await one.stdout.readline()
        said = [
            out.decode().split("\n")[:-1]
            for out, _ in await asyncio.gather(*(one.communicate(b"\n") for one in running))
        ]
        async with database.reading() as connection:
            done = select(func.count()).select_from(run).where(run.c.state == "done", run.c.fence == 1)
            count = (await connection.execute(done)).scalar_one()
    times = Counter(datetime.fromisoformat(line.split()[0]) for lines in said for line in lines)
    return Race(tuple(map(len, said)), sum(1 for each in times.values() if each > 1), len(set(due) - set(times)), count)


async def have_due(database: Database, first: datetime) -> None:
    """The schedule with a slot a second is kept, and this is its next one."""
    async with database.writing() as connection:
        await rows.advance(connection, EVERY_SECOND.name, None, Kept(str(EVERY_SECOND.calendar), first))
