"""Who changes subjects at once waits for the others, and nobody waits for ever."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import text

from aggregator.clusters.values import Hub
from aggregator.rollups.subject_rows import hold_subjects, keep_subjects
from aggregator.rollups.subjects import Subject, subjects
from aggregator.store.database import Database
from tests.rollups.computing import NOW, config_of

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def named(*names: str) -> Sequence[Subject]:
    return subjects(config_of({"oslo": "http://a"}, {"oslo": [Hub(name) for name in names]}))


async def waiting(database: Database, count: int) -> None:
    """Until so many wait for a lock. In SQLite whoever writes waits for its only writer, and no lock is taken."""
    while database.url.get_backend_name() == "postgresql":
        async with database.reading() as connection:
            if (await connection.execute(text(WAITING))).scalar_one() == count:
                return


async def test_hubs_in_another_order_are_named_while_others_are_being_kept(database: Database) -> None:
    async with database.writing() as connection:
        ids = await keep_subjects(connection, named("a", "b", "c"), NOW)
    a, b, c = (number for (_, key), number in ids.items() if key in {"oslo/a", "oslo/b", "oslo/c"})

    async def naming() -> None:
        async with database.writing() as connection:
            await keep_subjects(connection, named("c", "b", "a"), NOW)

    async def keeping() -> None:
        async with database.writing() as connection:
            await hold_subjects(connection, [a, c])

    async with asyncio.TaskGroup() as tasks, database.writing() as connection:
        await hold_subjects(connection, [b])
        tasks.create_task(naming())
        await waiting(database, 1)
        tasks.create_task(keeping())
        await waiting(database, 2)
