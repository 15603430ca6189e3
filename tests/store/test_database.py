"""Opening a database, and what its transactions keep."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from aggregator.errors import BadDatabase
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run, schedule
from aggregator.store.upsert import insert_new
from tests.postgresql import Postgresql

WEEKLY = {"name": "weekly", "calendar": "0 8 * * MON UTC", "next_slot": None}


async def count(database: Database) -> int:
    async with database.reading() as connection:
        found: int = (await connection.execute(select(func.count()).select_from(schedule))).scalar_one()
        return found


async def test_what_is_written_is_there_for_others(database: Database, database_url: str) -> None:
    async with database.writing() as connection:
        await connection.execute(schedule.insert(), WEEKLY)

    async with open_database(database_url) as other:
        assert await count(other) == 1


async def test_an_error_undoes_all_of_its_transaction_and_tells_no_values(database: Database) -> None:
    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(schedule.insert(), WEEKLY)
            await connection.execute(schedule.insert(), WEEKLY)

    with pytest.raises(IntegrityError) as told:
        await write()

    assert "MON" not in str(told.value)

    assert await count(database) == 0


async def test_what_goes_wrong_once_it_is_open_is_told_in_words(empty_url: str) -> None:
    with pytest.raises(BadDatabase, match=r"^the database .* cannot be used: .*schedule"):
        async with open_database(empty_url) as database:
            await count(database)


async def test_a_writer_who_is_cancelled_leaves_nothing_and_no_lock(database: Database) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(schedule.insert(), WEEKLY)
            written.set()
            await asyncio.Event().wait()

    writer = asyncio.create_task(write())
    await written.wait()
    writer.cancel()
    await asyncio.wait({writer})

    async with database.writing() as connection:
        assert await insert_new(connection, schedule, WEEKLY)


async def test_who_reads_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        async with database.reading() as connection:
            await connection.execute(schedule.insert(), WEEKLY)


async def test_who_reads_sees_one_moment(database: Database) -> None:
    everything = select(func.count()).select_from(schedule)
    async with database.reading() as reader:
        before = (await reader.execute(everything)).scalar_one()
        async with database.writing() as connection:
            await connection.execute(schedule.insert(), WEEKLY)
        after = (await reader.execute(everything)).scalar_one()

    assert (before, after, await count(database)) == (0, 0, 1)


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(
                text(
                    "INSERT INTO run (schedule, slot, state, owner, fence, claimed_at) VALUES ('x', 0, 'done', '', 1, 0)"
                )
            )


async def test_writers_wait_for_each_other(database: Database, database_url: str) -> None:
    async def write(into: Database, number: int) -> None:
        async with into.writing() as connection:
            await connection.execute(select(func.count()).select_from(run))
            await connection.execute(schedule.insert(), WEEKLY | {"name": f"{number}"})

    async with open_database(database_url) as other:
        await asyncio.gather(*(write((database, other)[number % 2], number) for number in range(40)))

    assert await count(database) == 40


async def test_a_file_that_somebody_else_is_just_beginning_is_waited_for(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crosshub.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.1, other.rollback)
        async with open_database(f"sqlite:///{tmp_path}/crosshub.db") as database, database.reading() as connection:
            mode = await connection.execute(text("PRAGMA journal_mode"))

            assert mode.scalar_one() == "wal"


async def test_one_in_memory_is_the_same_for_every_task() -> None:
    async with open_database("sqlite:///:memory:") as database:
        async with database.writing() as connection:
            await connection.execute(text("CREATE TABLE kept (number INTEGER)"))

        async def keep(number: int) -> None:
            async with database.writing() as connection:
                await connection.execute(text("INSERT INTO kept VALUES (:number)"), {"number": number})

        await asyncio.gather(*map(keep, range(20)))
        async with database.reading() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM kept"))).scalar_one() == 20


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://me:hunter2@h/n", "begins with neither sqlite:/// nor postgresql://"),
        ("postgresql://me:hunter2@h:hunter2/n", "a port may be no number"),
        ("postgresql://me:hunter2@127.0.0.1:1/n", "postgresql://me@127.0.0.1:1/n cannot be used: connection"),
        ("postgresql://me@127.0.0.1:1/n?password=hunter2", "postgresql://me@127.0.0.1:1/n cannot be used"),
        ("postgresql://me@127.0.0.1:1/n?passwrod=hunter2", "postgresql://me@127.0.0.1:1/n cannot be used"),
        ("sqlite:////nowhere/at/all.db", "sqlite:////nowhere/at/all.db cannot be used: its file cannot be opened"),
        (f"sqlite:///{__file__}", "its file is something else"),
    ],
)
async def test_one_that_cannot_be_opened_is_told_in_words(url: str, words: str) -> None:
    with pytest.raises(BadDatabase) as told:
        async with open_database(url):
            pass

    assert words in str(told.value)
    assert "hunter2" not in str(told.value)
    assert "\n" not in str(told.value)


async def test_of_one_that_is_not_there_it_is_told_what_makes_it(postgresql: Postgresql) -> None:
    with pytest.raises(
        BadDatabase, match=r"nowhere cannot be used: it is not there: `createdb` makes it, and `crosshub db upgrade`"
    ):
        async with open_database(postgresql.url("nowhere")):
            pass


async def test_its_password_is_not_shown(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path}/a.db?uri=true&password=hunter2") as database:
        assert str(database) == f"sqlite:///{tmp_path}/a.db"
        assert "hunter2" not in repr(database)
