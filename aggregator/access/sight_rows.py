"""What the last looks at hubs came to, as rows."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.access.evidence import Known, Where
from aggregator.access.remembering import Sight
from aggregator.slots.rows import hold
from aggregator.store.access_tables import access_sight
from aggregator.store.upsert import upsert

KEY = ("cluster", "namespace")


async def sights(connection: AsyncConnection) -> Mapping[Where, Sight]:
    """The last look at each hub."""
    return {found.where: found for found in map(_sight, await connection.execute(select(access_sight)))}


async def turn(connection: AsyncConnection, name: str, at: datetime) -> bool:
    """Whether nobody has looked at that moment or later, by this schedule; until the transaction ends nobody else will.

    Two replicas may hold two slots of it. The one with the older look must not write over the other's work.
    """
    await hold(connection, name)
    latest = (await connection.execute(select(func.max(access_sight.c.looked_at)))).scalar()
    return latest is None or latest < at


async def keep(connection: AsyncConnection, seen: Iterable[Sight]) -> None:
    """Keeps looks, each in the place of the one before."""
    rows = [_row(each) for each in seen]
    if rows:
        await upsert(connection, access_sight, rows, key=KEY)


async def forget(connection: AsyncConnection, before: datetime) -> None:
    """Forgets hubs that were not looked at since an instant."""
    await connection.execute(delete(access_sight).where(access_sight.c.looked_at < before))


def _row(kept: Sight) -> dict[str, Any]:
    admins = kept.known.admins
    return {
        "cluster": kept.where[0],
        "namespace": kept.where[1],
        "looked_at": kept.looked_at,
        "authenticator": kept.known.authenticator,
        "was": kept.known.was,
        "since": kept.known.since,
        "admins": None if admins is None else json.dumps({who: at and at.isoformat() for who, at in admins.items()}),
        "observed": json.dumps(kept.observed),
        "sides": json.dumps(kept.sides),
    }


def _sight(row: Row[Any]) -> Sight:
    admins = None if row.admins is None else {who: _moment(at) for who, at in json.loads(row.admins).items()}
    return Sight(
        (row.cluster, row.namespace),
        row.looked_at,
        Known(row.authenticator, row.was, row.since, admins),
        tuple(json.loads(row.observed)),
        tuple(json.loads(row.sides)),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
