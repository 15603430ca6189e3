"""Silences, as rows."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.conditions import parse_condition
from aggregator.notify.matching import condition_text
from aggregator.notify.silences import Silence
from aggregator.store.alert_tables import silence


async def silences(connection: AsyncConnection, now: datetime) -> tuple[Silence, ...]:
    """The silences that are not over, those that end first at the beginning."""
    query = select(silence).where(silence.c.ends_at > now).order_by(silence.c.ends_at, silence.c.id)
    return tuple(map(_silence, await connection.execute(query)))


async def all_silences(connection: AsyncConnection) -> tuple[Silence, ...]:
    """Every silence that is kept, also those that are over, the latest first."""
    query = select(silence).order_by(silence.c.created_at.desc(), silence.c.id)
    return tuple(map(_silence, await connection.execute(query)))


async def latest_silences(connection: AsyncConnection, now: datetime, most: int) -> tuple[tuple[Silence, ...], int]:
    """At most so many silences, those that are not over before the others, each time the latest first; how many there are."""
    latest = (silence.c.ends_at <= now), silence.c.created_at.desc(), silence.c.id
    found = await connection.execute(select(silence).order_by(*latest).limit(most))
    count = await connection.execute(select(func.count()).select_from(silence))
    return tuple(map(_silence, found)), count.scalar_one()


async def add(connection: AsyncConnection, new: Silence) -> None:
    """Keeps a new silence."""
    row = {
        "id": new.id,
        "matchers": json.dumps([condition_text(each) for each in new.matchers]),
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "author": new.author,
        "reason": new.reason,
        "created_at": new.created_at,
    }
    await connection.execute(insert(silence).values(row))


async def expire(connection: AsyncConnection, name: str, now: datetime) -> bool:
    """Whether there was such a silence that was not over; then it is."""
    ended = update(silence).where(silence.c.id == name, silence.c.ends_at > now).values(ends_at=now)
    return bool((await connection.execute(ended)).rowcount)


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many were removed, at most so many: silences that ended before an instant."""
    old = select(silence.c.id).where(silence.c.ends_at < before).limit(most)
    return (await connection.execute(delete(silence).where(silence.c.id.in_(old)))).rowcount


def _silence(row: Row[Any]) -> Silence:
    matchers = tuple(parse_condition(text) for text in json.loads(row.matchers))
    return Silence(row.id, matchers, row.starts_at, row.ends_at, row.author, row.reason, row.created_at)
