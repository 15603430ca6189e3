"""Rollups computed from real Prometheus servers into a real database, and read back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from aggregator.clusters.values import Cluster, Prometheus
from aggregator.federation.fanout import open_fleet
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.catalogue import About
from aggregator.rollups.chunks import Window
from aggregator.rollups.job import Rollups
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.subjects import Subject
from aggregator.store import tables
from aggregator.store.database import Database

KEY = PeopleKey(b"k" * 32)


@dataclass(frozen=True)
class Row:
    """A bucket as it is kept: where it lies, what was seen, and its numbers."""

    start: int
    end: int
    seen: int
    expected: int
    values: Mapping[str, float]


def hub(namespace: str, zone: str = "UTC", *, cluster: str = "lisbon", **more: str | bool | frozenset[str]) -> Subject:
    """A hub as the configuration names it."""
    return Subject(
        About.HUB, f"{cluster}/{namespace}", ZoneInfo(zone), cluster=cluster, namespace=namespace,
        **{"name": namespace, **more},  # type: ignore[arg-type]
    )  # fmt: skip


@asynccontextmanager
async def rollups(
    database: Database, urls: Mapping[str, str], subjects: Sequence[Subject], now: int
) -> AsyncIterator[Rollups]:
    """What computes the numbers of these hubs, as it is at a moment."""
    clusters = [Cluster(name, Prometheus(urls=(url,))) for name, url in urls.items()]
    async with open_fleet(clusters) as fleet:
        yield Rollups(fleet, database, KEY, subjects, lambda: datetime.fromtimestamp(now / 1000, UTC))


async def kept(
    database: Database, namespace: str, resolution: Resolution, window: Window | None = None
) -> dict[str, Row]:
    """The buckets of a hub by their first local date (hours: by the hour in UTC)."""
    found: dict[str, Row] = {}
    async with database.reading() as connection:
        b, s, r, m = tables.bucket.c, tables.subject.c, tables.rollup.c, tables.measure.c
        which = (s.namespace == namespace, b.resolution == str(resolution))
        query = select(tables.bucket).join(tables.subject, s.id == b.subject).where(*which).order_by(b.number)
        numbers = select(r.number, m.name, r.value).join(tables.subject, s.id == r.subject)
        numbers = numbers.join(tables.measure, m.id == r.measure)
        numbers = numbers.where(s.namespace == namespace, r.resolution == str(resolution))
        values: dict[int, dict[str, float]] = {}
        for row in await connection.execute(numbers):
            values.setdefault(row.number, {})[row.name] = row.value
        for row in await connection.execute(query):
            if window is None or (window.start <= row.start and row.end <= window.end):
                name = _name(resolution, row.number)
                found[name] = Row(row.start, row.end, row.seen, row.expected, values.get(row.number, {}))
    return found


def _name(resolution: Resolution, number: int) -> str:
    seconds = number * (3600 if resolution is Resolution.HOUR else 86400)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M}" if resolution is Resolution.HOUR else f"{moment:%Y-%m-%d}"
