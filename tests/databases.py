"""Databases for tests, as a plugin of pytest: each such test runs on SQLite and on PostgreSQL, in a database of its own.

`database` is open and has every table; `database_url` is where such a one is, for tests that open it themselves or let
other processes do so; `empty_url` is where one is that has no tables yet.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aggregator.store.database import Database, open_database
from aggregator.store.migrating import migrate
from tests.postgresql import Postgresql, started_postgresql

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A server for all tests of this process; pytest-xdist has one a worker."""
    with started_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with every table, to be copied."""
    file = tmp_path_factory.mktemp("template") / "crosshub.db"
    asyncio.run(_migrated(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_name(postgresql: Postgresql) -> str:
    """A PostgreSQL database with every table, to be copied."""
    name = postgresql.create()
    asyncio.run(_migrated(postgresql.url(name)))
    return name


@contextmanager
def database_with_tables(request: pytest.FixtureRequest, directory: Path) -> Iterator[str]:
    """Where a database is that has every table, for fixtures whose parameters are BOTH."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), directory / "crosshub.db")
        yield f"sqlite:///{directory}/crosshub.db"
    else:
        yield from _own(request.getfixturevalue("postgresql"), request.getfixturevalue("migrated_name"))


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a database is that has every table."""
    with database_with_tables(request, tmp_path) as url:
        yield url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a database is that has no tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/crosshub.db"
    else:
        yield from _own(request.getfixturevalue("postgresql"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database that has every table."""
    async with open_database(database_url) as opened:
        yield opened


def _own(server: Postgresql, template: str = "template1") -> Iterator[str]:
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


async def _migrated(url: str) -> None:
    async with open_database(url) as opened:
        await migrate(opened)
