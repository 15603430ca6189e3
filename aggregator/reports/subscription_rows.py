"""Who gets the reports of a community and whether they want them, as rows."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.reports.recipients import Subscription
from aggregator.store.report_tables import subscription
from aggregator.store.upsert import INSERT


async def subscriptions(
    connection: AsyncConnection, community: str, addresses: Sequence[str]
) -> dict[str, Subscription]:
    """By address; those that nobody knew are known now."""
    insert = INSERT[connection.dialect.name](subscription)
    for address in sorted(set(addresses)):
        row = {"id": secrets.token_hex(12), "community": community, "address": address}
        await connection.execute(insert.values(row).on_conflict_do_nothing(index_elements=["community", "address"]))
    return await known(connection, community, addresses)


async def known(
    connection: AsyncConnection, community: str, addresses: Collection[str] | None = None
) -> dict[str, Subscription]:
    """By address; those that nobody knows are not there. Without addresses all of the community."""
    c = subscription.c
    query = select(subscription).where(c.community == community)
    if addresses is not None:
        query = query.where(c.address.in_(list(addresses)))
    return {row.address: Subscription(*row) for row in await connection.execute(query)}


async def by_id(connection: AsyncConnection, name: str) -> Subscription | None:
    """The one of that id."""
    row = (await connection.execute(select(subscription).where(subscription.c.id == name))).one_or_none()
    return None if row is None else Subscription(*row)


async def stop(connection: AsyncConnection, name: str, now: datetime) -> None:
    """Stops its reports for good, until they are wanted again; when it was stopped first stays."""
    ours, c = subscription.c.id == name, subscription.c
    await connection.execute(update(subscription).where(ours, c.stopped_at.is_(None)).values(stopped_at=now))
    await connection.execute(update(subscription).where(ours).values(paused_until=None))


async def pause(connection: AsyncConnection, name: str, until: datetime) -> None:
    """Pauses its reports until then; what its reader has stopped stays so."""
    ours = subscription.c.id == name, subscription.c.stopped_at.is_(None)
    await connection.execute(update(subscription).where(*ours).values(paused_until=until))


async def resume(connection: AsyncConnection, name: str) -> None:
    """Lets its reports come again."""
    values = {"stopped_at": None, "paused_until": None}
    await connection.execute(update(subscription).where(subscription.c.id == name).values(values))
