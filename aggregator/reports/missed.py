"""What operators are told of reports that were not made: once, in the transaction that notes it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Config
from aggregator.delivery.receivers import MAILS, another, receivers
from aggregator.delivery.wording import plain
from aggregator.outbox import receiver_rows
from aggregator.outbox.notice import Page, written
from aggregator.outbox.rows import enqueue
from aggregator.outbox.values import Message
from aggregator.reports.planned import OPERATORS, Planned

OURS = "reports"
"""The lane of these words."""
MOST = 50

Slot = tuple[Planned, datetime]


def missed_page(missed: Sequence[Slot], why: str, now: datetime) -> Page:
    """That reports were not made and are not made by themselves any more: which ones, and what to do."""
    entries = [f"• {_named(plan)}, {plan.period(slot).name} (due {slot:%Y-%m-%d %H:%M} UTC)" for plan, slot in missed]
    left = len(entries) - MOST
    one = len(entries) == 1
    return Page(
        f"{len(entries)} report{'' if one else 's'} {'was' if one else 'were'} missed",
        (
            plain(why),
            *entries[:MOST],
            *((f"• and {left} more",) if left > 0 else ()),
            "Nobody gets them by themselves any more. crosshub report send COMMUNITY --period PERIOD --to ADDRESS sends one.",
        ),
        now,
    )


async def tell_missed(
    connection: AsyncConnection, config: Config, missed: Sequence[Slot], why: str, now: datetime
) -> bool:
    """Whether there is somebody to tell; then they are."""
    standings = await receiver_rows.standings(connection)
    off = {name for name, each in standings.items() if each.disabled_at is not None}
    able = [each for name, each in receivers(config).items() if name not in off]
    if (receiver := another(MAILS, able)) is None:
        return False
    plan, slot = missed[0]
    key = f"{OURS}/missed/{plan.schedule.name}/{slot.isoformat()}"
    await enqueue(connection, Message(key, receiver, OURS, "page", written(missed_page(missed, why, now))))
    return True


def _named(plan: Planned) -> str:
    whose = "all hubs" if plan.community == OPERATORS else plan.community
    return f"{plan.kind} report of {whose}"
