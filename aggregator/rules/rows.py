"""What the last look at each rule came to, as rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.events.values import Health
from aggregator.slots.rows import hold
from aggregator.store.alert_tables import rule_look
from aggregator.store.upsert import upsert

MOST_OF_AN_ERROR = 2000


@dataclass(frozen=True, slots=True)
class RuleLook:
    """The last look at a rule: when, how long it took, and what it was worth; `error` says why it was not worth more."""

    rule: str
    looked_at: datetime
    seconds: float
    health: Health
    error: str = ""


async def looks(connection: AsyncConnection) -> dict[str, RuleLook]:
    """The last look at each rule, by its key."""
    found = await connection.execute(select(rule_look))
    return {row.rule: RuleLook(row.rule, row.looked_at, row.seconds, Health(row.health), row.error) for row in found}


async def turn(connection: AsyncConnection, name: str, rules: Collection[str], at: datetime) -> bool:
    """Whether nobody has looked at these rules at that moment or later; until the transaction ends nobody else will.

    Two replicas may hold two slots of one schedule. The one with the older slot must not write over the other's work.
    """
    await hold(connection, name)
    query = select(func.max(rule_look.c.looked_at)).where(rule_look.c.rule.in_(rules))
    latest = (await connection.execute(query)).scalar()
    return latest is None or latest < at


async def note(connection: AsyncConnection, looked: Iterable[RuleLook]) -> None:
    """Keeps looks, each in the place of the one before it."""
    rows = [
        {
            "rule": each.rule,
            "looked_at": each.looked_at,
            "seconds": each.seconds,
            "health": each.health,
            # PostgreSQL keeps no text with a NUL in it.
            "error": each.error.replace("\0", "")[:MOST_OF_AN_ERROR],
        }
        for each in looked
    ]
    await upsert(connection, rule_look, rows, key=("rule",))


async def forget(connection: AsyncConnection, kept: Collection[str], before: datetime) -> None:
    """Forgets the looks at all rules but these that were taken before an instant."""
    others = rule_look.c.rule.not_in(kept), rule_look.c.looked_at < before
    await connection.execute(delete(rule_look).where(*others))
