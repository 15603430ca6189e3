"""What a report needs, read from the rows that rollups, people, alerts and outages left."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.events.rows import alerts, events
from aggregator.events.values import Change
from aggregator.reports.facts import Happened, Seen, Series
from aggregator.reports.happened import happened
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.people_rows import how_many
from aggregator.rollups.reduce import Coverage
from aggregator.rules.incident_rows import between
from aggregator.store.tables import bucket, measure, person_day, rollup, subject

Numbers = Collection[int] | range
"""Of buckets; a range without steps is asked for as such."""


ZONES_APART = timedelta(hours=26)
"""So far the same local midnight of two zones may be apart."""


async def what_happened(connection: AsyncConnection, start: datetime, end: datetime) -> Happened:
    """What befell the whole fleet between two instants; outages also of the time around them, for hubs of other zones."""
    began = await events(connection, start, end, changes=(Change.FIRING,))
    stood = await alerts(connection, resolved_since=start)
    outages = await between(connection, start - ZONES_APART, end + ZONES_APART)
    spans = [(each.where, (each.started_at, each.ended_at)) for each in outages]
    return happened(began, stood, spans, end)


async def titles(connection: AsyncConnection) -> dict[int, str]:
    """What hubs are called, by subject."""
    return {row.id: row.title or row.name for row in await connection.execute(select(subject))}


async def buckets_of(
    connection: AsyncConnection,
    subjects: Collection[int],
    resolution: Resolution,
    which: Numbers,
    measures: Collection[str],
) -> Mapping[int, Series]:
    """By subject the buckets that are kept among those numbers, with these measures."""
    b, r = bucket.c, rollup.c
    known = select(b.subject, b.number, b.seen, b.expected).where(
        b.subject.in_(list(subjects)), b.resolution == str(resolution), _among(b.number, which)
    )
    numbers = (
        select(r.subject, r.number, measure.c.name, r.value)
        .join(measure, measure.c.id == r.measure)
        .where(
            measure.c.name.in_(list(measures)),
            r.resolution == str(resolution),
            r.subject.in_(list(subjects)),
            _among(r.number, which),
        )
    )
    return _together(subjects, await connection.execute(known), await connection.execute(numbers))


def _together(subjects: Iterable[int], known: Iterable[Row[Any]], numbers: Iterable[Row[Any]]) -> dict[int, Series]:
    values: dict[tuple[int, int], dict[str, float]] = {}
    for row in numbers:
        values.setdefault((row.subject, row.number), {})[row.name] = row.value
    found: dict[int, dict[int, Seen]] = {each: {} for each in subjects}
    for row in known:
        share = Coverage(row.seen, row.expected).share
        found[row.subject][row.number] = Seen(share, values.get((row.subject, row.number), {}))
    return dict(found)


def _among(column: ColumnElement[int], which: Numbers) -> ColumnElement[bool]:
    if isinstance(which, range):
        return column.between(which.start, which.stop - 1)
    return column.in_(list(which))


async def first_days(connection: AsyncConnection, hubs: Collection[int]) -> dict[int, int]:
    """For each day how many people used any of the hubs for the first time, as far back as people are kept."""
    c = person_day.c
    began = select(func.min(c.number).label("day")).where(c.subject.in_(list(hubs))).group_by(c.person).subquery()
    found = await connection.execute(select(began.c.day, func.count().label("people")).group_by(began.c.day))
    return {row.day: row.people for row in found}


async def people_in(
    connection: AsyncConnection, hubs: Collection[int], spans: Sequence[tuple[int, int]]
) -> tuple[int, ...]:
    """The different people who used any of the hubs in each span of days."""
    return tuple([await how_many(connection, hubs, *span) for span in spans])
