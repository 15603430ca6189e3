"""A Crosshub that looks at real hubs each second, and the Slack that it tells."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json import dumps, loads
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import MetaData, func, select
from typer.testing import CliRunner

from aggregator.access import finding_rows, sight_rows
from aggregator.access.evidence import Unseen
from aggregator.access.findings import Finding, FindingKey
from aggregator.access.measuring import measured_by_all
from aggregator.cli.main import cli
from aggregator.clusters.config import load
from aggregator.clusters.values import Cluster, Prometheus
from aggregator.federation.fanout import open_fleet
from aggregator.store.alert_tables import event
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run
from tests.access.hubs.place import NAMESPACES, Place
from tests.api.running import running
from tests.fakes.slack import Workspace, fake_slack

PATIENCE = 120.0
# Each look is a second after the last, as is each flush of a group.
MORE_LOOKS = 4

Policies = Mapping[str, Mapping[str, Any] | None]
"""What is declared of each namespace that is looked at; None is nothing."""


@dataclass(slots=True)
class World:
    """Everything there is; `said` is what Slack was sent since `listen`, in its order."""

    place: Place
    slack: Workspace
    database: Database
    config: Path
    heard: int = 0
    runner: CliRunner = field(default_factory=lambda: CliRunner(env={"COLUMNS": "200", "TZ": "UTC"}))

    def said(self) -> list[str]:
        texts = [dumps(message, ensure_ascii=False) for message in self.slack.messages.values()]
        return texts[self.heard :]

    def listen(self) -> None:
        """From now on what is said counts."""
        self.heard = len(self.slack.messages)

    async def until_said(self, words: str) -> None:
        """Waits for a message with these words; fails when that takes too long."""
        async with asyncio.timeout(PATIENCE):
            while not any(words in text for text in self.said()):  # noqa: ASYNC110 - Slack tells nobody
                await asyncio.sleep(0.05)

    async def until_all_is_told(self) -> None:
        """Waits for a message about each finding; each has one of its own."""
        async with asyncio.timeout(PATIENCE):
            while len(self.said()) < len(await self._findings()):  # noqa: ASYNC110 - Slack tells nobody
                await asyncio.sleep(0.05)

    async def until_found(self, namespace: str, kind: str) -> Finding:
        """Waits for a finding that is open."""
        async with asyncio.timeout(PATIENCE):
            while (found := await self.finding(namespace, kind)) is None or found.closed_at is not None:  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.05)
        return found

    async def in_the_end(self) -> list[str]:
        """What was said, after several looks more and as many flushes: whatever is said twice, or late."""
        await self.looks(MORE_LOOKS)
        return self.said()

    async def looks(self, number: int = 2) -> None:
        """Waits until so many looks more are over; of two, one has begun after now."""
        before = await self._last_look()
        async with asyncio.timeout(PATIENCE):
            for _ in range(number):
                while (last := await self._last_look()) == before:  # noqa: ASYNC110 - a database tells nobody
                    await asyncio.sleep(0.05)
                before = last

    async def until_unseen(self, namespace: str, kind: str) -> Finding:
        """Waits until a look could not see whether a finding still holds."""
        async with asyncio.timeout(PATIENCE):
            while (found := await self.finding(namespace, kind)) is None or not found.unseen:  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.05)
        return found

    async def until_observed(self, namespace: str, words: str) -> None:
        """Waits until a look observed this."""
        async with asyncio.timeout(PATIENCE):
            while words not in (await self.status(namespace))["observed"]:
                await self.looks()

    async def finding(self, namespace: str, kind: str) -> Finding | None:
        return (await self._findings()).get(("lisbon", namespace, kind))

    async def looks_until_told(self, since: datetime, namespace: str, kind: str) -> int:
        """How many looks were begun after a moment, up to the one that found `kind` first."""
        about = event.c.labels.contains(kind), event.c.labels.contains(f'"{namespace}"')
        async with self.database.reading() as connection:
            first = await connection.scalar(select(func.min(event.c.at)).where(*about))
            assert first is not None
            begun = select(func.count()).where(
                run.c.schedule == "access", run.c.claimed_at > since, run.c.claimed_at <= first
            )
            return int(await connection.scalar(begun) or 0)

    async def crosshub(self, *arguments: str) -> str:
        """What the command prints."""
        result = await asyncio.to_thread(self.runner.invoke, cli, ["--config", str(self.config), *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    async def status(self, namespace: str) -> dict[str, Any]:
        """What `crosshub access status` says of a hub."""
        told = loads(await self.crosshub("access", "status", "--json", "--hub", f"lisbon/{namespace}"))
        (hub,) = told
        return dict(hub)

    async def everything_kept(self) -> str:
        """Every value of every row of every table, as text."""
        async with self.database.reading() as connection:
            tables = MetaData()
            await connection.run_sync(tables.reflect)
            rows = [row for table in tables.sorted_tables for row in await connection.execute(select(table))]
        return "\n".join(repr(tuple(row)) for row in rows)

    async def _findings(self) -> Mapping[FindingKey, Finding]:
        async with self.database.reading() as connection:
            return await finding_rows.findings(connection)

    async def _last_look(self) -> datetime | None:
        async with self.database.reading() as connection:
            return max((sight.looked_at for sight in (await sight_rows.sights(connection)).values()), default=None)


@asynccontextmanager
async def world(place: Place, directory: Path, database: str, policies: Policies) -> AsyncIterator[World]:
    """All of it, once Crosshub has looked and told what there was to tell at the beginning."""
    async with fake_slack() as slack, open_database(database) as opened:
        (directory / "slack").write_text(f"{slack.server.url}/services/T0/B0/hunter2")
        config = directory / "crosshub.yaml"
        config.write_text(yaml.safe_dump(_config(place, directory, database, policies), sort_keys=False))
        async with running(load(config)):
            made = World(place, slack, opened, config)
            await made.looks()
            await made.until_all_is_told()
            made.listen()
            yield made


async def until_counted(place: Place, expected: Mapping[str, tuple[int, int]]) -> None:
    """Waits until the cluster's Prometheus tells these logins and refusals of these namespaces."""
    async with asyncio.timeout(PATIENCE):
        while await counted(place, expected) != expected:  # noqa: ASYNC110 - a Prometheus tells nobody
            await asyncio.sleep(0.2)


async def counted(place: Place, namespaces: Iterable[str]) -> Mapping[str, tuple[int, int]]:
    """How many logins and refusals there were of late, as Crosshub reads them."""
    cluster = Cluster("lisbon", Prometheus((place.prometheus.url,)))
    async with open_fleet((cluster,)) as fleet:
        told = (await measured_by_all(fleet, ["lisbon"], datetime.now(UTC)))["lisbon"]
    assert not isinstance(told, Unseen), told
    return {name: (told[name].logins or 0, told[name].denied_now or 0) for name in namespaces}


def _config(place: Place, directory: Path, database: str, policies: Policies) -> dict[str, Any]:
    hubs = [_hub(place, directory, namespace, access) for namespace, access in policies.items()]
    cluster = {"name": "lisbon", "prometheus": {"url": place.prometheus.url, "timeout": "10s"}, "hubs": hubs}
    route = {
        "receivers": ["oncall"],
        "group_by": ["alertname", "namespace"],
        "group_wait": "0s",
        "group_interval": "1s",
    }
    return {
        "database": database,
        # Outages are told of elsewhere.
        "every": {"access": "1s", "health": "1h"},
        "rules": [],
        "clusters": [cluster],
        "receivers": [{"name": "oncall", "slack": {"webhook_file": "slack"}}],
        "routes": [route],
    }


def _hub(place: Place, directory: Path, namespace: str, access: Mapping[str, Any] | None) -> dict[str, Any]:
    hub = place.hubs[NAMESPACES[namespace]]
    told = {"name": namespace, "title": f"The {namespace}", "url": hub.url}
    token = {**hub.tokens, "wrong": "0" * 32}.get(namespace, hub.tokens["crosshub"])
    if namespace != "none":
        (directory / f"{namespace}.token").write_text(token)
        told["api_token_file"] = f"{namespace}.token"
    return told if access is None else {**told, "access": dict(access)}
