"""Notices and pages for tests, and time that passes for what is kept of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, select, type_coerce, update

from aggregator.outbox import rows
from aggregator.outbox.notice import Item, Link, Notice, Page, Status, written
from aggregator.outbox.values import Message
from aggregator.store.alert_tables import outbox, receiver
from aggregator.store.database import Database
from aggregator.store.instants import MILLISECOND

NOW = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST, NEW, RESOLVED, REPEAT = (
    "first notification",
    "new alerts in group",
    "all alerts resolved",
    "repeat interval elapsed",
)
LINKS = (
    Link("Runbook", "https://crosshub.example.org/runbooks/hub-down"),
    Link("Grafana", "https://grafana.example.org/d/hub?var-cluster=lisbon&var-hub=prod"),
    Link("Silence for 1 h", "https://crosshub.example.org/alerts/silence"),
)


def item(name: str = "lisbon", status: Status = "firing", **changes: Any) -> Item:
    """An alert about the hub of a cluster that is down since 14:02, or was for three minutes."""
    down = Item(
        fingerprint=f"fp-{name}",
        status=status,
        labels=(("alertname", "HubDown"), ("cluster", name), ("namespace", "prod"), ("severity", "page")),
        annotations=(("summary", f"{name}/prod is down"),),
        title=f"University of {name.title()} ({name}/prod) is {'down' if status == 'firing' else 'back'}",
        since=NOW - 3 * MINUTE,
        until=None if status == "firing" else NOW,
        severity="page",
        evidence=() if status == "resolved" else ("its health page: 502, three times", "`up` of the hub: 0 since 14:01", "the cluster's Prometheus answers"),
        people=41,
        links=LINKS,
    )  # fmt: skip
    return replace(down, **changes)


def notice(*items: Item, reason: str = FIRST, group: str = "hubs", **changes: Any) -> Notice:
    """What a receiver is told of a group."""
    said = items or (item(),)
    status: Status = "firing" if any(each.status == "firing" for each in said) else "resolved"
    made = Notice(
        group_key=f'{{}}:{{alertname="{group}"}}',
        receiver="oncall",
        labels=(("alertname", group),),
        status=status,
        reason=reason,
        at=NOW,
        zone="UTC",
        items=said,
    )
    return replace(made, **changes)


def page(subject: str = "Good morning", *lines: str) -> Page:
    return Page(subject, lines or ("Two alerts are open.",), NOW)


def message(key: str, said: Notice | Page | None = None, *, to: str = "oncall", lane: str = "lane") -> Message:
    """A message that is to be kept."""
    said = said or notice()
    return Message(key, to, lane, "notice" if isinstance(said, Notice) else "page", written(said))


async def enqueued(database: Database, *messages: Message) -> list[bool]:
    """Which of them were new."""
    async with database.writing() as connection:
        return [await rows.enqueue(connection, each) for each in messages]


async def row_of(database: Database, key: str) -> Any:
    async with database.reading() as connection:
        return (await connection.execute(select(outbox).where(outbox.c.key == key))).one()


async def states(database: Database) -> dict[str, str]:
    """In which state each message is, by its key."""
    async with database.reading() as connection:
        return {row.key: row.state for row in await connection.execute(select(outbox.c.key, outbox.c.state))}


async def standing(database: Database, name: str = "oncall") -> Any:
    """The row of a receiver."""
    async with database.reading() as connection:
        return (await connection.execute(select(receiver).where(receiver.c.name == name))).one()


async def time_passes(database: Database, time: timedelta) -> None:
    """What was to be in a while is to be so much earlier: the clock that counts is the database's, and is not ours to put."""
    moments = {
        outbox: (outbox.c.not_before, outbox.c.lease_until, outbox.c.created_at, outbox.c.finished_at),
        receiver: (receiver.c.not_before, receiver.c.disabled_at),
    }
    async with database.writing() as connection:
        for table, columns in moments.items():
            for column in columns:
                # Milliseconds, which both databases subtract alike.
                earlier = update(table).values({column: _milliseconds(column) - time // MILLISECOND})
                await connection.execute(earlier)


def _milliseconds(column: Any) -> Any:
    return type_coerce(column, BigInteger())
