"""`crosshub people forget`: every hash of a person is taken away."""

import asyncio
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.clusters.config import load
from aggregator.rollups.people_key import people_key
from aggregator.rollups.people_rows import Via, how_many, keep_people
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import subjects
from aggregator.store.database import open_database
from aggregator.store.migrating import migrate
from tests.cli.conftest import COMMAND

HUB = "{name: prod, title: Prod}"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose database knows Ana on two days and Rui on one."""
    file = tmp_path / "crosshub.yaml"
    file.write_text(f"clusters: [{{name: a, prometheus: {{url: http://127.0.0.1:1}}, hubs: [{HUB}]}}]\n")
    asyncio.run(_keep(file))
    return file


async def _keep(file: Path) -> None:
    config = load(file)
    key = people_key(config.people_key_file)
    ana, rui = key.hash_of("ana"), key.hash_of("rui")
    async with open_database(config.database) as database:
        await migrate(database)
        async with database.writing() as connection:
            ids = await keep_subjects(connection, subjects(config), datetime(2026, 6, 1, tzinfo=UTC))
            days = {1: frozenset({ana, rui}), 2: frozenset({ana})}
            await keep_people(connection, next(iter(ids.values())), days, Via.POD)


def left(file: Path) -> int:
    """How many people are known."""

    async def count() -> int:
        async with open_database(load(file).database) as database, database.reading() as connection:
            return await how_many(connection, range(9), 0, 9)

    return asyncio.run(count())


def forget(config: Path, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "--config", str(config), "people", "forget", *arguments]
    return subprocess.run(command, input=answer, capture_output=True, text=True, check=False, timeout=60)


def test_a_person_is_forgotten_and_told_in_days(config: Path) -> None:
    done, again = forget(config, "Ana", "--yes"), forget(config, "Ana", "--yes")

    assert done.stdout.startswith("2 days on hubs of 'Ana' removed; counts made before stay.\n")
    assert again.stdout.startswith("nothing is kept about 'Ana'\n")
    assert done.stdout.endswith("\nWhatever clusters tell of 'Ana' in the next 36 days is not kept either.\n")
    assert (done.returncode, again.returncode, left(config)) == (0, 0, 1)


def test_where_there_is_no_database_nobody_is_said_to_be_forgotten(config: Path) -> None:
    database = config.parent / "crosshub.db"
    database.unlink()

    done = forget(config, "ana", "--yes")

    assert (done.returncode, done.stdout) == (1, "")
    assert f"the database sqlite:///{database} is not there" in done.stderr
    assert not database.exists()


def test_it_is_asked_whether_that_is_meant(config: Path) -> None:
    refused, meant = forget(config, "rui", answer="n\n"), forget(config, "rui", answer="y\n")

    assert refused.returncode == 1
    assert "Forget on which days 'rui' used which hub? [y/N]" in refused.stdout
    assert "1 day on hubs of 'rui' removed" in meant.stdout
    assert left(config) == 1


def test_without_the_key_nobody_is_found_and_none_is_made(config: Path) -> None:
    key = load(config).people_key_file
    key.unlink()

    done = forget(config, "ana", "--yes")

    assert (done.returncode, done.stderr) == (2, f"people_key_file {key}: No such file or directory\n")
    assert not key.exists()


def test_another_key_is_an_error(config: Path) -> None:
    forget(config, "nobody", "--yes")
    load(config).people_key_file.write_text("00" * 32)

    done = forget(config, "ana", "--yes")

    assert done.returncode == 2
    assert "people_key_file holds another key" in done.stderr
    assert left(config) == 2
