"""What is older than the configuration keeps it, removed a little at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Retention
from aggregator.rollups.buckets import DAY, Resolution
from aggregator.rollups.series_rows import narrow, numbers_ending
from aggregator.store.database import Database
from aggregator.store.instants import milliseconds
from aggregator.store.tables import bucket, forgotten_person, image_hours, measure, person_day, rollup, subject

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
    """Rows of a table that are no longer kept, told so that its key finds them: looking at each row takes seconds."""

    table: Table
    which: tuple[ColumnElement[bool], ...]

    def some(self, batch: int) -> Select[Any]:
        """The keys of so many of them."""
        return select(*self.table.primary_key).where(*self.which).limit(batch)


def old(retention: Retention, now: datetime) -> Iterator[Old]:
    """What is to go. Counts of people stay when the hashes they were counted from have gone."""
    for resolutions, before in ends(retention, now):
        for resolution in resolutions:
            yield from _buckets(resolution, before)
    yield Old(forgotten_person, (forgotten_person.c.until < now,))
    if retention.people is not None:
        number = _before(now, retention.people) // DAY
        yield Old(person_day, (_of_any(person_day, subject), person_day.c.number < number))


def _buckets(resolution: Resolution, before: int) -> Iterator[Old]:
    _, last = numbers_ending(resolution, 0, before)
    for table, whose in ((rollup, (measure, subject)), (bucket, (subject,)), (image_hours, (subject,))):
        of_any = [_of_any(table, each) for each in whose]
        c = table.c
        yield Old(table, (*of_any, c.resolution == str(resolution), c.number <= last, c.end < before))


def _of_any(table: Table, whose: Table) -> ColumnElement[bool]:
    """Always true; it lets the database go from one to the next in the table's key."""
    return table.c[whose.name].in_(select(whose.c.id))


async def purge(database: Database, retention: Retention, now: datetime, batch: int = BATCH) -> dict[str, int]:
    """How many rows were removed, by table; each batch in a transaction of its own."""
    removed: dict[str, int] = {}
    for each in old(retention, now):
        count = batch
        while count == batch:
            async with database.writing() as connection:
                count = await _remove(connection, each, batch)
            removed[each.table.name] = removed.get(each.table.name, 0) + count
    for resolutions, before in ends(retention, now):
        async with database.writing() as connection:
            await narrow(connection, resolutions, before)
    return removed


async def _remove(connection: AsyncConnection, rows: Old, batch: int) -> int:
    key = tuple(rows.table.primary_key)
    found = (await connection.execute(rows.some(batch))).all()
    if found:
        which = [column == bindparam(f"old_{column.name}") for column in key]
        names = [f"old_{column.name}" for column in key]
        await connection.execute(
            delete(rows.table).where(*which), [dict(zip(names, row, strict=True)) for row in found]
        )
    return len(found)


def _before(now: datetime, seconds: float) -> int:
    return milliseconds(now - timedelta(seconds=seconds))
