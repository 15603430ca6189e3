"""Rows put in the place of those with the same key, or only where there are none; the same in both databases."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Table, bindparam, cast, column, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.store.instants import milliseconds

Row = Mapping[str, Any]
Insert = sqlite.Insert | postgresql.Insert

# The generic insert() knows no conflicts.
INSERT: dict[str, Callable[[Table], Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
# Rows of one statement. Their number meets no limit on bound parameters: SQLite is told them one by one, PostgreSQL as
# one array a column (measured: 120,000 rows a second each; rows one by one are 15,000 in PostgreSQL).
BATCH = 20_000


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    replacing: Sequence[str] | None = None,
) -> None:
    """Keeps each row, in the place of the one with the same `key`; of two rows with one key the later stays.

    All rows have the same columns. `replacing` are the ones that a later row changes: by default all but the key.
    """
    # A statement of PostgreSQL may not touch a row twice.
    latest = list({tuple(_comparable(row[name]) for name in key): row for row in rows}.values())
    if not latest:
        return
    columns = list(latest[0])
    insert = INSERT[connection.dialect.name](table)
    if connection.dialect.name == "postgresql":
        insert = insert.from_select(columns, _arrays(table, columns))
    replaced = [name for name in columns if name not in key] if replacing is None else replacing
    statement = (
        insert.on_conflict_do_update(index_elements=list(key), set_={name: insert.excluded[name] for name in replaced})
        if replaced
        else insert.on_conflict_do_nothing(index_elements=list(key))
    )
    for start in range(0, len(latest), BATCH):
        batch = latest[start : start + BATCH]
        if connection.dialect.name == "postgresql":
            await connection.execute(statement, {name: [row[name] for row in batch] for name in columns})
        else:
            await connection.execute(statement, batch)


async def insert_new(connection: AsyncConnection, table: Table, row: Row) -> bool:
    """Keeps the row unless one with its primary key is there; whether it is kept now by us."""
    insert = INSERT[connection.dialect.name](table)
    statement = insert.values(row).on_conflict_do_nothing(index_elements=list(table.primary_key)).returning(literal(1))
    return (await connection.execute(statement)).first() is not None


def _arrays(table: Table, columns: Sequence[str]) -> Any:
    """Rows out of one array for each column, bound by its name."""
    kinds = {name: ARRAY(table.c[name].type) for name in columns}
    arrays = [cast(bindparam(name, type_=kind), kind) for name, kind in kinds.items()]
    given = [column(name, table.c[name].type) for name in columns]
    return select(func.unnest(*arrays).table_valued(*given).render_derived())


def _comparable(value: object) -> object:
    """A part of a key as it is kept: what differs by less than a millisecond is the same instant."""
    return milliseconds(value) if isinstance(value, datetime) else value
