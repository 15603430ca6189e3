"""Clusters and hubs at a real socket, of which anything may fail; and what watches them, by a clock that is told the time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx
import orjson

from aggregator.clusters.values import Breaker, Cluster, Config, Every, Hub, Prometheus
from aggregator.federation.fanout import open_fleet
from aggregator.rules.probes import Pace
from aggregator.rules.scrapes import QUERIES
from aggregator.rules.watching import Watch
from aggregator.slots.rows import Holder
from aggregator.store.database import Database
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.rules.fleets import FLEET, MINUTE, NOON

HUBS = tuple((cluster, letter) for cluster, letters in FLEET.items() for letter in letters)
AT_ONCE = Pace((0.0, 0.0), 5.0)


@dataclass(slots=True)
class World:
    """What is true now: which hubs are scraped, with how many servers, what their pages answer, which cluster is silent."""

    up: dict[tuple[str, str], float] = field(default_factory=lambda: dict.fromkeys(HUBS, 1.0))
    age: float = 10.0
    servers: dict[tuple[str, str], int] = field(default_factory=lambda: dict.fromkeys(HUBS, 7))
    pages: dict[tuple[str, str], int] = field(default_factory=lambda: dict.fromkeys(HUBS, 200))
    earlier: set[tuple[str, str]] = field(default_factory=lambda: set(HUBS))
    silent: set[str] = field(default_factory=set)

    def is_down(self, *hubs: tuple[str, str]) -> None:
        for where in hubs:
            self.up[where], self.pages[where] = 0.0, 502
            self.servers.pop(where, None)

    def is_well(self, *hubs: tuple[str, str]) -> None:
        for where in hubs:
            self.up[where], self.pages[where], self.servers[where] = 1.0, 200, 7

    def answer(self, request: Request) -> bytes:
        _, cluster, *rest = request.path.split("/")
        if rest[:2] == ["api", "v1"]:
            return response(503, b"") if cluster in self.silent else response(200, self._metrics(cluster, request))
        status = self.pages[cluster, rest[0]]
        return response(status, b'{"version": "5.4.6"}' if status == 200 else b"")

    def _metrics(self, cluster: str, request: Request) -> bytes:
        told: Mapping[str, Mapping[tuple[str, str], float]] = {
            "up": self.up,
            "age": dict.fromkeys(self.up, self.age),
            "earlier": dict.fromkeys(self.earlier, 1.0),
            "servers": self.servers,
        }
        name = next(name for name, text in QUERIES.items() if text == request.form["query"][0])
        result = [
            {"metric": {"namespace": namespace}, "value": [0, f"{value:g}"]}
            for (where, namespace), value in told[name].items()
            if where == cluster
        ]
        return orjson.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})


@asynccontextmanager
async def living(world: World, holding: asyncio.Event | None = None) -> AsyncIterator[FakeServer]:
    """The server of this world; nothing answers before `holding` is set."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if holding is not None:
            await holding.wait()
        await send(writer, world.answer(request))

    async with serving(behave) as server:
        yield server


def config_at(url: str, without_url: frozenset[tuple[str, str]] = frozenset()) -> Config:
    """A configuration that names the clusters of the fleet and their hubs."""
    clusters = tuple(
        Cluster(
            name,
            Prometheus((f"{url}/{name}",), breaker=Breaker(failures=10_000)),
            hubs=tuple(
                Hub(each, each, url=None if (name, each) in without_url else f"{url}/{name}/{each}") for each in letters
            ),
        )
        for name, letters in FLEET.items()
    )
    return Config(clusters, every=Every(health=60.0))


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is told to go on."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Watching:
    """What watches a world; every look is a minute later than the last one."""

    world: World
    server: FakeServer
    watch: Watch
    clock: Clock

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            self.clock.now += MINUTE
            await self.watch.do()

    def of(self, name: str) -> "Watching":
        """The same by another replica."""
        return replace(self, watch=replace(self.watch, holder=Holder(name)))


@asynccontextmanager
async def watching(
    database: Database,
    world: World,
    *,
    without_url: frozenset[tuple[str, str]] = frozenset(),
    holding: asyncio.Event | None = None,
) -> AsyncIterator[Watching]:
    """A world that is watched since a minute ago; nothing has been looked at yet."""
    async with living(world, holding) as server, watch_of(config_at(server.url, without_url), database) as watched:
        await watched.do()
        clock = watched.now
        assert isinstance(clock, Clock)
        yield Watching(world, server, watched, clock)


@asynccontextmanager
async def watch_of(config: Config, database: Database, clock: Clock | None = None) -> AsyncIterator[Watch]:
    async with open_fleet(config.clusters) as fleet, httpx.AsyncClient(trust_env=False, verify=False) as http:
        yield Watch(config, fleet, database, http, clock or Clock(), Holder("here"), AT_ONCE)
