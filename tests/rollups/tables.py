"""Everything that is kept, in rows that can be compared: with names for numbers, and without when it was computed."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Select, select

from aggregator.store.database import Database
from aggregator.store.tables import bucket, image_hours, measure, person_day, rollup, rollup_series, subject

Rows = Mapping[str, Mapping[tuple[Any, ...], tuple[Any, ...]]]
"""By table, from the keys of rows to what stands in them."""

_WHO = (subject.c.kind, subject.c.key)
_QUERIES: Mapping[str, tuple[int, Select[Any]]] = {
    "subject": (
        2,
        select(
            *_WHO, subject.c.cluster, subject.c.namespace, subject.c.name, subject.c.title, subject.c.community,
            subject.c.zone, subject.c.ephemeral, subject.c.gone_at,
        ),
    ),
    "measure": (1, select(measure.c.name, measure.c.unit, measure.c.means)),
    "bucket": (
        4,
        select(
            *_WHO, bucket.c.resolution, bucket.c.number, bucket.c.start, bucket.c.end, bucket.c.zone, bucket.c.seen,
            bucket.c.expected, bucket.c.catalogue, bucket.c.revision,
        ).join_from(bucket, subject),
    ),
    "rollup": (
        5,
        select(
            *_WHO, measure.c.name, rollup.c.resolution, rollup.c.number, rollup.c.end, rollup.c.value, rollup.c.revision
        ).select_from(rollup.join(subject).join(measure)),
    ),
    "rollup_series": (
        4,
        select(
            *_WHO, measure.c.name, rollup_series.c.resolution, rollup_series.c.first, rollup_series.c.last
        ).select_from(rollup_series.join(subject).join(measure)),
    ),
    "image_hours": (
        5,
        select(
            *_WHO, image_hours.c.resolution, image_hours.c.number, image_hours.c.image, image_hours.c.end,
            image_hours.c.hours,
        ).join_from(image_hours, subject),
    ),
    "person_day": (
        5,
        select(
            *_WHO, person_day.c.number, person_day.c.person, person_day.c.via, person_day.c.definition
        ).join_from(person_day, subject),
    ),
}  # fmt: skip


async def tables(database: Database) -> Rows:
    """Every row of what computing writes."""
    found = {}
    async with database.reading() as connection:
        for name, (keys, query) in _QUERIES.items():
            rows = (await connection.execute(query)).all()
            found[name] = {tuple(row)[:keys]: tuple(row)[keys:] for row in rows}
    return found


def numbers(rows: Rows) -> Rows:
    """Without how often something was changed on the way: who is told in pieces changes weeks and crowds again."""
    changed = ("bucket", "rollup")
    return {name: {key: row[:-1] if name in changed else row for key, row in of.items()} for name, of in rows.items()}


def differences(one: Rows, other: Rows) -> list[str]:
    """What stands in one of them only, or is another thing there: the first few of it, to be read."""
    found = (
        f"{name} {key}: {one[name].get(key)}, not {other[name].get(key)}"
        for name in one
        for key in sorted({*one[name], *other[name]}, key=repr)
        if one[name].get(key) != other[name].get(key)
    )
    return list(islice(found, 20))
