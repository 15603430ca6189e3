"""What has to be done about rollups is done once a slot, by one of any number of replicas."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from aggregator.clusters.values import Every, Retention
from aggregator.rollups.duties import Duties
from aggregator.rollups.job import Rollups
from aggregator.slots.rows import Holder
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run
from tests.fakes.telling import Truth
from tests.rollups.computing import DAY, HOUR, NOW, computing, with_only

HOURLY = Every(rollups=3600.0)


class Told:
    """What replicas said of their computations."""

    def __init__(self) -> None:
        self.computations: list[tuple[int, list[str]]] = []

    def __call__(self, kept: int, failed: Iterable[str]) -> None:
        self.computations.append((kept, list(failed)))


def duties(rollups: Rollups, database: Database, holder: str, told: Told, now: datetime = NOW) -> Duties:
    """Those of one replica, whose clock stands still. No cluster answers: what is computed is tested elsewhere."""
    own = replace(with_only(rollups), database=database, now=lambda: now)
    return Duties(own, Retention(), HOURLY, Holder(holder), told)


async def done(database: Database) -> list[tuple[str, datetime, str, int]]:
    async with database.reading() as connection:
        query = select(run.c.schedule, run.c.slot, run.c.state, run.c.fence).order_by(run.c.schedule, run.c.slot)
        return [tuple(row) for row in await connection.execute(query)]


async def test_two_replicas_compute_each_slot_once_between_them(database_url: str) -> None:
    told = Told()
    async with open_database(database_url) as one, open_database(database_url) as other:
        async with computing(one, Truth("oslo")) as rollups:
            for later in (0, 1, 2):
                now = NOW + later * HOUR
                replicas = [duties(rollups, one, "one", told, now), duties(rollups, other, "other", told, now)]
                await asyncio.gather(*(each.do() for each in (*replicas, *replicas)))
        found = await done(one)

    midnight = NOW.replace(hour=0, minute=0)
    hours = [NOW.replace(minute=0) + later * HOUR for later in (0, 1, 2)]
    assert found == [
        ("retention", midnight, "done", 1),
        *(("rollups", hour, "done", 1) for hour in hours),
    ]
    assert len(told.computations) == 3


async def test_after_a_week_of_downtime_the_last_slot_is_done_and_no_other(database: Database) -> None:
    told = Told()
    async with computing(database, Truth("oslo")) as rollups:
        await duties(rollups, database, "one", told, NOW - 7 * DAY).do()
        await duties(rollups, database, "one", told).do()

    slots = [slot for schedule, slot, *_ in await done(database) if schedule == "rollups"]
    assert slots == [NOW.replace(minute=0) - 7 * DAY, NOW.replace(minute=0)]
    assert len(told.computations) == 2


async def test_a_cluster_that_fails_is_told_and_its_slot_is_done(database: Database) -> None:
    told = Told()
    async with computing(database, Truth("oslo")) as rollups:
        await duties(rollups, database, "one", told).do()

    assert told.computations == [(0, ["oslo"])]
    assert [state for *_, state, _ in await done(database)] == ["done", "done"]
