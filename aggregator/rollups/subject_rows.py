"""Subjects as rows: they stay when the configuration forgets them, since their numbers do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.buckets import Bucket
from aggregator.rollups.catalogue import About
from aggregator.rollups.subjects import Subject
from aggregator.store.instants import milliseconds
from aggregator.store.tables import subject
from aggregator.store.upsert import upsert

Ids = Mapping[tuple[About, str], int]
"""The number of a subject in other tables, by whom it is about and key."""


@dataclass(frozen=True, slots=True)
class Known:
    """A subject as it is kept: known since a moment and, where the configuration names it no more, gone since another."""

    id: int
    about: About
    key: str
    cluster: str
    namespace: str
    name: str
    community: str
    zone: str
    ephemeral: bool
    since: datetime
    gone_at: datetime | None

    @property
    def gone(self) -> bool:
        return self.gone_at is not None

    def was_there(self, bucket: Bucket) -> bool:
        """Whether the configuration named it in some part of a bucket."""
        is_gone = self.gone_at is not None and milliseconds(self.gone_at) <= bucket.start
        return milliseconds(self.since) < bucket.end and not is_gone


async def keep_subjects(connection: AsyncConnection, named: Sequence[Subject], now: datetime) -> Ids:
    """The numbers of all that are named, with their names and zones as they are now; all others are gone from now on."""
    # In the order in which everybody takes them: two who each wait for what the other holds would wait for ever.
    await hold_subjects(connection, [each.id for each in await known_subjects(connection)])
    rows = [_row(each, now) for each in named]
    replacing = ("cluster", "namespace", "name", "title", "community", "zone", "ephemeral", "gone_at")
    await upsert(connection, subject, rows, key=("kind", "key"), replacing=replacing)
    places = [(str(each.about), each.key) for each in named]
    others = tuple_(subject.c.kind, subject.c.key).not_in(places)
    await connection.execute(update(subject).where(others, subject.c.gone_at.is_(None)).values(gone_at=now))
    return {(each.about, each.key): each.id for each in await known_subjects(connection)}


async def hold_subjects(connection: AsyncConnection, some: Collection[int]) -> None:
    """Whoever else holds any of them waits until this transaction ends, and then sees what it wrote.

    What is made of other rows would otherwise be made of what stood there a moment ago, and never be made again. SQLite has
    one writer at a time anyway.
    """
    query = select(subject.c.id).where(subject.c.id.in_(list(some))).order_by(subject.c.id)
    await connection.execute(query.with_for_update(key_share=True))


async def known_subjects(connection: AsyncConnection) -> tuple[Known, ...]:
    """All that ever were, in the order in which they came."""
    found = await connection.execute(select(subject).order_by(subject.c.id))
    return tuple(
        Known(
            row.id,
            About(row.kind),
            row.key,
            row.cluster,
            row.namespace,
            row.name,
            row.community,
            row.zone,
            row.ephemeral,
            row.since,
            row.gone_at,
        )
        for row in found
    )


def _row(each: Subject, now: datetime) -> dict[str, object]:
    return {
        "kind": str(each.about),
        "key": each.key,
        "cluster": each.cluster,
        "namespace": each.namespace,
        "name": each.name,
        "title": each.title,
        "community": each.community,
        "zone": each.zone.key,
        "ephemeral": each.ephemeral,
        "since": now,
        "gone_at": None,
    }
