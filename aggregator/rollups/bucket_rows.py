"""Buckets and their numbers as rows. A bucket takes the place of one that saw no larger share; nothing is added up."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.buckets import Bucket, Resolution
from aggregator.rollups.catalogue import MEASURES, VERSION
from aggregator.rollups.changes import Kept, Spot, changes
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.series_rows import widen
from aggregator.store.tables import bucket as buckets
from aggregator.store.tables import measure as measures
from aggregator.store.tables import rollup as rollups
from aggregator.store.upsert import INSERT, upsert

REPLACED = ("start", "end", "zone", "seen", "expected", "catalogue", "computed_at")

Condition = Callable[[Any, Any], ColumnElement[bool]] | None
"""Of the columns of a row that is new and of the one that is there, whether it takes its place; always without one."""


def _sees_as_much(new: Any, old: Any) -> ColumnElement[bool]:
    matched: ColumnElement[bool] = new.seen * old.expected >= old.seen * new.expected
    return matched


@dataclass(frozen=True, slots=True)
class Filled:
    """A bucket and what was found for it: a number for each measure that there is one for, by name."""

    bucket: Bucket
    zone: str
    coverage: Coverage
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a bucket without its numbers."""

    bucket: Bucket
    coverage: Coverage
    catalogue: int
    computed_at: datetime


async def keep_measures(connection: AsyncConnection) -> dict[str, int]:
    """The numbers under which measures stand in other tables, by name; what they are is kept beside."""
    rows = [{"name": each.name, "unit": each.unit, "means": each.means} for each in MEASURES]
    await upsert(connection, measures, rows, key=("name",))
    found = await connection.execute(select(measures.c.name, measures.c.id))
    return {row.name: row.id for row in found}


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps buckets in one transaction; `measures` has the numbers of measures by name."""

    connection: AsyncConnection
    measures: Mapping[str, int]
    now: datetime

    async def keep(self, subject: int, filled: Sequence[Filled], asked: Collection[str]) -> set[int]:
        """Puts buckets of one resolution, and their numbers for the measures that were `asked`, in the place of those
        there are; gives the buckets that were put. One that has seen a smaller share than what is kept changes nothing:
        the source has forgotten.
        """
        taken = await self._put(subject, filled, _sees_as_much)
        await self.put_numbers(subject, [each for each in filled if each.bucket.number in taken], asked)
        for left in (each.bucket for each in filled if each.bucket.number not in taken):
            # It was looked at all the same, and is not asked again before tomorrow.
            await self.touch(subject, left.resolution, [left.number])
        return taken

    async def keep_following(self, subject: int, filled: Sequence[Filled], asked: Collection[str]) -> None:
        """The same for what follows from other buckets: those have not forgotten, whatever its share is now."""
        await self._put(subject, filled, None)
        await self.put_numbers(subject, filled, asked)

    async def put_numbers(self, subject: int, filled: Sequence[Filled], asked: Collection[str]) -> set[int]:
        """Puts the numbers of buckets for the measures that were `asked` in the place of those there are; gives the
        buckets in which that made a difference.
        """
        if not filled:
            return set()
        new = {each.bucket.number: each for each in filled}
        resolution = filled[0].bucket.resolution
        which = [self.measures[name] for name in asked]
        there = await _values(self.connection, subject, resolution, (min(new), max(new)), which)
        found = {
            (self.measures[name], number): value
            for number, each in new.items()
            for name, value in each.values.items()
            if name in asked
        }
        wanted = changes({spot: kept for spot, kept in there.items() if spot[1] in new}, found)
        # In another zone a bucket of the same number, and maybe the same value, ends at another moment.
        moved = {spot: kept for spot, kept in there.items() if spot in found and kept.end != new[spot[1]].bucket.end}
        put = {**moved, **wanted.put}
        # As floats, all of them: PostgreSQL's driver takes no lists of both kinds, and people are counted.
        rows = [
            {"measure": spot[0], "resolution": str(resolution), "subject": subject, "number": spot[1],
             "end": new[spot[1]].bucket.end, "value": float(kept.value), "revision": kept.revision}
            for spot, kept in sorted(put.items())
        ]  # fmt: skip
        await upsert(self.connection, rollups, rows, key=("measure", "resolution", "subject", "number"))
        await _take_away(self.connection, subject, resolution, wanted.taken)
        ends = ((measure, new[number].bucket.end) for measure, number in put)
        await widen(self.connection, subject, resolution, _spans(ends))
        return {number for _, number in (*put, *wanted.taken)}

    async def touch(self, subject: int, resolution: Resolution, some: Collection[int]) -> None:
        """Marks buckets as computed just now, so that what is made of them is computed again."""
        c = buckets.c
        which = (c.subject == subject, c.resolution == str(resolution), c.number.in_(list(some)))
        await self.connection.execute(update(buckets).where(*which).values(computed_at=self.now))

    async def _put(self, subject: int, filled: Sequence[Filled], where: Condition) -> set[int]:
        """The numbers of the buckets that took their places."""
        if not filled:
            return set()
        rows = [
            {"subject": subject, "resolution": str(each.bucket.resolution), "number": each.bucket.number,
             "start": each.bucket.start, "end": each.bucket.end, "zone": each.zone, "seen": each.coverage.seen,
             "expected": each.coverage.expected, "catalogue": VERSION, "revision": 0, "computed_at": self.now}
            for each in filled
        ]  # fmt: skip
        insert = INSERT[self.connection.dialect.name](buckets)
        new, old = insert.excluded, buckets.c
        is_changed = or_(new.start != old.start, new.end != old.end, new.seen != old.seen, new.expected != old.expected)
        statement = insert.on_conflict_do_update(
            index_elements=[old.subject, old.resolution, old.number],
            set_={
                **{name: new[name] for name in REPLACED},
                "revision": case((is_changed, old.revision + 1), else_=old.revision),
            },
            where=None if where is None else where(new, old),
        ).returning(old.number)
        return set((await self.connection.execute(statement, rows)).scalars())


async def entries(
    connection: AsyncConnection, subject: int, resolution: Resolution, first: int, last: int
) -> dict[int, Entry]:
    """The buckets that are kept, by number, from the first to the last."""
    c = buckets.c
    query = select(buckets).where(c.subject == subject, c.resolution == str(resolution), c.number.between(first, last))
    return {
        row.number: Entry(
            Bucket(resolution, row.number, row.start, row.end), Coverage(row.seen, row.expected), row.catalogue,
            row.computed_at,
        )
        for row in await connection.execute(query)
    }  # fmt: skip


async def numbers(
    connection: AsyncConnection, subject: int, resolution: Resolution, first: int, last: int
) -> dict[Spot, float]:
    """Every number of the buckets from the first to the last."""
    kept = await _values(connection, subject, resolution, (first, last))
    return {spot: each.value for spot, each in kept.items()}


def _spans(ends: Iterable[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """By measure the first and the last end, from (measure, end)."""
    spans: dict[int, tuple[int, int]] = {}
    for measure, end in ends:
        first, last = spans.get(measure, (end, end))
        spans[measure] = min(first, end), max(last, end)
    return spans


async def _values(
    connection: AsyncConnection, subject: int, resolution: Resolution, span: Spot, which: Collection[int] | None = None
) -> dict[Spot, Kept]:
    c = rollups.c
    query: Select[tuple[int, int, float, int, int]] = select(c.measure, c.number, c.value, c.revision, c.end).where(
        c.resolution == str(resolution), c.subject == subject, c.number.between(*span)
    )
    query = query.where(c.measure.in_(list(which) if which is not None else select(measures.c.id)))
    found = await connection.execute(query)
    return {(row.measure, row.number): Kept(row.value, row.revision, row.end) for row in found}


async def _take_away(
    connection: AsyncConnection, subject: int, resolution: Resolution, spots: Collection[Spot]
) -> None:
    c = rollups.c
    for number in sorted({spot[1] for spot in spots}):
        gone = [measure for measure, where in spots if where == number]
        which = and_(c.resolution == str(resolution), c.subject == subject, c.number == number, c.measure.in_(gone))
        await connection.execute(delete(rollups).where(which))
