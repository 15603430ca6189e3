"""Which series there are, and their samples: a sample stands at the end of its bucket."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.buckets import DAY, HOUR, Resolution
from aggregator.series import Floats, Ints
from aggregator.store.tables import rollup as rollups
from aggregator.store.tables import rollup_series as spans
from aggregator.store.upsert import INSERT

COLUMNS = 4
AT_ONCE = 50_000
"""Rows that are looked at without a pause: some 10 ms."""

# Numbers of buckets are 32 bits wide; no bucket that is kept is anywhere near.
FARTHEST = 2**31 - 1

Span = tuple[int, int]
"""From when to when, both in milliseconds and in it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A series: the numbers of its measure and of whom it is about, and how long its buckets are."""

    measure: int
    resolution: Resolution
    subject: int


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Samples of several series of one resolution, in order of measure, subject and bucket; `end` in milliseconds."""

    measure: Ints
    subject: Ints
    end: Ints
    value: Floats


async def widen(
    connection: AsyncConnection, subject: int, resolution: Resolution, ends: Mapping[int, tuple[int, int]]
) -> None:
    """Notes that there are samples, by the number of the measure from the first to the last of their ends."""
    if not ends:
        return
    insert = INSERT[connection.dialect.name](spans)
    new, old = insert.excluded, spans.c
    statement = insert.on_conflict_do_update(
        index_elements=[old.measure, old.resolution, old.subject],
        set_={
            "first": case((new.first < old.first, new.first), else_=old.first),
            "last": case((new.last > old.last, new.last), else_=old.last),
        },
    )
    rows = [
        {"measure": measure, "resolution": str(resolution), "subject": subject, "first": first, "last": last}
        # In order: two who note the same series would wait for each other.
        for measure, (first, last) in sorted(ends.items())
    ]
    await connection.execute(statement, rows)


async def narrow(connection: AsyncConnection, resolutions: Iterable[Resolution], before: int) -> None:
    """Notes that there are no samples of these resolutions before a moment any more. Series without any are gone."""
    c, r = spans.c, rollups.c
    which = c.resolution.in_([str(each) for each in resolutions])
    # By what stands in the row alone: a replica may be adding to the series at this moment.
    await connection.execute(delete(spans).where(which, c.last < before))
    of_it = (r.measure == c.measure, r.resolution == c.resolution, r.subject == c.subject)
    earliest = select(r.end).where(*of_it).order_by(r.number).limit(1).scalar_subquery()
    await connection.execute(update(spans).where(which, c.first < before).values(first=func.coalesce(earliest, c.last)))


async def series_between(
    connection: AsyncConnection,
    measures: Collection[int],
    resolutions: Iterable[Resolution],
    subjects: Collection[int],
    span: Span,
) -> tuple[Kept, ...]:
    """The series of some measures about some subjects that may have samples in the span."""
    c = spans.c
    query = select(c.measure, c.resolution, c.subject).where(
        c.measure.in_(list(measures)),
        c.resolution.in_([str(each) for each in resolutions]),
        c.subject.in_(list(subjects)),
        c.first <= span[1],
        c.last >= span[0],
    )
    known = {str(each): each for each in Resolution}
    found = await connection.execute(query)
    return tuple(Kept(measure, known[resolution], subject) for measure, resolution, subject in found)


async def samples_between(
    connection: AsyncConnection, resolution: Resolution, some: Collection[Kept], span: Span, most: int
) -> Columns:
    """The samples of series of one resolution that stand in the span, and at most so many of them.

    Others may be among them: of one of the subjects, by one of the measures.
    """
    c = rollups.c
    # In the order of the key, which costs nothing; by end would be sorted first.
    query = (
        select(c.measure, c.subject, c.end, c.value)
        .where(
            c.resolution == str(resolution),
            c.measure.in_({each.measure for each in some}),
            c.subject.in_({each.subject for each in some}),
            c.number.between(*numbers_ending(resolution, *span)),
            c.end.between(*span),
        )
        .order_by(c.measure, c.subject, c.number)
        .limit(most)
    )
    table = await _table(await _rows(connection, query))
    measure, subject, ends = table[:, :3].T.astype(np.int64)
    return Columns(measure, subject, ends, table[:, 3])


async def _rows(connection: AsyncConnection, query: Select[Any]) -> Sequence[tuple[Any, ...]]:
    """The driver's own tuples: making rows of them takes as long as the query."""
    if connection.dialect.name == "postgresql":
        # Sent as numbers, not as text, which takes three times as long.
        driver: Any = (await connection.get_raw_connection()).driver_connection
        words = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        async with driver.cursor(binary=True) as numbers:
            await numbers.execute(str(words))
            found: Sequence[tuple[Any, ...]] = await numbers.fetchall()
            return found
    cursor = (await connection.execute(query)).cursor
    assert cursor is not None
    rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows


async def _table(rows: Sequence[tuple[Any, ...]]) -> Floats:
    """All rows as numbers; no moment is too large for a float."""
    pieces = [np.zeros((0, COLUMNS))]
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        pieces.append(np.fromiter(chain.from_iterable(some), np.float64, len(some) * COLUMNS).reshape(-1, COLUMNS))
        # Others who are waiting have their turn.
        await asyncio.sleep(0)
    return np.concatenate(pieces)


def numbers_ending(resolution: Resolution, start: int, end: int) -> tuple[int, int]:
    """Bounds, a little too wide, of the numbers of buckets that end from `start` to `end`: the key has those."""
    if resolution is Resolution.HOUR:
        first, last = start // HOUR - 1, end // HOUR
    else:
        longest = {Resolution.DAY: 3, Resolution.WEEK: 9, Resolution.MONTH: 33}[resolution]
        first, last = start // DAY - longest, end // DAY + 1
    return max(-FARTHEST, min(first, FARTHEST)), max(-FARTHEST, min(last, FARTHEST))
