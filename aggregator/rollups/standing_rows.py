"""How far back and forth rollups reach, as rows have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.bucket_rows import entries, numbers
from aggregator.rollups.buckets import Bucket, Resolution
from aggregator.rollups.duties import COMPUTE
from aggregator.rollups.standing import Asked, Day, asked_since, state_of
from aggregator.rollups.subject_rows import Known
from aggregator.slots.rows import done_between
from aggregator.store.tables import bucket as buckets
from aggregator.store.tables import measure as measures


@dataclass(frozen=True, slots=True)
class Reach:
    """The numbers of the first and the last bucket, and how many there are."""

    first: int
    last: int
    count: int


async def reach_of(
    connection: AsyncConnection, subject: int, resolution: Resolution, *, seen: bool = False
) -> Reach | None:
    """Of the buckets that are kept, or of those in which something was seen; None where there is none."""
    c = buckets.c
    query = select(func.min(c.number), func.max(c.number), func.count()).where(
        c.subject == subject, c.resolution == str(resolution)
    )
    first, last, count = (await connection.execute(query.where(c.seen > 0) if seen else query)).one()
    return Reach(first, last, count) if count else None


async def names_of_measures(connection: AsyncConnection) -> dict[int, str]:
    """The names of measures by their numbers in other tables."""
    found = await connection.execute(select(measures.c.id, measures.c.name))
    return {row.id: row.name for row in found}


async def when_asked(connection: AsyncConnection) -> Asked | None:
    """When the service computed rollups; None where it is not known to have done so."""
    found = await done_between(connection, COMPUTE)
    return None if found is None else Asked(*found)


async def standing_of(
    connection: AsyncConnection, hub: Known, days: Sequence[Bucket], asked: Asked | None, now: int
) -> tuple[Day, ...]:
    """How each of these days of a hub stands."""
    span = Resolution.DAY, days[0].number, days[-1].number
    kept = await entries(connection, hub.id, *span)
    names = await names_of_measures(connection)
    values: dict[int, dict[str, float]] = {day.number: {} for day in days}
    for (measure, number), value in (await numbers(connection, hub.id, *span)).items():
        values.setdefault(number, {})[names[measure]] = value
    of_this_hub = asked_since(asked, hub.since)
    return tuple(
        Day(
            day.first_day,
            state_of(day, kept.get(day.number), of_this_hub, now),
            kept[day.number].coverage.share if day.number in kept else 0.0,
            values[day.number],
        )
        for day in days
    )
