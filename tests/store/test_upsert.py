"""Rows kept in the place of others."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from aggregator.store.database import Database
from aggregator.store.tables import schedule
from aggregator.store.upsert import insert_new, upsert

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
Row = dict[str, Any]


def row(name: str, calendar: str = "", next_slot: datetime | None = NOON) -> Row:
    return {"name": name, "calendar": calendar, "next_slot": next_slot}


async def keep(database: Database, *rows: Row, replacing: list[str] | None = None) -> None:
    async with database.writing() as connection:
        await upsert(connection, schedule, rows, key=["name"], replacing=replacing)


async def kept(database: Database) -> list[Row]:
    async with database.reading() as connection:
        found = await connection.execute(select(schedule).order_by(schedule.c.name))
        return [dict(one) for one in found.mappings()]


async def test_twice_is_once(database: Database) -> None:
    for _ in range(2):
        await keep(database, row("a"), row("b"))

    assert await kept(database) == [row("a"), row("b")]


async def test_a_later_row_takes_the_place_of_an_earlier_one(database: Database) -> None:
    await keep(database, row("a", "old"), row("b", "old"))
    await keep(database, row("b", "new", NOON + timedelta(hours=1)), row("c", "new"))

    assert await kept(database) == [row("a", "old"), row("b", "new", NOON + timedelta(hours=1)), row("c", "new")]


async def test_of_two_rows_with_one_key_the_later_stays(database: Database) -> None:
    await keep(database, row("a", "first"), row("b"), row("a", "second"))

    assert await kept(database) == [row("a", "second"), row("b")]


async def test_only_what_is_named_is_replaced(database: Database) -> None:
    await keep(database, row("a", "old"))
    await keep(database, row("a", "new", None), replacing=["next_slot"])

    assert await kept(database) == [row("a", "old", None)]


async def test_nothing_to_replace_leaves_what_is_there(database: Database) -> None:
    await keep(database, row("a", "old"))
    await keep(database, row("a", "new"), row("b", "new"), replacing=[])

    assert await kept(database) == [row("a", "old"), row("b", "new")]


async def test_no_rows_are_fine(database: Database) -> None:
    await keep(database)

    assert await kept(database) == []


async def test_more_rows_than_a_statement_has_room_for_parameters(database: Database) -> None:
    rows = [row(f"{number:05}") for number in range(25_000)]
    await keep(database, *rows)

    assert await kept(database) == rows


async def test_a_new_row_is_told_from_one_that_was_there(database: Database) -> None:
    async with database.writing() as connection:
        told = [await insert_new(connection, schedule, row("a", calendar)) for calendar in ("first", "second")]

    assert told == [True, False]
    assert await kept(database) == [row("a", "first")]
