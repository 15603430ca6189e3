"""How reports and their mails fare, counted in rows, so that all replicas say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.reports.planned import NAMES
from aggregator.store.alert_tables import outbox
from aggregator.store.report_tables import report, report_recipient
from aggregator.store.tables import run

DAYS = timedelta(days=7)
LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Health:
    """What there was in the last seven days: reports due, made, late, missed; mails due, waiting, sent, refused, left out."""

    reports: Mapping[str, int]
    mails: Mapping[str, int]


async def health(connection: AsyncConnection, now: datetime) -> Health:
    """How it stands."""
    since = now - DAYS
    slots = await _counts(
        connection,
        select(run.c.state, func.count())
        .where(run.c.schedule.startswith(NAMES, autoescape=True), run.c.claimed_at > since)
        .group_by(run.c.state),
    )
    mails = await _counts(
        connection,
        select(outbox.c.state, func.count())
        .where(outbox.c.kind == "report", outbox.c.created_at > since)
        .group_by(outbox.c.state),
    )
    made = await connection.execute(select(report.c.slot, report.c.made_at).where(report.c.made_at > since))
    left_out = (
        select(func.count())
        .join(report, report.c.id == report_recipient.c.report)
        .where(report_recipient.c.left_out.is_not(None), report.c.made_at > since)
    )
    return Health(
        {
            "due": sum(slots.values()),
            "made": slots.get("done", 0),
            "late": sum(each.made_at - each.slot > LATE for each in made),
            "missed": slots.get("failed", 0),
        },
        {
            "due": sum(mails.values()),
            "waiting": mails.get("pending", 0) + mails.get("leased", 0),
            "sent": mails.get("sent", 0),
            "refused": mails.get("failed", 0),
            "left out": (await connection.execute(left_out)).scalar_one(),
        },
    )


async def _counts(connection: AsyncConnection, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in await connection.execute(query)}
