"""How a database stands: its revision, what is still to be applied, how large it is and what is in it."""

from dataclasses import dataclass

from sqlalchemy import func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.store.database import Database
from aggregator.store.migrating import pending
from aggregator.store.schema import metadata

SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


@dataclass(frozen=True, slots=True)
class Status:
    """`size` is in bytes; `rows` has each table that is there, by name."""

    revision: str | None
    pending: tuple[str, ...]
    size: int
    rows: tuple[tuple[str, int], ...]


async def status(database: Database) -> Status:
    """How the database stands now; raises BadDatabase."""
    revision, missing = await pending(database)
    async with database.reading() as connection:
        size = (await connection.execute(text(SIZE[connection.dialect.name]))).scalar_one()
        return Status(revision, missing, size, await _rows(connection))


async def _rows(connection: AsyncConnection) -> tuple[tuple[str, int], ...]:
    there = await connection.run_sync(lambda plain: set(inspect(plain).get_table_names()))
    found = []
    for name, table in sorted(metadata.tables.items()):
        if name in there:
            count = await connection.execute(select(func.count()).select_from(table))
            found.append((name, count.scalar_one()))
    return tuple(found)
