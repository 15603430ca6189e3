"""Which series there are, and their samples: a sample stands at the end of its bucket."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.buckets import DAY, HOUR, Resolution
from aggregator.series import Floats, Ints, Labels
from aggregator.store.tables import rollup as rollups
from aggregator.store.tables import rollup_series as spans
from aggregator.store.tables import subject as subjects
from aggregator.store.upsert import INSERT


@dataclass(frozen=True, slots=True)
class Kept:
    """A series: the number of its measure, how long its buckets are, and whom it is about, in a number and in labels."""

    measure: int
    resolution: Resolution
    subject: int
    labels: Labels


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Samples of several series of one resolution, in order of measure, subject and time; `end` in milliseconds."""

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
    connection: AsyncConnection, measures: Collection[int], resolutions: Iterable[Resolution], start: int, end: int
) -> tuple[Kept, ...]:
    """The series of some measures that may have samples from `start` to `end`."""
    query = (
        select(spans.c.measure, spans.c.resolution, spans.c.subject, subjects)
        .join_from(spans, subjects, spans.c.subject == subjects.c.id)
        .where(
            spans.c.measure.in_(list(measures)),
            spans.c.resolution.in_([str(each) for each in resolutions]),
            spans.c.first <= end,
            spans.c.last >= start,
        )
    )
    return tuple(
        Kept(
            row.measure,
            Resolution(row.resolution),
            row.subject,
            (
                ("cluster", row.cluster),
                ("community", row.community),
                ("hub", row.name),
                ("namespace", row.namespace),
            ),
        )
        for row in await connection.execute(query)
    )


async def samples_between(
    connection: AsyncConnection, resolution: Resolution, some: Sequence[Kept], start: int, end: int
) -> Columns:
    """The samples of series of one resolution that stand from `start` to `end`."""
    c = rollups.c
    first, last = _numbers(resolution, start, end)
    query = (
        select(c.measure, c.subject, c.end, c.value)
        .where(
            c.resolution == str(resolution),
            c.measure.in_({each.measure for each in some}),
            c.subject.in_({each.subject for each in some}),
            c.number.between(first, last),
            c.end.between(start, end),
        )
        .order_by(c.measure, c.subject, c.end)
    )
    rows = (await connection.execute(query)).all()
    measure, subject, ends, values = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Columns(
        np.array(measure, dtype=np.int64),
        np.array(subject, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array(values, dtype=np.float64),
    )


def _numbers(resolution: Resolution, start: int, end: int) -> tuple[int, int]:
    """Bounds, a little too wide, of the numbers of buckets that end from `start` to `end`: the key has those."""
    if resolution is Resolution.HOUR:
        return start // HOUR - 1, end // HOUR
    longest = {Resolution.DAY: 3, Resolution.WEEK: 9, Resolution.MONTH: 33}[resolution]
    return start // DAY - longest, end // DAY + 1
