"""A running Crosshub over four real clusters, which keeps five weeks of made-up rollups."""

import asyncio
from collections.abc import Iterator

import pytest

from aggregator.notebook import Crosshub, connect
from tests.fleet.start import started_crosshub, started_fleet
from tests.notebook.kept import keep_all


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with started_fleet() as fleet:
        # Without hubs it computes nothing: what is kept is what the test has put there.
        database = f"sqlite:///{fleet.directory}/kept.db"
        asyncio.run(keep_all(database))
        with fleet.config.open("a") as config:
            config.write(f"database: {database}\n")
        with started_crosshub(fleet.config) as url:
            yield url


@pytest.fixture
def crosshub(url: str) -> Iterator[Crosshub]:
    with connect(url) as connected:
        yield connected
