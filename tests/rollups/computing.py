"""Rollups of a few made-up hubs, computed into a database from servers that tell about them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import httpx

from aggregator.clusters.values import Access, Cluster, Config, Hub, Prometheus, Retention
from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation.fanout import open_fleet
from aggregator.federation.question import Fleet, Question, Reply, T
from aggregator.rollups.chunks import Window
from aggregator.rollups.job import Rollups, recent
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.subjects import subjects
from aggregator.store.database import Database
from tests.fakes.telling import Truth, telling

# A Monday that is the first of a month: a week and a month have just ended.
NOW = datetime(2026, 6, 1, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FOR_EVER = Retention(None, None, None, None)
# Days are the same without their hours, and sooner computed.
FEW_HOURS = Retention(2 * 86400.0, None, None, None)
KEY = PeopleKey(bytes(32))
LISBON, KATHMANDU = ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Kathmandu")

HUBS: Mapping[str, tuple[Hub, ...]] = {
    "lisbon": (
        Hub("prod", timezone=LISBON, community="geo", access=Access("closed", staff=("Jo",))),
        Hub("binder", timezone=LISBON, community="geo", ephemeral=True),
    ),
    "oslo": (Hub("prod", timezone=KATHMANDU, community="geo"),),
}


def config_of(urls: Mapping[str, str], hubs: Mapping[str, Sequence[Hub]] = HUBS) -> Config:
    """A configuration of clusters that are at these URLs, with their hubs."""
    return Config(tuple(Cluster(name, Prometheus((url,)), hubs=tuple(hubs[name])) for name, url in urls.items()))


def clock(now: datetime = NOW) -> Callable[[], datetime]:
    """A clock that goes on a millisecond whenever it is looked at."""
    looks = count()
    return lambda: now + next(looks) * timedelta(milliseconds=1)


def lately(now: datetime, retention: Retention = FEW_HOURS) -> Window:
    """What the service looks at."""
    return recent(now, retention)


@dataclass(frozen=True, slots=True)
class Answering:
    """A fleet of which only some clusters answer."""

    fleet: Fleet
    names: frozenset[str]

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        (question,) = questions
        if question.cluster in self.names:
            return await self.fleet.ask(questions, deadline)
        return (ClusterFailed(question.cluster, FailureKind.CONNECT, "cannot be reached"),)


@dataclass(frozen=True, slots=True)
class Listening:
    """A fleet of which it is known what it was asked, as forms."""

    fleet: Fleet
    asked: list[Mapping[str, str]] = field(default_factory=list)

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        self.asked.extend(dict(each.form) for each in questions)
        return await self.fleet.ask(questions, deadline)


@asynccontextmanager
async def computing(
    database: Database,
    *truths: Truth,
    hubs: Mapping[str, Sequence[Hub]] = HUBS,
    http: httpx.AsyncClient | None = None,
) -> AsyncIterator[Rollups]:
    """What computes, over a server for each cluster that there is a truth about."""
    async with AsyncExitStack() as stack:
        urls = {truth.cluster: (await stack.enter_async_context(telling(truth))).url for truth in truths}
        config = config_of(urls, hubs)
        fleet = await stack.enter_async_context(open_fleet(config.clusters))
        yield Rollups(fleet, database, KEY, subjects(config), clock(), http)


def with_only(rollups: Rollups, *names: str) -> Rollups:
    """The same, while only these clusters answer."""
    return replace(rollups, fleet=Answering(rollups.fleet, frozenset(names)))


def later(rollups: Rollups, now: datetime) -> Rollups:
    """The same at another time."""
    return replace(rollups, now=clock(now))
