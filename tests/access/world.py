"""Two hubs of one cluster and its Prometheus at a real socket, and what looks at them by a clock that is told the time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from aggregator.access.job import Access
from aggregator.access.measuring import QUERIES, USER
from aggregator.clusters.secrets import Secret
from aggregator.clusters.values import Access as Declared
from aggregator.clusters.values import Breaker, Cluster, Config, Every, Hub, Prometheus
from aggregator.federation.fanout import open_fleet
from aggregator.rollups.people_key import PeopleKey
from aggregator.slots.rows import Holder
from aggregator.store.database import Database
from tests.access.sightings import NOON, OAUTH
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.fakes.hub import TOKEN

EVERY = 300.0
KEY = PeopleKey(bytes(range(32)))
LOGIN = b'<a role="button" href="/hub/oauth_login">Sign in with GitHub</a>'
FORM = b'<form action="/hub/login"><input name="username"><input type="password" name="password"></form>'
SIGN_UP = b'<form action="/hub/signup" method="post"></form>'


@dataclass(slots=True)
class User:
    """An account of a hub."""

    name: str
    created: datetime | None
    last_activity: datetime | None = None
    admin: bool = False


@dataclass(slots=True)
class World:
    """What is true now. `pods` are (user, share of CPU), `grown` the accounts of each day before today."""

    users: list[User] = field(default_factory=lambda: [User("ana", datetime(2025, 1, 1, tzinfo=NOON.tzinfo))])
    authenticator: str = OAUTH
    version: str = "6.1.1"
    pods: list[tuple[str, float]] = field(default_factory=list)
    pages: dict[str, tuple[int, bytes]] = field(
        default_factory=lambda: {"login": (200, LOGIN), "signup": (404, b""), "metrics": (403, b"")}
    )
    has_metrics: bool = True
    hub_is_down: bool = False
    cluster_is_silent: bool = False

    def answer(self, request: Request) -> bytes:
        _, place, *rest = request.path.split("/")
        if place == "lisbon":
            return response(503, b"") if self.cluster_is_silent else response(200, self._metrics(request))
        if self.hub_is_down:
            return response(502, b"")
        if rest[:2] == ["hub", "api"]:
            return self._api(request, rest[2])
        status, body = self.pages[rest[1]]
        return response(status, body)

    def _api(self, request: Request, what: str) -> bytes:
        if request.headers.get("authorization") != f"token {TOKEN}":
            return response(403, b'{"status": 403, "message": "Missing or invalid credentials."}')
        if what == "info":
            part = {"class": self.authenticator, "version": "17.4.0"}
            return response(200, orjson.dumps({"version": self.version, "authenticator": part}))
        offset, limit = (int(request.form[name][0]) for name in ("offset", "limit"))
        page = self.users[offset : offset + limit]
        more = {"offset": offset + limit} if offset + limit < len(self.users) else None
        items = [{"kind": "user", "groups": [], **_model(user)} for user in page]
        return response(200, orjson.dumps({"items": items, "_pagination": {"total": len(self.users), "next": more}}))

    def _metrics(self, request: Request) -> bytes:
        name = next(name for name, text in QUERIES.items() if text == request.form["query"][0])
        now = float(request.form["time"][0])
        pods = {f"jupyter-{number}": pod for number, pod in enumerate(self.pods)}
        told: Mapping[str, list[dict[str, Any]]] = {
            "accounts": [{"metric": {}, "values": [[now - day * 86400, "1"] for day in range(36, 0, -1)]}],
            "now": [{"metric": {}, "value": [now, str(len(self.users))]}],
            "whose": [{"metric": {"pod": pod, USER: user}, "value": [now, "1"]} for pod, (user, _) in pods.items()],
            "cpu": [{"metric": {"pod": pod}, "value": [now, str(cpu)]} for pod, (_, cpu) in pods.items()],
        }
        if not self.has_metrics:
            told = {}
        result = [{**one, "metric": {"namespace": "prod", **one["metric"]}} for one in told.get(name, [])]
        kind = "matrix" if name == "accounts" else "vector"
        return orjson.dumps({"status": "success", "data": {"resultType": kind, "result": result}})


def _model(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "admin": user.admin,
        "created": user.created.isoformat() if user.created else None,
        "last_activity": user.last_activity.isoformat() if user.last_activity else None,
    }


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is told to go on."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Looking:
    """What looks at a world."""

    world: World
    server: FakeServer
    access: Access
    clock: Clock

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await self.access.do()
            self.clock.now += timedelta(seconds=EVERY)

    def of(self, name: str) -> "Looking":
        """The same by another replica."""
        return replace(self, access=replace(self.access, holder=Holder(name)))


@asynccontextmanager
async def looking(
    database: Database, world: World, folder: Path, declared: Declared | None = None
) -> AsyncIterator[Looking]:
    """A world that is about to be looked at: hub `prod` of cluster `lisbon`."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, world.answer(request))

    async with serving(behave) as server:
        config, clock = config_at(server.url, folder, declared), Clock()
        async with open_fleet(config.clusters) as fleet, httpx.AsyncClient(trust_env=False, verify=False) as http:
            yield Looking(world, server, Access(config, fleet, database, http, KEY, clock, Holder("here")), clock)


def config_at(url: str, folder: Path, declared: Declared | None = None) -> Config:
    (folder / "token").write_text(TOKEN)
    hub = Hub(
        "prod", "prod", "University of Lisbon", url=f"{url}/prod", api_token=Secret.in_file(folder / "token"),
        access=declared or Declared("institution", ("*@uni.example", "ana"), owner="ana@uni.example"),
    )  # fmt: skip
    prometheus = Prometheus((f"{url}/lisbon",), breaker=Breaker(failures=10_000))
    return Config((Cluster("lisbon", prometheus, hubs=(hub,)),), every=Every(access=EVERY))
