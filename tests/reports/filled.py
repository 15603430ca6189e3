"""A database filled with what happened in a cluster of the demo over some weeks, as its rollups would be.

That rollups of real servers are what happened is proven in `tests/rollups`; here days are taken from the truth, and weeks,
months and people of communities follow from them by the code that makes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Access, Cluster, Config, Hub, Prometheus
from aggregator.demo.blocks import Recipe
from aggregator.demo.generate import truth_for
from aggregator.demo.home_metrics import home_families, volume_families
from aggregator.demo.truth import Truth
from aggregator.rollups.asking import Told
from aggregator.rollups.books import Books
from aggregator.rollups.bucket_rows import keep_measures
from aggregator.rollups.buckets import HOUR, Bucket, Resolution, buckets, days_of, holding
from aggregator.rollups.catalogue import About
from aggregator.rollups.chunks import Chunk
from aggregator.rollups.crowds import hubs_of, keep_crowd
from aggregator.rollups.keeping import keep_longer, keep_told
from aggregator.rollups.people import Seen
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.subject_rows import keep_subjects, known_subjects
from aggregator.rollups.subjects import Subject, subjects
from aggregator.rules.incident_rows import keep as keep_incidents
from aggregator.rules.incidents import Incident
from aggregator.store.database import Database
from aggregator.store.instants import EPOCH, MILLISECOND
from tests.rollups.made import at
from tests.rollups.what_happened import TRUE, Day

PLAN = Recipe(seed=20, hubs=3, people=0.3).cluster(0)
SINCE, UNTIL = at("2026-08-17 00:00"), at("2026-11-24 00:00")
"""The week of the report and eight before it, and enough before those to know who is new."""

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DETAILED = at("2026-11-15 13:00")
"""From then on, when Monday begins in Sydney, also what takes long to add up."""

BY_DAY = (
    "sessions", "servers_most", "server_hours", "server_starts", "server_start_failures", "server_starts_refused",
    "logins", "logins_refused", "up_ratio", "down_minutes", "hub_restarts",
)  # fmt: skip
IN_DETAIL = ("cpu_hours", "memory_gib_hours", "memory_most_bytes")
BY_WEEK = ("server_start_seconds_p50", "server_start_seconds_p95")
HOMES = {
    "dirsize_total_size_bytes": "home_bytes",
    "kubelet_volume_stats_capacity_bytes": "home_volume_bytes",
    "kubelet_volume_stats_available_bytes": "home_volume_free_bytes",
}


@dataclass(frozen=True)
class Happening:
    """What happened on a stretch of a hub: its numbers, its people, and how many of its minutes were recorded."""

    numbers: Mapping[str, float]
    people: frozenset[str]
    coverage: Coverage
    images: Mapping[str, float]


def config() -> Config:
    """The configuration of the cluster: one community has all its hubs."""
    hubs = tuple(
        Hub(
            each.namespace,
            title=each.title,
            timezone=ZoneInfo(each.timezone),
            community=PLAN.name,
            access=Access("institution", (f"*@{each.domain}",), owner=f"owner@{each.domain}"),
        )
        for each in PLAN.hubs
    )
    community = Community(PLAN.name, PLAN.place, ("ana@example.org",))
    return Config((Cluster(PLAN.name, Prometheus(("http://127.0.0.1:1",)), hubs=hubs),), communities=(community,))


@cache
def truth() -> Truth:
    return truth_for(PLAN, SINCE, UNTIL)


@cache
def happening(namespace: str, start: int, end: int) -> Happening:
    """What happened on one hub in a stretch of time."""
    day = Day(PLAN, truth(), namespace, start, end)
    found = {name: value for name in (*BY_DAY, *BY_WEEK) if (value := TRUE[name](day)) is not None}
    if start >= DETAILED:
        found |= dict(zip(IN_DETAIL, (day.used()), strict=True))
    # The last scrape of a stretch is what is told of its end.
    last = (end - 1) // 60_000 * 60_000
    found |= {name: float(size) for name, size in _homes(namespace, last).items()}
    return Happening(found, frozenset(name.lower() for name in day.users()), _coverage(start, end), day.image_hours())


async def fill(database: Database) -> Config:
    """Keeps all of it, and gives the configuration."""
    told = config()
    named = subjects(told)
    hubs = [each for each in named if each.about is About.HUB]
    async with database.writing() as connection:
        measures = await keep_measures(connection)
        ids = await keep_subjects(connection, named, NOW)
        await keep_incidents(connection, incidents())
        looked = frozenset(range(SINCE // HOUR, UNTIL // HOUR))
        books = Books(ids, measures, PeopleKey(bytes(32)), looked)
        keeper = books.keeper(connection, NOW)
        for hub in hubs:
            days = [each for each in buckets(Resolution.DAY, SINCE, UNTIL, hub.zone) if each.end <= _now()]
            hours = buckets(Resolution.HOUR, days[-1].start - 14 * 24 * HOUR, days[-1].end, hub.zone)
            for some in (days, hours):
                chunk = Chunk(hub.cluster, (hub,), tuple(some))
                told_of = _told_of_hours(hub, some) if some is hours else _told(hub, some)
                people = {} if some is hours else {(hub.namespace, x.number): _of(hub, x).people for x in some}
                await keep_told(keeper, books, chunk, told_of, Seen(people))
            for longer in _longer(days, hub):
                chunk = Chunk(hub.cluster, (hub,), (longer,))
                await keep_longer(keeper, books, chunk, _told_of_longer(hub, longer))
        known = await known_subjects(connection)
        for crowd in (each for each in named if each.about is not About.HUB):
            days = [each for each in buckets(Resolution.DAY, SINCE, UNTIL, crowd.zone) if each.end <= _now()]
            await keep_crowd(keeper, books, crowd, hubs_of(crowd, known), [*days, *_longer(days, crowd)])
    return told


def incidents() -> Iterable[Incident]:
    """Each time a hub was down, as somebody who always looks would know it."""
    for each in truth().starts:
        if each.down:
            began, ended = (EPOCH + moment * MILLISECOND for moment in (each.at - each.down, each.at))
            yield Incident(PLAN.name, each.namespace, began, ended, "HubDown")


def _longer(days: list[Bucket], whose: Subject) -> list[Bucket]:
    found = {
        holding(resolution, day.start + HOUR, whose.zone)
        for day in days
        for resolution in (Resolution.WEEK, Resolution.MONTH)
    }
    return sorted(each for each in found if each.end <= _now() and days_of(each, whose.zone)[0] in days)


def _of(hub: Subject, bucket: Bucket) -> Happening:
    return happening(hub.namespace, bucket.start, bucket.end)


def _told(hub: Subject, days: Iterable[Bucket]) -> Told:
    found = {(hub.namespace, day.number): _of(hub, day) for day in days}
    names = {name for each in found.values() for name in each.numbers}
    return Told(
        {place: each.coverage for place, each in found.items()},
        {name: {place: each.numbers[name] for place, each in found.items() if name in each.numbers} for name in names},
        images={place: each.images for place, each in found.items()},
    )


def _told_of_hours(hub: Subject, hours: Iterable[Bucket]) -> Told:
    places = {(hub.namespace, each.number): (each.start, each.end) for each in hours}
    most = {place: float(_most(hub.namespace, *span)) for place, span in places.items()}
    return Told({place: _coverage(*span) for place, span in places.items()}, {"servers_most": most})


@cache
def _most(namespace: str, start: int, end: int) -> int:
    return Day(PLAN, truth(), namespace, start, end).most()


def _told_of_longer(hub: Subject, longer: Bucket) -> Told:
    place = hub.namespace, longer.number
    day = Day(PLAN, truth(), hub.namespace, longer.start, longer.end)
    values = {name: {place: value} for name in BY_WEEK if (value := TRUE[name](day)) is not None}
    return Told({place: _coverage(longer.start, longer.end)}, values)


def _coverage(start: int, end: int) -> Coverage:
    """One scrape a minute, but while the cluster's Prometheus was away."""
    away = sum(max(0, min(gap.end, end) - max(gap.start, start)) for gap in truth().gaps)
    return Coverage((end - start - away) // 60_000, (end - start) // 60_000)


@cache
def _homes(namespace: str, moment: int) -> dict[str, float]:
    plan = next(each for each in PLAN.hubs if each.namespace == namespace)
    times = np.array([moment], dtype=np.int64)
    found: dict[str, float] = {}
    for family in (*home_families(plan, truth(), times), *volume_families(plan, truth(), times)):
        for labels, value in zip(family.raw.labels, family.raw.values.tolist(), strict=True):
            if family.name in HOMES and dict(labels).get("persistentvolumeclaim", "home-nfs") == "home-nfs":
                found[HOMES[family.name]] = found.get(HOMES[family.name], 0.0) + value
    return found


def _now() -> int:
    return round(NOW.timestamp()) * 1000
