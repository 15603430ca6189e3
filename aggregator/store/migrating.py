"""The tables of a database brought to those of this Crosshub, by the scripts in `migrations/`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.errors import BadDatabase
from aggregator.store.database import Database, open_database
from aggregator.store.faults import bad_database
from aggregator.store.urls import driver_url, has_file, shown

PACKAGE = Path(__file__).parents[1]


def alembic_config() -> Config:
    """What Alembic has to know: the scripts are in the installed package, or beside it in a checkout."""
    places = (PACKAGE / "migrations", PACKAGE.parent / "migrations")
    config = Config()
    config.set_main_option("script_location", str(next(place for place in places if (place / "env.py").is_file())))
    config.set_main_option("path_separator", "newline")
    return config


async def migrate(database: Database) -> tuple[str, ...]:
    """The revisions that had to be applied, oldest first: none where the tables are those of this Crosshub.

    Others who start at the same moment wait, and then find it done. Raises BadDatabase.
    """
    try:
        async with database.migrating() as connection:
            applied = await connection.run_sync(_upgrade, str(database))
            await _keys_hold(connection)
            return applied
    except (SQLAlchemyError, OSError) as error:
        raise bad_database(database.url, error) from error


@asynccontextmanager
async def database_as_it_is(url: str) -> AsyncIterator[Database]:
    """The database at a URL, which must be there, with whatever tables it has; nothing is made. Raises BadDatabase."""
    _demand_file(driver_url(url))
    async with open_database(url) as database:
        yield database


@asynccontextmanager
async def database_there(url: str) -> AsyncIterator[Database]:
    """The same, which must have the tables of this Crosshub too."""
    async with database_as_it_is(url) as database:
        _, missing = await pending(database)
        if missing:
            raise BadDatabase(
                f"the database {database} lacks the tables of this Crosshub (revisions {', '.join(missing)}): "
                "run `crosshub db upgrade`, or start `crosshub serve`"
            )
        yield database


async def pending(database: Database) -> tuple[str | None, tuple[str, ...]]:
    """The revision of the database, and those that are still to be applied. Raises BadDatabase."""
    try:
        async with database.reading() as connection:
            return await connection.run_sync(_standing, str(database))
    except (SQLAlchemyError, OSError) as error:
        raise bad_database(database.url, error) from error


def _demand_file(url: URL) -> None:
    if not has_file(url):
        raise BadDatabase(
            f"the database {shown(url)} is not there: correct `database` in the configuration, or start "
            "`crosshub serve` or run `crosshub db upgrade`, which make it"
        )


def _upgrade(connection: Connection, name: str) -> tuple[str, ...]:
    _, missing = _standing(connection, name)
    if missing:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return missing


def _standing(connection: Connection, name: str) -> tuple[str | None, tuple[str, ...]]:
    scripts = ScriptDirectory.from_config(alembic_config())
    known = [script.revision for script in scripts.walk_revisions()][::-1]
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise BadDatabase(
            f"the database {name} is of a newer Crosshub: it has revision {current}, this one knows up to {known[-1]}. "
            "Start that newer Crosshub, or give this one another database"
        )
    return current, tuple(known[known.index(current) + 1 :] if current else known)


async def _keys_hold(connection: AsyncConnection) -> None:
    """SQLite does not look at foreign keys during a migration, so it is asked afterwards."""
    if connection.dialect.name == "sqlite":
        broken = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
        if broken is not None:
            raise BadDatabase(f"a migration broke a foreign key of the table {broken[0]}; nothing was changed")
