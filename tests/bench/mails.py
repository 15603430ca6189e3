"""How long 500 communities take: their reports made out of what is kept, and sent to a mail server on the loopback."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import uvloop

from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Config
from aggregator.reports.contents import NUMBERS, OF_DAYS
from aggregator.rollups.bucket_rows import Filled, Keeper, keep_measures
from aggregator.rollups.buckets import Bucket, Resolution, buckets
from aggregator.rollups.catalogue import About
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import subjects
from aggregator.store.database import Database, open_database
from aggregator.store.instants import milliseconds
from aggregator.store.migrating import migrate
from tests.bench.servers import emptied
from tests.fakes.smtp import fake_smtp
from tests.postgresql import is_installed, started_postgresql
from tests.reports.posting import MONDAY, Post, computed, configured

COMMUNITIES = 500
LONGEST = 120.0
"""Seconds that they may take."""

_ZONE = ZoneInfo("Europe/Lisbon")
_SINCE = MONDAY - timedelta(weeks=12)


@dataclass(frozen=True, slots=True)
class Mailed:
    """What it came to."""

    database: str
    communities: int
    made: float
    sent: float
    kilobytes: float

    @property
    def seconds(self) -> float:
        return self.made + self.sent


def mailed(directory: Path, communities: int) -> Sequence[Mailed]:
    """On SQLite, and on PostgreSQL where it is installed."""
    emptied(directory)
    places = [("SQLite", f"sqlite:///{directory}/mails.db")]
    with ExitStack() as stack:
        if is_installed():
            server = stack.enter_context(started_postgresql())
            places.append(("PostgreSQL", server.url(server.create())))
        return [uvloop.run(_mailed(name, url, directory, communities)) for name, url in places]


async def _mailed(name: str, url: str, directory: Path, count: int) -> Mailed:
    everybody = tuple(Community(f"c{place}", recipients=(f"c{place}@example.org",)) for place in range(count))
    config = configured(directory, *everybody)
    async with (
        open_database(url) as database,
        fake_smtp() as mailbox,
        httpx.AsyncClient(trust_env=False, verify=False) as http,
    ):
        await migrate(database)
        await computed(database)
        await _filled(database, config)
        post = Post(database, config, mailbox, http)
        await post.reporting().do()
        post.now = MONDAY
        began = time.perf_counter()
        await post.reporting().do()
        made = time.perf_counter()
        await post.delivery().tick()
        ended = time.perf_counter()
    assert len(post.mails()) == post.mails().total() == count
    size = sum(len(bytes(mail)) for _, mail in mailbox.mails) / count / 1024
    return Mailed(name, count, made - began, ended - made, size)


async def _filled(database: Database, config: Config) -> None:
    """Twelve weeks of every hub, of which every number is known."""
    named = subjects(config)
    days = buckets(Resolution.DAY, milliseconds(_SINCE), milliseconds(MONDAY), _ZONE)
    weeks = buckets(Resolution.WEEK, milliseconds(_SINCE), milliseconds(MONDAY), _ZONE)
    async with database.writing() as connection:
        measures = await keep_measures(connection)
        ids = await keep_subjects(connection, named, _SINCE)
    for place, each in enumerate(named):
        if each.about not in (About.HUB, About.COMMUNITY):
            continue
        names = NUMBERS if each.about is About.HUB else ("community_people",)
        async with database.writing() as connection:
            keeper = Keeper(connection, measures, MONDAY)
            for some, told in ((days, [name for name in names if name in OF_DAYS or "people" in name]), (weeks, names)):
                await keeper.keep(ids[each.about, each.key], [_bucket(one, told, place) for one in some], told)


def _bucket(bucket: Bucket, names: Sequence[str], place: int) -> Filled:
    values = {name: float((bucket.number * 7 + place * 3 + number) % 40) for number, name in enumerate(names)}
    return Filled(bucket, _ZONE.key, Coverage(10, 10), values)
