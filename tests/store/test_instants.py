"""Instants in and out of the database, and in order."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from aggregator.store.database import Database
from aggregator.store.tables import schedule

KATHMANDU = ZoneInfo("Asia/Kathmandu")
BERLIN = ZoneInfo("Europe/Berlin")


async def kept(database: Database, *instants: datetime) -> list[datetime]:
    """The instants as they come back, in the database's order."""
    rows = [{"name": f"{i}", "calendar": "", "next_slot": instant} for i, instant in enumerate(instants)]
    async with database.writing() as connection:
        await connection.execute(schedule.insert(), rows)
    async with database.reading() as connection:
        found = await connection.scalars(select(schedule.c.next_slot).order_by(schedule.c.next_slot))
        return list(found)


@pytest.mark.parametrize(
    ("instant", "back"),
    [
        (datetime(2026, 11, 25, 12, 0, 0, 123_000, UTC), datetime(2026, 11, 25, 12, 0, 0, 123_000, UTC)),
        (datetime(2026, 11, 25, 12, 0, 0, 123_999, UTC), datetime(2026, 11, 25, 12, 0, 0, 123_000, UTC)),
        (datetime(2026, 11, 25, 12, tzinfo=KATHMANDU), datetime(2026, 11, 25, 6, 15, tzinfo=UTC)),
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (datetime(1969, 12, 31, 23, 59, 59, 999_500, UTC), datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC)),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC), datetime(9999, 12, 31, 23, 59, 59, 999_000, UTC)),
    ],
)
async def test_an_instant_comes_back_to_the_millisecond_and_in_utc(
    database: Database, instant: datetime, back: datetime
) -> None:
    (found,) = await kept(database, instant)

    assert found == back
    assert found.tzinfo is UTC


async def test_a_naive_datetime_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match=r"2026-11-25T12:00:00 has no time zone, so it is no instant"):
        await kept(database, datetime(2026, 11, 25, 12))  # noqa: DTZ001


async def test_instants_are_in_order(database: Database) -> None:
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    instants = [noon + timedelta(milliseconds=step) for step in (5, -3, 0, 90_000_000, -(10**12))]

    assert await kept(database, *instants) == sorted(instants)
