"""The tables of a database brought to those of this Crosshub."""

import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from aggregator.errors import BadDatabase
from aggregator.store.database import Database, open_database
from aggregator.store.migrating import alembic_config, migrate, pending
from aggregator.store.schema import metadata
from aggregator.store.status import status
from tests.postgresql import Postgresql

MIGRATE = """
import asyncio, sys
from aggregator.store.database import open_database
from aggregator.store.migrating import migrate

async def main(url):
    async with open_database(url) as database:
        print("ready", flush=True)
        sys.stdin.readline()
        print(*await migrate(database))

asyncio.run(main(sys.argv[1]))
"""


async def tables(database: Database) -> set[str]:
    async with database.reading() as connection:
        return await connection.run_sync(lambda plain: set(inspect(plain).get_table_names()))


async def test_an_empty_database_gets_every_table(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        before = await pending(database)
        applied = await migrate(database)

        assert await tables(database) == {*metadata.tables, "alembic_version"}
        assert before == (None, applied)
        assert await pending(database) == (applied[-1], ())


async def test_a_second_time_changes_nothing(database: Database) -> None:
    assert await migrate(database) == ()


async def test_the_migrations_lead_to_exactly_the_tables_we_have(database: Database) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_down_and_up_again(database: Database) -> None:
    def down(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        downgrade(config, "base")

    async with database.migrating() as connection:
        await connection.run_sync(down)
    below = await tables(database)
    applied = await migrate(database)

    assert below == {"alembic_version"}
    assert len(applied) > 0
    assert await migrate(database) == ()


async def test_of_several_who_migrate_at_once_one_does_and_all_come_up(empty_url: str) -> None:
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, empty_url, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    for one in started:
        assert one.stdout is not None
        assert await one.stdout.readline() == b"ready\n"
    answers = [said.decode().strip() for said, _ in await asyncio.gather(*(one.communicate(b"\n") for one in started))]

    assert [one.returncode for one in started] == [0, 0, 0]
    assert sorted(answers)[:2] == ["", ""]
    assert "0001" in sorted(answers)[2]


async def test_the_database_of_a_newer_crosshub_is_refused(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(BadDatabase, match="is of a newer Crosshub: it has revision 9999, this one knows up to 0"):
        await migrate(database)
    with pytest.raises(BadDatabase, match="is of a newer Crosshub"):
        await status(database)


async def test_what_fails_half_way_leaves_nothing(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        async with database.writing() as connection:
            await connection.execute(text("CREATE TABLE run (in_the_way INTEGER)"))

        with pytest.raises(BadDatabase, match="already exists"):
            await migrate(database)

        assert await tables(database) == {"run"}


async def test_a_read_only_file_is_told(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path}/crosshub.db"):
        pass

    async with open_database(f"sqlite:///file:{tmp_path}/crosshub.db?mode=ro&uri=true") as database:
        with pytest.raises(BadDatabase, match="cannot be used: it is read-only"):
            await migrate(database)


async def test_a_read_only_server_is_told(postgresql: Postgresql) -> None:
    name = postgresql.create()
    async with open_database(f"{postgresql.url(name)}&options=-cdefault_transaction_read_only%3Don") as database:
        with pytest.raises(BadDatabase, match="cannot be used: it is read-only"):
            await migrate(database)
    postgresql.drop(name)


async def test_status_tells_revision_size_and_rows(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(metadata.tables["schedule"].insert(), {"name": "weekly", "calendar": ""})

    told = await status(database)

    assert told.revision is not None
    assert told.pending == ()
    assert told.size > 4096
    assert dict(told.rows) == {name: int(name == "schedule") for name in metadata.tables}


async def test_status_of_an_empty_database_tells_what_is_to_be_done(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        told = await status(database)

    assert (told.revision, told.rows) == (None, ())
    assert told.pending[0] == "0001"
