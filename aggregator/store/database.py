"""One open database, SQLite or PostgreSQL: transactions that are committed whole or leave nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from aggregator.store.faults import bad_database
from aggregator.store.urls import IN_MEMORY, driver_url, shown

# How long whoever wants to write waits for others who do, in seconds.
PATIENCE = 30
CONNECTIONS = 5

# Any number, as long as it is always the same one.
LOCK = 0x43524F5353485542
BEGIN = "crosshub_begin"


@dataclass(frozen=True, slots=True)
class Words:
    """What a database is told at the beginning of a transaction that reads, writes or migrates."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    migrate: tuple[str, ...]


WORDS = {
    # A writer takes its lock at once: one that only finds out later that it writes would fail, not wait. Migrations put
    # tables in the place of others, which foreign keys would not survive.
    "sqlite": Words(
        ("PRAGMA query_only = ON", "BEGIN"),
        ("PRAGMA query_only = OFF", "PRAGMA foreign_keys = ON", "BEGIN IMMEDIATE"),
        ("PRAGMA query_only = OFF", "PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"),
    ),
    "postgresql": Words(
        ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",),
        (),
        (f"SELECT pg_advisory_xact_lock({LOCK})",),
    ),
}


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Whoever is handed a connection never commits; `writing` does, once, when its block ends.

    A task holds one connection at a time: a database in memory has no second one.
    """

    url: URL = field(repr=False)
    readers: AsyncEngine = field(repr=False)
    writers: AsyncEngine = field(repr=False)
    migrators: AsyncEngine = field(repr=False)

    def __str__(self) -> str:
        return shown(self.url)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees everything as it was at one moment, and cannot write."""
        async with self.readers.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed when the block ends, undone when it raises."""
        async with self.writers.begin() as connection:
            yield connection

    @asynccontextmanager
    async def migrating(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may put other tables in the place of those there are; others who want one wait."""
        async with self.migrators.begin() as connection:
            yield connection


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """The database at a URL as the configuration has it, until the block ends; raises BadDatabase."""
    target = driver_url(url)
    database = _sqlite(target) if target.get_backend_name() == "sqlite" else _postgresql(target)
    try:
        await _reach(database)
        yield database
    except SQLAlchemyError as error:
        # A disk that is full by now, a server that is gone: words for the reader, and where it happened for whoever asks.
        raise bad_database(target, error) from error
    finally:
        await database.readers.dispose()
        await database.writers.dispose()


async def _reach(database: Database) -> None:
    try:
        if database.url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_make_ready, database.url)
        async with database.reading() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TypeError) as error:  # TypeError: an option that the driver does not know
        raise bad_database(database.url, error) from None


def _make_ready(url: URL) -> None:
    """Lets people read while somebody writes; the file remembers that.

    Through the plain driver: the other one leaves a thread behind where a file cannot be opened.
    """
    engine = create_engine(url.set(drivername="sqlite"), poolclass=NullPool, connect_args={"timeout": PATIENCE})
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            # Two who do so at once on a new file are in each other's way, and SQLite lets neither of them wait.
            if "database is locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _postgresql(url: URL) -> Database:
    engine = create_async_engine(
        url,
        # None beyond those that are kept: opening one costs the server more than most of what it is asked then.
        pool_size=2 * CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        # Whoever waited for another sees what that one did, whatever the server's default is.
        isolation_level="READ COMMITTED",
        # No statements that outlive a transaction, since PgBouncer may give the next one to another server process.
        connect_args={"application_name": "crosshub", "connect_timeout": 10, "prepare_threshold": None},
    )
    return _told(url, engine, engine)


def _sqlite(url: URL) -> Database:
    # There is one writer anyway. Those of this process queue for its connection; SQLite itself lets them look again and
    # again. In memory each connection would be a database of its own, so all share that one.
    one = _sqlite_engine(url, pool_size=1, max_overflow=0)
    many = one if url.database in IN_MEMORY else _sqlite_engine(url, pool_size=CONNECTIONS)
    return _told(url, many, one)


def _sqlite_engine(url: URL, **pool: int) -> AsyncEngine:
    # The driver leaves transactions to us, as SQLAlchemy's page on SQLite has it.
    arguments = {"timeout": PATIENCE, "isolation_level": None}
    return create_async_engine(
        url, poolclass=AsyncAdaptedQueuePool, hide_parameters=True, connect_args=arguments, **pool
    )


def _told(url: URL, readers: AsyncEngine, writers: AsyncEngine) -> Database:
    words = WORDS[url.get_backend_name()]
    for engine in {readers, writers}:
        event.listen(engine.sync_engine, "begin", _begun)
    return Database(
        url,
        readers.execution_options(**{BEGIN: words.read}),
        writers.execution_options(**{BEGIN: words.write}),
        writers.execution_options(**{BEGIN: words.migrate}),
    )


def _begun(connection: Connection) -> None:
    for words in connection.get_execution_options()[BEGIN]:
        connection.exec_driver_sql(words)
