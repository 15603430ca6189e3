"""What is older than the configuration keeps it, removed a little at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from aggregator.clusters.values import Retention
from aggregator.rollups.buckets import DAY, Resolution
from aggregator.rollups.series_rows import narrow
from aggregator.store.database import Database
from aggregator.store.instants import milliseconds
from aggregator.store.tables import bucket, forgotten_person, person_day, rollup

BATCH = 5000
"""Rows a transaction: nobody who wants to write waits long for that."""

LONG = (Resolution.DAY, Resolution.WEEK, Resolution.MONTH)


def ends(retention: Retention, now: datetime) -> Iterator[tuple[Sequence[Resolution], int]]:
    """Before which moment buckets of some resolutions are no longer kept, where they are not kept for ever."""
    for resolutions, age in (((Resolution.HOUR,), retention.hours), (LONG, retention.days)):
        if age is not None:
            yield resolutions, _before(now, age)


@dataclass(frozen=True, slots=True)
class Old:
    """Rows of a table that are no longer kept."""

    table: Table
    which: ColumnElement[bool]


def old(retention: Retention, now: datetime) -> Iterator[Old]:
    """What is to go. Counts of people stay when the hashes they were counted from have gone."""
    for resolutions, before in ends(retention, now):
        for table in (rollup, bucket):
            yield Old(table, table.c.resolution.in_([*map(str, resolutions)]) & (table.c.end < before))
    yield Old(forgotten_person, forgotten_person.c.until < now)
    if retention.people is not None:
        yield Old(person_day, person_day.c.number < _before(now, retention.people) // DAY)


async def purge(database: Database, retention: Retention, now: datetime, batch: int = BATCH) -> dict[str, int]:
    """How many rows were removed, by table; each batch in a transaction of its own."""
    removed: dict[str, int] = {}
    for each in old(retention, now):
        while True:
            async with database.writing() as connection:
                key = tuple(each.table.primary_key)
                some = select(*key).where(each.which).limit(batch)
                count = (await connection.execute(delete(each.table).where(tuple_(*key).in_(some)))).rowcount
            removed[each.table.name] = removed.get(each.table.name, 0) + count
            if count < batch:
                break
    for resolutions, before in ends(retention, now):
        async with database.writing() as connection:
            await narrow(connection, resolutions, before)
    return removed


def _before(now: datetime, seconds: float) -> int:
    return milliseconds(now - timedelta(seconds=seconds))
