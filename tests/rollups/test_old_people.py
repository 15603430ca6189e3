"""Counts of people stay when the hashes they were counted from have gone, whatever is computed afterwards."""

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.clusters.values import Hub, Retention
from aggregator.rollups.buckets import day_number
from aggregator.rollups.chunks import Window
from aggregator.rollups.due import every
from aggregator.rollups.job import Rollups
from aggregator.rollups.retention import purge
from aggregator.store.database import Database
from aggregator.store.instants import milliseconds
from tests.fakes.telling import Truth
from tests.rollups.computing import DAY, NOW, computing, lately, later
from tests.rollups.tables import Rows, tables

ONE = {"oslo": (Hub("prod", timezone=ZoneInfo("Asia/Kathmandu"), community="geo"),)}
MARCH = day_number(date(2026, 3, 1))
LONG_AGO = NOW - 70 * DAY
COUNTS = ("people", "new_people", "cluster_people", "community_people", "fleet_people")


def counts(rows: Rows) -> Mapping[tuple[object, ...], float]:
    return {key: row[1] for key, row in rows["rollup"].items() if key[2] in COUNTS}


async def five_weeks(rollups: Rollups, retention: Retention) -> Rows:
    """What is kept of five weeks that end ten weeks ago, after hashes went."""
    await later(rollups, LONG_AGO).compute(lately(LONG_AGO))
    await purge(rollups.database, retention, NOW)
    return await tables(rollups.database)


async def test_counts_stay_where_a_month_begins_before_all_that_is_looked_at(database: Database) -> None:
    async with computing(database, Truth("oslo"), hubs=ONE) as rollups:
        before = counts(await five_weeks(rollups, Retention(people=60 * 86400.0)))
        await rollups.compute(lately(NOW))

    after = counts(await tables(database))
    assert {key: after[key] for key in before} == before


@pytest.mark.parametrize("kept_for", [60, 80])
async def test_counts_stay_where_a_day_is_computed_whose_hashes_or_neighbours_have_gone(
    database: Database, kept_for: int
) -> None:
    async with computing(database, Truth("oslo"), hubs=ONE) as rollups:
        before = counts(await five_weeks(rollups, Retention(people=kept_for * 86400.0)))
        start = milliseconds(NOW - 79 * DAY)
        await rollups.compute(Window(start, start + 3 * (DAY // timedelta(milliseconds=1)), every))

    after = counts(await tables(database))
    assert {key: after[key] for key in before} == before


async def test_a_month_that_nobody_counted_in_time_has_no_people_and_not_none_of_them(database: Database) -> None:
    async with computing(database, Truth("oslo"), hubs=ONE) as rollups:
        before = counts(await five_weeks(rollups, Retention(people=60 * 86400.0)))
        start = milliseconds(NOW - 79 * DAY)
        await rollups.compute(Window(start, start + 3 * (DAY // timedelta(milliseconds=1)), every))

    rows = await tables(database)
    assert ("hub", "oslo/prod", "1mo", MARCH) in rows["bucket"]
    assert [key for key in counts(rows) if key not in before] == [("hub", "oslo/prod", "new_people", "1mo", MARCH)]
