"""Two clusters of one hub each, a Slack, and a Crosshub that watches them: everything real but the hubs and Slack."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from json import dumps
from os import kill
from pathlib import Path
from typing import Any

import httpx

from aggregator.clusters.config import load
from aggregator.demo.servers import Server, Wanted
from aggregator.demo.servers import running as prometheus_running
from tests.api.running import running
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.fakes.slack import Workspace, fake_slack

CLUSTERS = ("lisbon", "oslo")
TITLES = {"lisbon": "University of Lisbon", "oslo": "University of Oslo"}
PATIENCE = 60.0
# Each look is a second after the last, as is each flush of a group.
MORE_LOOKS = 5
RULES = """
groups:
- name: hubs
  interval: 1s
  rules:
  - alert: ManyServers
    expr: max by (cluster, namespace) (jupyterhub_running_servers) > 100
    labels: {severity: ticket}
    annotations: {summary: "{{ $value }} servers run on {{ $labels.cluster }}/{{ $labels.namespace }}"}
"""
CONFIG = """
database: {database}
listen: 127.0.0.1:1
every: {{health: 1s, rules: 1s}}
rules: [rules.yaml]
clusters:
{clusters}
receivers:
  - {{name: oncall, slack: {{webhook_file: slack}}}}
routes:
  - {{receivers: [oncall], group_by: [alertname, cluster], group_wait: 0s, group_interval: 1s}}
"""
CLUSTER = """
  - name: {name}
    prometheus: {{url: {url}, timeout: 2s}}
    hubs: [{{name: prod, title: {title}, url: {hub}, access: {{policy: open}}}}]
"""


@dataclass(slots=True)
class Hubs:
    """What hubs answer, by their clusters: the health page its status, the metrics how many servers run."""

    health: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLUSTERS, 200))
    servers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLUSTERS, 41))

    async def behave(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Answers below `/<cluster>`."""
        _, cluster, *path = request.path.split("/")
        match path:
            case ["metrics"]:
                body = f"jupyterhub_running_servers {self.servers[cluster]}\n".encode()
                await send(writer, response(200, body, content_type="text/plain"))
            case ["hub", "health"]:
                await send(writer, response(self.health[cluster], b""))
            case _:
                # The REST API is behind the same proxy as the health page.
                await send(writer, response(self.health[cluster], b'{"version": "5.4.6"}'))


@dataclass(slots=True)
class World:
    """Everything there is. `said` gives the texts that Slack was sent, in their order."""

    hubs: Hubs
    slack: Workspace
    prometheus: dict[str, Server]
    crosshub: httpx.AsyncClient

    def said(self) -> list[str]:
        return [f"{message['text']} {dumps(message['blocks'])}" for message in self.slack.messages.values()]

    async def until(self, *words: str) -> list[str]:
        """What was said, once each of these words was; fails when that takes too long."""
        async with asyncio.timeout(PATIENCE):
            while not all(any(word in text for text in self.said()) for word in words):  # noqa: ASYNC110 - Slack tells nobody
                await asyncio.sleep(0.05)
        return self.said()

    async def in_the_end(self) -> list[str]:
        """What was said, after rules were looked at and groups were flushed several times more: whatever is said twice."""
        before = await self._looks()
        async with asyncio.timeout(PATIENCE):
            while await self._looks() < before + MORE_LOOKS:  # noqa: ASYNC110 - a counter tells nobody
                await asyncio.sleep(0.1)
        return self.said()

    async def _looks(self) -> float:
        lines = (await self.crosshub.get("/metrics")).text.splitlines()
        counted = [line for line in lines if line.startswith("crosshub_server_rule_evaluations_total")]
        return sum(float(line.split()[-1]) for line in counted)

    def end_prometheus(self, cluster: str) -> None:
        kill(self.prometheus[cluster].pid, signal.SIGKILL)


@contextmanager
def scraping(directory: Path, hubs: FakeServer) -> Iterator[dict[str, Server]]:
    """A Prometheus a cluster, which scrapes its hub each second."""
    wanted = [Wanted(name=name, directory=directory / name, scrape=(_job(name, hubs),)) for name in CLUSTERS]
    with prometheus_running(wanted) as servers:
        yield {server.name: server for server in servers}


@asynccontextmanager
async def world(directory: Path, database: str) -> AsyncIterator[World]:
    """All of it, from a configuration file; everything works, and Crosshub has seen that."""
    hubs = Hubs()
    async with serving(hubs.behave) as server, fake_slack() as slack:
        with scraping(directory, server) as prometheus:
            (directory / "slack").write_text(f"{slack.server.url}/services/T0/B0/hunter2")
            (directory / "rules.yaml").write_text(RULES)
            (directory / "crosshub.yaml").write_text(_config(prometheus, server, database))
            async with running(load(directory / "crosshub.yaml")) as crosshub:
                made = World(hubs, slack, prometheus, crosshub)
                await _seen_to_be_up(made)
                yield made


async def _seen_to_be_up(made: World) -> None:
    async with asyncio.timeout(PATIENCE):
        while await _up(made.crosshub) != len(CLUSTERS):  # noqa: ASYNC110 - a Prometheus tells nobody
            await asyncio.sleep(0.1)


async def _up(crosshub: httpx.AsyncClient) -> int:
    answer = (await crosshub.get("/api/v1/query", params={"query": "up == 1"})).json()
    return len(answer.get("data", {}).get("result", []))


def _job(name: str, hubs: FakeServer) -> dict[str, Any]:
    labels = {"namespace": "prod", "app": "jupyterhub", "component": "hub"}
    target = {"targets": [hubs.url.removeprefix("http://")], "labels": labels}
    timing = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    return {"job_name": "hub", "metrics_path": f"/{name}/metrics", "static_configs": [target], **timing}


def _config(prometheus: dict[str, Server], hubs: FakeServer, database: str) -> str:
    clusters = "".join(
        CLUSTER.format(name=name, url=server.url, title=TITLES[name], hub=f"{hubs.url}/{name}")
        for name, server in prometheus.items()
    )
    return CONFIG.format(database=database, clusters=clusters)
