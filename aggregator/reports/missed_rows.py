"""Reports that were not made, as rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.reports.planned import NAMES
from aggregator.store.clock import database_now
from aggregator.store.tables import run


@dataclass(frozen=True, slots=True)
class Missed:
    """One of them."""

    schedule: str
    slot: datetime
    why: str


async def every_missed(connection: AsyncConnection) -> tuple[Missed, ...]:
    """All of them as far back as runs are kept, the latest first."""
    return await _missed(connection, true())


async def missed_lately(connection: AsyncConnection, lately: timedelta) -> tuple[Missed, ...]:
    """Those of which that was noted in so short a time, by the database's clock."""
    return await _missed(connection, run.c.finished_at > database_now(-lately))


async def _missed(connection: AsyncConnection, which: ColumnElement[bool]) -> tuple[Missed, ...]:
    c = run.c
    ours = c.schedule.startswith(NAMES, autoescape=True), c.state == "failed"
    query = select(c.schedule, c.slot, c.error).where(*ours, which)
    return tuple(Missed(*row) for row in await connection.execute(query.order_by(c.slot.desc(), c.schedule)))
