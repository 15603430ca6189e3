"""What the tests of this folder ask, and how they name what they ask."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from aggregator.clusters.values import Cluster, Prometheus
from aggregator.federation.fanout import HttpFleet, open_fleet
from aggregator.federation.question import UNREADABLE, Form, NotPrometheus, Question, Reply
from tests.fakes.http import FakeServer

INSTANT: tuple[str, Form] = ("query", (("query", "up"), ("time", "1700000000")))
RANGE: tuple[str, Form] = (
    "query_range",
    (("query", "up"), ("start", "1700000000"), ("end", "1700003600"), ("step", "60")),
)
NAMES = ("lisbon", "oslo", "porto")
LABELS: tuple[str, Form] = ("labels", ())


class _Envelope(msgspec.Struct):
    data: Any


def read(body: bytes) -> Any:
    """The data of an answer, as every decoder reads it: all of it or NotPrometheus."""
    try:
        return msgspec.json.decode(body, type=_Envelope).data
    except UNREADABLE as error:
        raise NotPrometheus(str(error)) from None


def question(cluster: str = "lisbon", asked: tuple[str, Form] = INSTANT) -> Question[Any]:
    return Question(cluster, *asked, decode=read)


def reached_at(server: FakeServer, path: str = "", **settings: Any) -> Prometheus:
    """How a cluster is reached that stands behind this server."""
    return Prometheus(urls=(server.url + path,), **settings)


def within(seconds: float) -> float:
    """A deadline."""
    return time.monotonic() + seconds


async def reply_of(prometheus: Prometheus, asked: tuple[str, Form] = INSTANT, seconds: float = 5) -> Reply[Any]:
    """What one cluster, reached so, replies."""
    async with fleet_of(prometheus) as fleet:
        return await one(fleet, asked, seconds)


@asynccontextmanager
async def fleet_of(*reached: Prometheus) -> AsyncIterator[HttpFleet]:
    """A fleet of clusters that are reached so; they go by the names in NAMES."""
    async with open_fleet([Cluster(name, one) for name, one in zip(NAMES, reached, strict=False)]) as fleet:
        yield fleet


async def one(fleet: HttpFleet, asked: tuple[str, Form] = INSTANT, seconds: float = 5) -> Reply[Any]:
    """The reply of the cluster named lisbon."""
    (reply,) = await fleet.ask([question(asked=asked)], within(seconds))
    return reply


async def all_of(
    fleet: HttpFleet, names: Sequence[str], asked: tuple[str, Form] = INSTANT, seconds: float = 5
) -> tuple[Reply[Any], ...]:
    """The replies of all clusters, in their order."""
    return await fleet.ask([question(name, asked) for name in names], within(seconds))
