"""Alerts that others tell of, as rows."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.events.heard import PROMETHEUS, Heard, origin_of
from aggregator.events.values import labels_of
from aggregator.store.alert_tables import heard_alert
from aggregator.store.upsert import upsert

KEY = ("fingerprint", "origin")
# As many as any database takes in one question.
AT_ONCE = 500
# PostgreSQL indexes no long texts, and keeps none with a NUL in it.
MOST_OF_A_NAME = 255


async def heard(connection: AsyncConnection) -> tuple[Heard, ...]:
    """Everything that was heard, the latest first."""
    return await _read(connection)


async def firing(connection: AsyncConnection, origin: str | None = None) -> tuple[Heard, ...]:
    """What is not over of all that was told, or of what one of them told; the latest first."""
    whose = () if origin is None else (heard_alert.c.origin == origin,)
    return await _read(connection, *whose, heard_alert.c.state == "firing")


async def newest_firing(connection: AsyncConnection, most: int) -> tuple[tuple[Heard, ...], int]:
    """What is not over, by all who tell of it: of at most so many alerts, those that began last; and how many there are."""
    fires = heard_alert.c.state == "firing"
    began = func.min(heard_alert.c.starts_at).desc(), heard_alert.c.fingerprint
    newest = select(heard_alert.c.fingerprint).where(fires).group_by(heard_alert.c.fingerprint).order_by(*began)
    count = select(func.count(heard_alert.c.fingerprint.distinct())).where(fires)
    told = await _read(connection, fires, heard_alert.c.fingerprint.in_(newest.limit(most)))
    return told, (await connection.execute(count)).scalar_one()


async def known(connection: AsyncConnection, told: Iterable[Heard]) -> tuple[Heard, ...]:
    """What was heard of these alerts before, of those who tell of them now."""
    wanted: dict[str, set[str]] = {}
    for each in told:
        wanted.setdefault(each.origin, set()).add(each.fingerprint)
    found: list[Heard] = []
    for origin, fingerprints in wanted.items():
        every = sorted(fingerprints)
        for first in range(0, len(every), AT_ONCE):
            some = heard_alert.c.fingerprint.in_(every[first : first + AT_ONCE])
            found += await _read(connection, heard_alert.c.origin == origin, some)
    return tuple(found)


async def _read(connection: AsyncConnection, *which: ColumnElement[bool]) -> tuple[Heard, ...]:
    latest = heard_alert.c.heard_at.desc(), *(heard_alert.c[name] for name in KEY)
    query = select(heard_alert).where(*which).order_by(*latest)
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
            "alertname": dict(each.labels)["alertname"].replace("\0", "")[:MOST_OF_A_NAME],
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


async def end_unheard(connection: AsyncConnection, origin: str, before: datetime, now: datetime) -> None:
    """Ends what somebody told of for the last time before an instant."""
    theirs = heard_alert.c.origin == origin, heard_alert.c.state == "firing", heard_alert.c.heard_at < before
    await connection.execute(update(heard_alert).where(*theirs).values(state="resolved", ends_at=now))


async def forget_over(connection: AsyncConnection, before: datetime) -> None:
    """Forgets what is over and was heard of for the last time before an instant."""
    await connection.execute(
        delete(heard_alert).where(heard_alert.c.heard_at < before, heard_alert.c.state == "resolved")
    )


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
