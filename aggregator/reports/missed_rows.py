"""Reports that were not made, as rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.reports.planned import NAMES
from aggregator.store.tables import run


@dataclass(frozen=True, slots=True)
class Missed:
    """One of them."""

    schedule: str
    slot: datetime
    why: str


async def missed_since(connection: AsyncConnection) -> tuple[Missed, ...]:
    """All of them as far back as runs are kept, the latest first."""
    c = run.c
    query = select(c.schedule, c.slot, c.error).where(
        c.schedule.startswith(NAMES, autoescape=True), c.state == "failed"
    )
    return tuple(Missed(*row) for row in await connection.execute(query.order_by(c.slot.desc(), c.schedule)))
