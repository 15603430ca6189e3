"""Groups of alerts, and what receivers were last told of them, as rows."""

from collections.abc import Collection, Mapping
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.notify.deciding import Group
from aggregator.notify.deduplicating import Told
from aggregator.series import Labels
from aggregator.store.alert_tables import alert_group, notification, receiver
from aggregator.store.upsert import insert_new, upsert


async def groups(connection: AsyncConnection) -> tuple[Group, ...]:
    """Every group there is."""
    found = await connection.execute(select(alert_group).order_by(alert_group.c.key))
    return tuple(Group(row.key, _labels(row.labels), row.began_at, row.due_at, row.flushed_at) for row in found.all())


async def told(connection: AsyncConnection) -> dict[tuple[str, str], Told]:
    """What was last told of the groups there are, by group and receiver."""
    there = select(notification).join(alert_group, alert_group.c.key == notification.c.group_key)
    return {
        (row.group_key, row.receiver): Told(row.at, _set(row.firing), _set(row.resolved), _set(row.owed))
        for row in (await connection.execute(there)).all()
    }


async def begin(connection: AsyncConnection, group: Group) -> bool:
    """Whether the group is new, and was begun by us."""
    row = {
        "key": group.key,
        "labels": orjson.dumps(dict(group.labels)).decode(),
        "began_at": group.began_at,
        "due_at": group.due_at,
        "flushed_at": group.flushed_at,
    }
    return await insert_new(connection, alert_group, row)


async def make_due(connection: AsyncConnection, group: Group, due_at: datetime) -> bool:
    """Whether the group is as it was read; then it is due at another time."""
    changed = await connection.execute(update(alert_group).where(_as_read(group)).values(due_at=due_at))
    return bool(changed.rowcount)


async def flush(connection: AsyncConnection, group: Group, due_at: datetime, now: datetime) -> bool:
    """Whether this flush of the group is ours: nobody else has done it, and nobody will."""
    values = {"due_at": due_at, "flushed_at": now}
    changed = await connection.execute(update(alert_group).where(_as_read(group)).values(values))
    return bool(changed.rowcount)


async def end(connection: AsyncConnection, group: Group) -> bool:
    """Whether the group is as it was read; then it is no more."""
    return bool((await connection.execute(delete(alert_group).where(_as_read(group)))).rowcount)


async def keep_told(connection: AsyncConnection, group_key: str, said: Mapping[str, Told]) -> None:
    """Notes what receivers were told last of a group."""
    rows = [
        {
            "group_key": group_key,
            "receiver": to,
            "at": each.at,
            "firing": _written(each.firing),
            "resolved": _written(each.resolved),
            "owed": _written(each.owed),
        }
        for to, each in said.items()
    ]
    await upsert(connection, notification, rows, key=("group_key", "receiver"))


async def disabled_receivers(connection: AsyncConnection, configured: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Name and error of each of these receivers that is switched off. What is said of others is of an older configuration."""
    off = receiver.c.disabled_at.is_not(None), receiver.c.name.in_(tuple(configured))
    query = select(receiver.c.name, receiver.c.error).where(*off)
    return tuple((row.name, row.error or "") for row in await connection.execute(query.order_by(receiver.c.name)))


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many rows were removed, at most so many: what was told before an instant of groups that are gone."""
    there = select(alert_group.c.key).where(alert_group.c.key == notification.c.group_key).exists()
    old = select(notification.c.group_key).where(notification.c.at < before, ~there).distinct().limit(most)
    removed = await connection.execute(
        delete(notification).where(notification.c.group_key.in_(old), notification.c.at < before)
    )
    return removed.rowcount


def _as_read(group: Group) -> ColumnElement[bool]:
    return and_(alert_group.c.key == group.key, alert_group.c.due_at == group.due_at)


def _set(text: str) -> frozenset[str]:
    return frozenset(orjson.loads(text))


def _written(fingerprints: Collection[str]) -> str:
    return orjson.dumps(sorted(fingerprints)).decode()


def _labels(text: str) -> Labels:
    return tuple(sorted(orjson.loads(text).items()))
