"""Addresses that mail servers refuse, as rows."""

from collections.abc import Collection

from sqlalchemy import and_, case, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.store.clock import database_now
from aggregator.store.report_tables import mail_address
from aggregator.store.upsert import INSERT

MOST_OF_AN_ERROR = 2000
MOST_REFUSALS = 3
"""So many in a row, and nothing is sent to an address any more."""


async def refused(connection: AsyncConnection, address: str, why: str) -> bool:
    """Whether nothing is sent to the address any more, by this refusal."""
    c, error = mail_address.c, why[:MOST_OF_AN_ERROR]
    first = {"address": address, "refusals": 1, "error": error, "refused_at": database_now(), "suppressed_at": None}
    times = c.refusals + 1
    again = {
        "refusals": times,
        "error": error,
        "refused_at": database_now(),
        "suppressed_at": case(
            (c.suppressed_at.is_not(None), c.suppressed_at), (times >= MOST_REFUSALS, database_now())
        ),
    }
    insert = INSERT[connection.dialect.name](mail_address).values(first)
    kept = insert.on_conflict_do_update(index_elements=["address"], set_=again).returning(c.refusals)
    times_now: int = (await connection.execute(kept)).scalar_one()
    return times_now == MOST_REFUSALS


async def reached(connection: AsyncConnection, address: str) -> None:
    """Forgets refusals: it takes mails."""
    await connection.execute(delete(mail_address).where(mail_address.c.address == address))


async def suppressed(connection: AsyncConnection, addresses: Collection[str]) -> dict[str, str]:
    """Which of them nothing is sent to, each with the last refusal."""
    c = mail_address.c
    query = select(c.address, c.error).where(and_(c.address.in_(list(addresses)), c.suppressed_at.is_not(None)))
    return {row.address: row.error for row in await connection.execute(query)}
