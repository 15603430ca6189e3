"""A real Prometheus that scrapes a hub, and what is told when either of them dies."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from aggregator.clusters.values import Cluster, Config, Every, Hub, Prometheus
from aggregator.demo.servers import Server, Wanted, running
from aggregator.events import rows
from aggregator.federation.fanout import open_fleet
from aggregator.rules.probes import Pace
from aggregator.rules.watching import Watch
from aggregator.slots.rows import Holder
from aggregator.store.database import open_database
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.rules.fleets import MINUTE
from tests.rules.going_on import happened
from tests.rules.kept import alerts
from tests.rules.world import Clock

METRICS = b"# TYPE jupyterhub_running_servers gauge\njupyterhub_running_servers 41\n"


@dataclass(slots=True)
class HubState:
    works: bool = True


@asynccontextmanager
async def a_hub(state: HubState) -> AsyncIterator[FakeServer]:
    """A hub with a health page, an API and metrics, all of which work or do not."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if not state.works:
            await send(writer, response(502, b""))
        elif request.path == "/hub/metrics":
            await send(writer, response(200, METRICS, Content_Type="text/plain; version=0.0.4"))
        else:
            await send(writer, response(200, b'{"version": "5.4.6"}'))

    async with serving(behave) as server:
        yield server


@contextmanager
def a_prometheus(hub: str, folder: Path) -> Iterator[Server]:
    """A Prometheus that scrapes the hub each second."""
    job = {
        "job_name": "hub",
        "metrics_path": "/hub/metrics",
        "scrape_interval": "1s",
        "static_configs": [
            {"targets": [urlsplit(hub).netloc], "labels": {"component": "hub", "namespace": "prod"}},
        ],
    }
    with running([Wanted(name="lisbon", directory=folder, scrape=(job,))]) as (server,):
        yield server


@dataclass(slots=True)
class Scene:
    """A hub, its Prometheus, and what watches them."""

    watch: Watch
    clock: Clock
    server: Server
    hub: HubState
    http: httpx.AsyncClient

    async def looks(self, times: int = 1) -> list[str]:
        """What happens with so many looks."""
        since = self.clock.now
        for _ in range(times):
            self.clock.now += MINUTE
            await self.watch.do()
        async with self.watch.database.reading() as connection:
            found = await rows.events(connection, since + MINUTE, self.clock.now + MINUTE)
        return [happened(each) for each in found]

    async def scraped(self, up: int) -> None:
        """Waits until the Prometheus says so of the hub."""
        async with asyncio.timeout(60):
            while await self._up() != [str(up)]:  # noqa: ASYNC110 - a Prometheus tells nobody when it scrapes
                await asyncio.sleep(0.05)

    async def _up(self) -> list[str]:
        answer = await self.http.get(f"{self.server.url}/api/v1/query", params={"query": 'up{namespace="prod"}'})
        return [each["value"][1] for each in answer.json()["data"]["result"]]


@asynccontextmanager
async def scene(folder: Path, migrated_file: Path) -> AsyncIterator[Scene]:
    shutil.copy(migrated_file, folder / "crosshub.db")
    state = HubState()
    async with a_hub(state) as hub, httpx.AsyncClient(trust_env=False, verify=False) as http:
        with a_prometheus(hub.url, folder / "lisbon") as server:
            named = Hub("prod", "prod", title="University of Lisbon", url=hub.url)
            cluster = Cluster("lisbon", Prometheus((server.url,)), hubs=(named,))
            config = Config((cluster,), every=Every(health=60.0))
            async with (
                open_database(f"sqlite:///{folder}/crosshub.db") as database,
                open_fleet(config.clusters) as fleet,
            ):
                # What is kept goes by this clock, the scrapes by the real one.
                clock = Clock(datetime.now(UTC).replace(second=0, microsecond=0))
                watch = Watch(config, fleet, database, http, clock, Holder("here"), Pace((0.0, 0.0), 5.0))
                await watch.do()
                yield Scene(watch, clock, server, state, http)


async def test_a_hub_that_dies_and_comes_back(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as here:
        await here.scraped(1)
        well = await here.looks()
        here.hub.works = False
        await here.scraped(0)
        dead = await here.looks(2)
        (found,) = (await alerts(here.watch.database)).values()
        here.hub.works = True
        await here.scraped(1)
        back = await here.looks(2)

    assert (well, dead, back) == (
        [],
        ["firing HubDown lisbon/prod"],
        ["recovering HubDown lisbon/prod", "resolved HubDown lisbon/prod"],
    )
    assert dict(found.annotations)["summary"] == "University of Lisbon (lisbon/prod) is down"
    assert found.people == 41
    assert found.evidence[-1] == "the cluster's Prometheus answers"


async def test_a_prometheus_that_dies_and_then_its_hub(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as here:
        await here.scraped(1)
        await here.looks()
        os.kill(here.server.pid, signal.SIGKILL)
        blind = await here.looks(2)
        here.hub.works = False
        dead = await here.looks()
        (found,) = [each for name, each in (await alerts(here.watch.database)).items() if "Cluster" in name]

    assert blind == ["pending MonitoringDown lisbon", "firing MonitoringDown lisbon"]
    assert dead == ["firing ClusterDown lisbon"]
    assert found.people == 41
    assert found.evidence[0].startswith("the cluster's Prometheus: ")
    assert found.evidence[0].endswith("connection refused")
    assert found.evidence[1:] == ("prod: its health page: 502, three times",)
