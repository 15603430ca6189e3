"""Rollups computed from real Prometheus servers into a real database, and read back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from aggregator.clusters.values import Cluster, Prometheus
from aggregator.federation.fanout import open_fleet
from aggregator.federation.question import Fleet, Form, Question, Reply, T
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.catalogue import About
from aggregator.rollups.job import Rollups
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.subjects import Subject
from aggregator.store import tables
from aggregator.store.database import Database

KEY = PeopleKey(b"k" * 32)


@dataclass(frozen=True)
class Row:
    """A bucket as it is kept: where it lies, what was seen, its numbers, and hours by image."""

    start: int
    end: int
    seen: int
    expected: int
    values: Mapping[str, float]
    images: Mapping[str, float] = field(default_factory=dict)


def hub(namespace: str, zone: str = "UTC", *, cluster: str = "lisbon", **more: str | bool | frozenset[str]) -> Subject:
    """A hub as the configuration names it."""
    return Subject(
        About.HUB, f"{cluster}/{namespace}", ZoneInfo(zone), cluster=cluster, namespace=namespace,
        **{"name": namespace, **more},  # type: ignore[arg-type]
    )  # fmt: skip


Replies = dict[tuple[str, Form], Any]
"""What was answered before, by cluster and question."""


@dataclass(frozen=True)
class Remembering:
    """A fleet whose clusters are asked each question once, however many databases are filled with the answers."""

    fleet: Fleet
    replies: Replies

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        for each in questions:
            if (each.cluster, each.form) not in self.replies:
                (self.replies[each.cluster, each.form],) = await self.fleet.ask([each], deadline)
        return tuple(self.replies[each.cluster, each.form] for each in questions)


@asynccontextmanager
async def rollups(
    database: Database, urls: Mapping[str, str], subjects: Sequence[Subject], now: int, replies: Replies | None = None
) -> AsyncIterator[Rollups]:
    """What computes the numbers of these hubs, as it is at a moment."""
    clusters = [Cluster(name, Prometheus(urls=(url,))) for name, url in urls.items()]
    async with open_fleet(clusters) as opened:
        fleet: Fleet = opened if replies is None else Remembering(opened, replies)
        yield Rollups(fleet, database, KEY, subjects, lambda: datetime.fromtimestamp(now / 1000, UTC))


async def kept(database: Database, whose: Subject, resolution: Resolution) -> dict[str, Row]:
    """The buckets of a hub by their first local date (hours: by the hour in UTC)."""
    found: dict[str, Row] = {}
    async with database.reading() as connection:
        b, s, r, m = tables.bucket.c, tables.subject.c, tables.rollup.c, tables.measure.c
        which = (s.key == whose.key, b.resolution == str(resolution))
        query = select(tables.bucket).join(tables.subject, s.id == b.subject).where(*which).order_by(b.number)
        numbers = select(r.number, m.name, r.value).join(tables.subject, s.id == r.subject)
        numbers = numbers.join(tables.measure, m.id == r.measure)
        numbers = numbers.where(s.key == whose.key, r.resolution == str(resolution))
        values: dict[int, dict[str, float]] = {}
        for row in await connection.execute(numbers):
            values.setdefault(row.number, {})[row.name] = row.value
        i = tables.image_hours.c
        ran = select(i.number, i.image, i.hours).join(tables.subject, s.id == i.subject)
        images: dict[int, dict[str, float]] = {}
        for row in await connection.execute(ran.where(s.key == whose.key, i.resolution == str(resolution))):
            images.setdefault(row.number, {})[row.image] = row.hours
        for row in await connection.execute(query):
            told = values.get(row.number, {}), images.get(row.number, {})
            found[_name(resolution, row.number)] = Row(row.start, row.end, row.seen, row.expected, *told)
    return found


def _name(resolution: Resolution, number: int) -> str:
    seconds = number * (3600 if resolution is Resolution.HOUR else 86400)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M}" if resolution is Resolution.HOUR else f"{moment:%Y-%m-%d}"
