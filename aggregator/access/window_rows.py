"""Open windows that were declared by the command, as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.access.evidence import Where
from aggregator.access.policy import Window
from aggregator.store.access_tables import access_window


@dataclass(frozen=True, slots=True)
class Kept:
    """A window of one hub, when it was declared, and who ended it early."""

    where: Where
    window: Window
    created_at: datetime
    ended_by: str = ""


async def windows(connection: AsyncConnection) -> tuple[Kept, ...]:
    """All of them, the earliest first."""
    query = select(access_window).order_by(access_window.c.starts_at, access_window.c.id)
    return tuple(map(_kept, await connection.execute(query)))


async def windows_by_hub(connection: AsyncConnection) -> Mapping[Where, tuple[Window, ...]]:
    """The windows of each hub that has any."""
    found: dict[Where, tuple[Window, ...]] = {}
    for each in await windows(connection):
        found[each.where] = (*found.get(each.where, ()), each.window)
    return found


async def add(connection: AsyncConnection, new: Kept) -> None:
    """Keeps a new window."""
    window = new.window
    row = {
        "id": window.id, "cluster": new.where[0], "namespace": new.where[1], "starts_at": window.since,
        "ends_at": window.until, "expected_people": window.expected_people, "reason": window.reason,
        "author": window.author, "created_at": new.created_at,
    }  # fmt: skip
    await connection.execute(insert(access_window).values(row))


async def end(connection: AsyncConnection, name: str, now: datetime, author: str) -> bool:
    """Whether there was such a window that was not over; then it is. One that had not begun never does."""
    c = access_window.c
    open_now = (c.ends_at.is_(None)) | (c.ends_at > now)
    ended = update(access_window).where(c.id == name, open_now).values(ends_at=now, ended_by=author)
    return bool((await connection.execute(ended)).rowcount)


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many were removed, at most so many: windows that ended before an instant."""
    old = select(access_window.c.id).where(access_window.c.ends_at < before).limit(most)
    return (await connection.execute(delete(access_window).where(access_window.c.id.in_(old)))).rowcount


def _kept(row: Row[Any]) -> Kept:
    window = Window(row.starts_at, row.ends_at, row.expected_people, row.reason, row.author, row.id)
    return Kept((row.cluster, row.namespace), window, row.created_at, row.ended_by or "")
