"""How fast rollups are: five weeks backfilled out of real Prometheus servers, and a year of days read as a range."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import orjson
import uvloop
from sqlalchemy import distinct, func, select

from aggregator.clusters.values import Cluster, Config, Prometheus
from aggregator.demo.processes import listening
from aggregator.demo.servers import link_blocks
from aggregator.federation.fanout import open_fleet
from aggregator.rollups import due
from aggregator.rollups.bucket_rows import Filled, Keeper, keep_measures
from aggregator.rollups.buckets import DAY, Resolution, buckets
from aggregator.rollups.catalogue import MEASURES, About
from aggregator.rollups.chunks import Window
from aggregator.rollups.job import Rollups
from aggregator.rollups.outcome import Outcome
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import Subject, subjects
from aggregator.series import Steps
from aggregator.store.database import Database, open_database
from aggregator.store.migrating import migrate
from aggregator.store.tables import rollup
from tests.bench.asking import client, fire, whole
from tests.bench.queries import Query
from tests.bench.rollup_blocks import rollup_blocks
from tests.bench.rollup_history import BEGIN, END, REGIONS, Region
from tests.bench.servers import crosshub, emptied, prometheus
from tests.postgresql import Postgresql, is_installed, started_postgresql

YEAR = 300.0
"""Milliseconds that a year of days may take."""

ANSWERED = 'crosshub_server_hours{resolution="1d"}'
_COMPUTED_AT = datetime.fromtimestamp(END / 1000 + 3600, UTC)
_ZONE = ZoneInfo("Europe/Lisbon")
_YEAR = buckets(Resolution.DAY, BEGIN, BEGIN + 366 * DAY, _ZONE)
# Beside the one that is asked for lie others, as in a database that has been in use.
_BESIDE = tuple(each.name for each in MEASURES if each.about is About.HUB and each.promql)[:25]


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of database, and where one is for the weeks and another one for the year."""

    name: str
    weeks: str
    year: str


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What a backfill came to."""

    database: str
    clusters: int
    hubs: int
    measures: int
    days: int
    pieces: int
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A year as a range query to a running service; `rows` lie in the same table."""

    database: str
    query: str
    hubs: int
    rows: int
    points: int
    repeats: int
    ms: float
    slowest: float


@contextmanager
def rollup_databases(directory: Path) -> Iterator[Sequence[Place]]:
    """SQLite, and PostgreSQL where it is installed."""
    emptied(directory)
    sqlite = Place("SQLite", f"sqlite:///{directory}/weeks.db", f"sqlite:///{directory}/year.db")
    with ExitStack() as stack:
        found = [sqlite]
        if is_installed():
            server: Postgresql = stack.enter_context(started_postgresql())
            found.append(Place("PostgreSQL", server.url(server.create()), server.url(server.create())))
        yield found


def backfilled(place: Place, directory: Path, days: int) -> Backfilled:
    """The last so many days of all hubs, computed and kept."""
    programs = []
    for name, blocks in rollup_blocks().items():
        link_blocks(blocks, emptied(directory / name / "data"))
        programs.append(prometheus(name, directory / name, {}, cores=1))
    with listening(programs) as started:
        return uvloop.run(_backfilled(place, {each.name: each.url for each in started}, days))


async def _backfilled(place: Place, urls: Mapping[str, str], days: int) -> Backfilled:
    clusters = tuple(
        Cluster(region.name, Prometheus(urls=(urls[region.name],), timeout=120), hubs=region.hubs())
        for region in REGIONS
    )
    named = subjects(Config(clusters))
    async with open_database(place.weeks) as database, open_fleet(clusters) as fleet:
        await migrate(database)
        key = PeopleKey(bytes(32))
        run = Rollups(fleet, database, key, named, lambda: _COMPUTED_AT)
        started = time.perf_counter()
        outcome = await run.compute(Window(END - days * DAY, END, due.every))
        seconds = time.perf_counter() - started
        assert not outcome.failed, outcome.failed
        return await _told(place, database, days, outcome, seconds)


async def _told(place: Place, database: Database, days: int, outcome: Outcome, seconds: float) -> Backfilled:
    query = select(func.count(), func.count(distinct(rollup.c.measure)), func.count(distinct(rollup.c.subject)))
    async with database.reading() as connection:
        rows, measures, _ = (await connection.execute(query)).one()
    hubs = sum(len(region.hubs()) for region in REGIONS)
    return Backfilled(place.name, len(REGIONS), hubs, measures, days, outcome.kept, rows, seconds)


def drawn(place: Place, directory: Path, repeats: int) -> Drawn:
    """A year of the days of all hubs, asked of `crosshub serve` whose one cluster does not answer."""
    hubs, rows = uvloop.run(_kept(place))
    # Nobody listens on this port: what is kept is answered without asking.
    nobody = {"lisbon": "http://127.0.0.1:9"}
    program = crosshub(nobody, directory / f"crosshub-{place.name}", encoding="auto", database=place.year)
    query = Query("", ANSWERED, Steps(_YEAR[0].end, _YEAR[-1].end, DAY))
    with listening([program]) as (ours,):
        taken, points = uvloop.run(_asked(ours.url, query, repeats))
    return Drawn(place.name, ANSWERED, hubs, rows, points, repeats, median(taken), max(taken))


async def _kept(place: Place) -> tuple[int, int]:
    hubs = [_subject(region, hub.name) for region in REGIONS for hub in region.hubs()]
    values = {name: 1 + number / 7 for number, name in enumerate(_BESIDE)}
    filled = [
        Filled(each, _ZONE.key, Coverage(10, 10), {name: value * (each.number % 97) for name, value in values.items()})
        for each in _YEAR
    ]
    async with open_database(place.year) as database:
        await migrate(database)
        async with database.writing() as connection:
            measures = await keep_measures(connection)
            ids = await keep_subjects(connection, hubs, _COMPUTED_AT)
        for hub in hubs:
            async with database.writing() as connection:
                await Keeper(connection, measures, _COMPUTED_AT).keep(ids[hub.about, hub.key], filled, _BESIDE)
    return len(hubs), len(hubs) * len(filled) * len(_BESIDE)


def _subject(region: Region, namespace: str) -> Subject:
    key = f"{region.name}/{namespace}"
    return Subject(About.HUB, key, _ZONE, cluster=region.name, namespace=namespace, name=namespace)


async def _asked(url: str, query: Query, repeats: int) -> tuple[list[float], int]:
    """Milliseconds of each but the first, and the points of the answer."""
    taken = []
    async with client("identity") as http:
        for _ in range(repeats + 1):
            started = time.perf_counter()
            (body,) = await fire(http, whole(url, query))
            taken.append((time.perf_counter() - started) * 1000)
    return taken[1:], sum(len(series["values"]) for series in orjson.loads(body)["data"]["result"])
