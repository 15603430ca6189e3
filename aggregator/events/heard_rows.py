"""Alerts that others tell of, as rows."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.events.heard import PROMETHEUS, Heard, origin_of
from aggregator.events.values import labels_of
from aggregator.store.alert_tables import heard_alert
from aggregator.store.upsert import upsert

KEY = ("fingerprint", "origin")


async def heard(connection: AsyncConnection, *, origins: Collection[str] | None = None) -> tuple[Heard, ...]:
    """Everything that was heard, or what these told of; the latest first."""
    query = select(heard_alert).order_by(heard_alert.c.heard_at.desc(), *(heard_alert.c[name] for name in KEY))
    if origins is not None:
        query = query.where(heard_alert.c.origin.in_(origins))
    return tuple(
        Heard(
            row.origin,
            labels_of(json.loads(row.labels)),
            labels_of(json.loads(row.annotations)),
            row.state,
            row.starts_at,
            row.heard_at,
            row.ends_at,
            row.times,
        )
        for row in await connection.execute(query)
    )


async def keep(connection: AsyncConnection, alerts: Iterable[Heard]) -> None:
    """Keeps each, in the place of what was known of it."""
    rows = [
        {
            "fingerprint": each.fingerprint,
            "origin": each.origin,
            "labels": json.dumps(dict(each.labels)),
            "annotations": json.dumps(dict(each.annotations)),
            "state": each.state,
            "starts_at": each.starts_at,
            "ends_at": each.ends_at,
            "heard_at": each.heard_at,
            "times": each.count,
        }
        for each in alerts
    ]
    await upsert(connection, heard_alert, rows, key=KEY)


async def forget(connection: AsyncConnection, clusters: Collection[str], before: datetime) -> None:
    """Forgets what the Prometheus servers of other clusters told, those that were not heard since an instant."""
    theirs = heard_alert.c.origin.startswith(PROMETHEUS, autoescape=True)
    asked = heard_alert.c.origin.in_([origin_of(cluster) for cluster in clusters])
    await connection.execute(delete(heard_alert).where(theirs, ~asked, heard_alert.c.heard_at < before))


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many were removed, at most so many: those that were heard of for the last time before an instant."""
    old = select(heard_alert.c.fingerprint, heard_alert.c.origin).where(heard_alert.c.heard_at < before).limit(most)
    found = (await connection.execute(old)).all()
    for fingerprint, origin in found:
        await connection.execute(
            delete(heard_alert).where(heard_alert.c.fingerprint == fingerprint, heard_alert.c.origin == origin)
        )
    return len(found)
