"""Numbers put into a database through the functions that keep them, and an engine that answers from it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.rollups.bucket_rows import Filled, Keeper, keep_measures
from aggregator.rollups.buckets import HOUR, Bucket, Resolution, holding
from aggregator.rollups.catalogue import About
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.source import RollupSource
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import Subject
from aggregator.store.database import Database
from tests.query.scripted import Scene, Script, scene

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def hub(key: str, zone: str = "UTC", community: str = "") -> Subject:
    """The hub `cluster/namespace`, whose name is that of its namespace in capitals."""
    cluster, namespace = key.split("/")
    return Subject(About.HUB, key, ZoneInfo(zone), cluster, namespace, namespace.upper(), community=community)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values of one measure of a subject, in buckets that follow each other from a moment on; None is a gap."""

    whose: Subject
    measure: str
    resolution: Resolution
    since: str
    values: Sequence[float | None]

    def filled(self) -> Iterator[Filled]:
        zone = self.whose.zone
        # An hour into the bucket, so that a zone whose clocks skip midnight is no trouble.
        bucket = holding(self.resolution, at(self.since, zone) * 1000, zone)
        for value in self.values:
            found: Mapping[str, float] = {} if value is None else {self.measure: value}
            yield Filled(bucket, zone.key, Coverage(10, 10), found)
            bucket = _following(bucket, zone)


def _following(bucket: Bucket, zone: ZoneInfo) -> Bucket:
    return holding(bucket.resolution, bucket.end + HOUR // 2, zone)


def days(whose: Subject, since: str, *values: float | None, measure: str = "people") -> Numbers:
    return Numbers(whose, measure, Resolution.DAY, since, values)


def hours(whose: Subject, since: str, *values: float | None, measure: str = "people") -> Numbers:
    return Numbers(whose, measure, Resolution.HOUR, since, values)


def at(text: str, zone: ZoneInfo | None = None) -> int:
    """The seconds of `2026-03-29 12:00` or `2026-03-29`, in UTC or a zone."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone or UTC).timestamp())


def day(number: int, since: str = "2026-06-01") -> int:
    """The seconds at which the so-and-so-many-th day after a date begins, in UTC."""
    return at(since) + round(timedelta(days=number).total_seconds())


async def keep(database: Database, *some: Numbers, named: Sequence[Subject] | None = None) -> RollupSource:
    """What is kept, as a source; `named` are the subjects that the configuration names afterwards, by default all."""
    async with database.writing() as connection:
        measures = await keep_measures(connection)
        ids = await keep_subjects(connection, list({each.whose.key: each.whose for each in some}.values()), NOW)
        keeper = Keeper(connection, measures, NOW)
        for each in some:
            await keeper.keep(ids[each.whose.about, each.whose.key], list(each.filled()), (each.measure,))
        if named is not None:
            await keep_subjects(connection, named, NOW)
    return RollupSource(database, measures)


@asynccontextmanager
async def asking(
    database: Database,
    *some: Numbers,
    scripts: Mapping[str, Script] | None = None,
    named: Sequence[Subject] | None = None,
) -> AsyncIterator[Scene]:
    """An engine over what is kept and over clusters that know these answers, by default one that knows none."""
    source = await keep(database, *some, named=named)
    async with scene(scripts or {"lisbon": {}}, source=source) as fleet:
        yield fleet
