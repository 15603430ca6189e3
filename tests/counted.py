"""What the long counts of `make proof` come to, and the new databases that they take."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aggregator.store.database import open_database
from aggregator.store.migrating import migrate
from tests.postgresql import Postgresql


@dataclass(frozen=True, slots=True)
class Count:
    """What was tried on which database, how often, and what was wrong, in words."""

    what: str
    database: str
    tried: int
    wrong: tuple[str, ...]


NewUrl = Callable[[], str]
"""Gives where a new database is, with all its tables."""


def new_files(folder: Path) -> NewUrl:
    """SQLite databases, of which there is one at a time."""
    template = folder / "template.db"
    asyncio.run(_migrated(f"sqlite:///{template}"))

    def new() -> str:
        file = folder / "crosshub.db"
        for each in folder.glob("crosshub.db*"):
            each.unlink()
        shutil.copy(template, file)
        return f"sqlite:///{file}"

    return new


def new_databases(server: Postgresql) -> NewUrl:
    """Databases of a PostgreSQL, of which there is one at a time."""
    template = server.create()
    asyncio.run(_migrated(server.url(template)))
    there: list[str] = []

    def new() -> str:
        while there:
            server.drop(there.pop())
        there.append(server.create(template))
        return server.url(there[-1])

    return new


async def _migrated(url: str) -> None:
    async with open_database(url) as database:
        await migrate(database)
