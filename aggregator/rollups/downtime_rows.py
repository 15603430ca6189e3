"""When hubs were down, and when somebody looked, from the rows that watching leaves."""

from sqlalchemy import BigInteger, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.buckets import HOUR
from aggregator.rollups.downtime import Span
from aggregator.store.alert_tables import incident
from aggregator.store.instants import EPOCH, MILLISECOND
from aggregator.store.tables import run

LOOKS = "health"
"""The schedule of the looks at hubs."""


async def hours_looked(connection: AsyncConnection, since: int) -> frozenset[int]:
    """The hours since 1970 in which hubs were looked at, from a moment on and as far back as runs are kept."""
    hour = type_coerce(run.c.slot, BigInteger).op("/")(HOUR)
    query = select(hour).where(
        run.c.schedule == LOOKS, run.c.state == "done", run.c.slot >= EPOCH + since * MILLISECOND
    )
    return frozenset((await connection.execute(query.distinct())).scalars())


async def spans_down(
    connection: AsyncConnection, cluster: str, namespace: str, start: int, end: int
) -> tuple[Span, ...]:
    """The times in which a hub was down that lie at least in part in [start, end), in milliseconds."""
    c = incident.c
    query = select(c.started_at, c.ended_at).where(
        c.cluster == cluster,
        c.namespace == namespace,
        c.started_at < EPOCH + end * MILLISECOND,
        or_(c.ended_at.is_(None), c.ended_at > EPOCH + start * MILLISECOND),
    )
    return tuple((row.started_at, row.ended_at) for row in await connection.execute(query.order_by(c.started_at)))
