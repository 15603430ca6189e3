"""Incidents as rows."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rules.incidents import Incident
from aggregator.store.alert_tables import incident
from aggregator.store.upsert import upsert

KEY = ("cluster", "namespace", "started_at")


async def open_or_ended_since(connection: AsyncConnection, since: datetime) -> tuple[Incident, ...]:
    """The incidents without an end, and those that ended at an instant or later."""
    return await _read(connection, _ended_since(since))


async def between(connection: AsyncConnection, start: datetime, end: datetime) -> tuple[Incident, ...]:
    """The incidents of all hubs that lie at least in part between two instants."""
    return await _read(connection, _ended_since(start), incident.c.started_at < end)


async def keep(connection: AsyncConnection, incidents: Iterable[Incident]) -> None:
    """Keeps incidents, each in the place of what was known of it."""
    rows = [
        {
            "cluster": each.cluster,
            "namespace": each.namespace,
            "started_at": each.started_at,
            "ended_at": each.ended_at,
            "cause": each.cause,
        }
        for each in incidents
    ]
    await upsert(connection, incident, rows, key=KEY)


def _ended_since(since: datetime) -> ColumnElement[bool]:
    return or_(incident.c.ended_at.is_(None), incident.c.ended_at >= since)


async def _read(connection: AsyncConnection, *which: ColumnElement[bool]) -> tuple[Incident, ...]:
    query = select(incident).where(*which).order_by(incident.c.started_at, incident.c.cluster, incident.c.namespace)
    return tuple(
        Incident(row.cluster, row.namespace, row.started_at, row.ended_at, row.cause)
        for row in await connection.execute(query)
    )
