"""Hubs as a look has found them, in a database on which `crosshub access` works."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from aggregator.access import finding_rows, sight_rows, window_rows
from aggregator.access.detect import outcomes
from aggregator.access.evidence import Account, Sighting
from aggregator.access.findings import findings_now
from aggregator.access.hubs import placed
from aggregator.access.policy import policy_of
from aggregator.access.remembering import sight_of
from aggregator.access.window_rows import Kept
from aggregator.cli.main import cli
from aggregator.clusters.config import load
from aggregator.clusters.values import Config
from aggregator.errors import CrosshubError
from aggregator.store.database import open_database
from aggregator.store.instants import utc_now
from aggregator.store.migrating import migrate
from tests.access.sightings import measured, seen, server, told

Crosshub = Callable[..., Result]

CONFIG = """
external_url: https://crosshub.example.org
clusters:
  - name: oslo
    prometheus: {url: http://127.0.0.1:1}
    hubs: [{name: prod}, {name: new, title: "\\u202eNew [bold]"}]
  - name: lisbon
    prometheus: {url: http://127.0.0.1:2}
    hubs:
      - name: prod
        namespace: lisbon-prod
        title: University of Lisbon
        timezone: Europe/Lisbon
        access:
          policy: institution
          identities: ["*@ulisboa.pt"]
          owner: ana@ulisboa.pt
          review_by: 2999-06-30
          open_windows:
            - {from: 2999-06-01T09:00, until: 2999-06-03T18:00, expected_people: 80, reason: "Geo workshop", contact: rui@ulisboa.pt}
            - {from: 2019-06-01T09:00, until: 2019-06-03T18:00, reason: "Old workshop"}
"""
STRANGERS = tuple(Account(name, utc_now() - timedelta(hours=1)) for name in ("evil\x1b[2J", "m1ner"))
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d \w+"


def command_in(folder: Path, columns: int = 100) -> Crosshub:
    runner = CliRunner(env={"COLUMNS": str(columns), "TZ": "UTC"})
    return lambda *arguments: runner.invoke(cli, ["--config", str(folder / "crosshub.yaml"), *arguments])


def make_database(folder: Path) -> None:
    async def make() -> None:
        async with open_database(load(folder / "crosshub.yaml").database) as database:
            await migrate(database)

    asyncio.run(make())


def look_at(folder: Path, *, ago: timedelta, **changes: Any) -> None:
    """Looks at the first two hubs, so long ago."""
    config = load(folder / "crosshub.yaml")
    asyncio.run(_keep(config, [_lisbon(config, utc_now() - ago, **changes), _oslo(config, utc_now() - ago)]))


def _lisbon(config: Config, at: datetime, **changes: Any) -> Sighting:
    (hub,) = (each for each in placed(config) if each.cluster == "lisbon")
    quiet = seen(
        policy_of(hub.hub),
        where=hub.where,
        hub=hub.name,
        called=hub.called,
        at=at,
        told=told(*STRANGERS),
        measured=measured(servers=[server("m1ner", cpu=0.99)]),
    )
    return replace(quiet, **changes)


def _oslo(config: Config, at: datetime) -> Sighting:
    hub = placed(config)[0]
    return seen(policy_of(hub.hub), where=hub.where, hub=hub.name, called=hub.called, at=at)


async def _keep(config: Config, looks: Iterable[Sighting]) -> None:
    async with open_database(config.database) as database, database.writing() as connection:
        before = await finding_rows.findings(connection)
        for each in looks:
            await finding_rows.keep(connection, findings_now(before, each, outcomes(each)))
            await sight_rows.keep(connection, [sight_of(each)])


async def _windows(config: Config) -> tuple[Kept, ...]:
    async with open_database(config.database) as database, database.reading() as connection:
        return await window_rows.windows(connection)


def windows(folder: Path) -> tuple[Kept, ...]:
    return asyncio.run(_windows(load(folder / "crosshub.yaml")))


def output(result: Result) -> str:
    """What was printed, its times taken out."""
    assert result.exit_code == 0, result.output
    return re.sub(TIME, "…", result.output)


def refused(result: Result) -> str:
    assert isinstance(result.exception, CrosshubError), result.output
    return str(result.exception)
