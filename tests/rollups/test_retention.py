"""What is old is removed, and nothing else."""

import re
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from aggregator.clusters.values import Retention
from aggregator.rollups.bucket_rows import Filled, Keeper, keep_measures
from aggregator.rollups.buckets import Resolution, holding
from aggregator.rollups.image_rows import keep_images
from aggregator.rollups.people_rows import Via, keep_people
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.retention import old, purge
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import UTC, subjects
from aggregator.store.database import Database, open_database
from aggregator.store.instants import milliseconds
from aggregator.store.tables import bucket, forgotten_person, image_hours, person_day, rollup, rollup_series
from tests.rollups.computing import DAY, HOUR, KEY, NOW, config_of

SECONDS = 86400.0
FOR_EVER = Retention(None, None, None, None)
# A moment on which hours and days of UTC end.
MIDNIGHT = NOW.replace(hour=0, minute=0)


async def kept(database: Database, resolution: Resolution, *ages: int, measure: str = "accounts") -> None:
    """Buckets of a hub that ended so many hours or days ago, weeks and months that held that moment."""
    unit = HOUR if resolution is Resolution.HOUR else DAY
    ended = [milliseconds(MIDNIGHT - age * unit) for age in ages]
    some = sorted({holding(resolution, end - 1, UTC) for end in ended})
    async with database.writing() as connection:
        ids = await keep_subjects(connection, subjects(config_of({"oslo": "http://a"})), NOW)
        keeper = Keeper(connection, await keep_measures(connection), NOW)
        filled = [Filled(each, "UTC", Coverage(1, 1), {measure: 1.0}) for each in some]
        await keeper.keep(next(iter(ids.values())), filled, (measure,))


async def ends(database: Database, resolution: Resolution) -> list[timedelta]:
    """How long ago the buckets ended that there are, and their numbers, which are the same."""
    async with database.reading() as connection:
        found = [
            [row.end for row in await connection.execute(select(table.c.end).where(table.c.resolution == resolution))]
            for table in (bucket, rollup)
        ]
    assert sorted(found[0]) == sorted(found[1])
    return sorted(timedelta(milliseconds=milliseconds(MIDNIGHT) - end) for end in found[0])


async def series(database: Database) -> Collection[tuple[str, timedelta, timedelta]]:
    """Of each series its resolution, and how long ago its first and its last bucket ended."""
    now = milliseconds(MIDNIGHT)
    async with database.reading() as connection:
        found = await connection.execute(select(rollup_series).order_by(rollup_series.c.resolution))
        return [
            (row.resolution, timedelta(milliseconds=now - row.first), timedelta(milliseconds=now - row.last))
            for row in found
        ]


@pytest.mark.parametrize(("late", "left"), [(-1, 2), (0, 2), (1, 1)])
async def test_what_ended_exactly_so_long_ago_is_still_kept(database: Database, late: int, left: int) -> None:
    await kept(database, Resolution.HOUR, 0, 24, 25)

    removed = await purge(database, Retention(hours=SECONDS), MIDNIGHT + late * timedelta(milliseconds=1))

    assert await ends(database, Resolution.HOUR) == [0 * HOUR, 24 * HOUR][:left]
    assert (removed["rollup"], removed["bucket"]) == (3 - left, 3 - left)


async def test_hours_go_while_days_weeks_and_months_stay_for_ever(database: Database) -> None:
    for resolution in Resolution:
        await kept(database, resolution, 1000)

    await purge(database, Retention(), NOW)
    assert [len(await ends(database, each)) for each in Resolution] == [1, 1, 1, 1]

    await purge(database, Retention(hours=30 * SECONDS), NOW)
    assert [len(await ends(database, each)) for each in Resolution] == [0, 1, 1, 1]

    await purge(database, Retention(days=900 * SECONDS), NOW)
    assert [len(await ends(database, each)) for each in Resolution] == [0, 0, 0, 0]


async def test_for_ever_is_for_ever(database: Database) -> None:
    for resolution in Resolution:
        await kept(database, resolution, 9000)

    removed = await purge(database, FOR_EVER, NOW)

    assert not any(removed.values())
    assert [len(await ends(database, each)) for each in Resolution] == [1, 1, 1, 1]


@pytest.mark.parametrize("batch", [1, 3, 10, 11, 5000])
async def test_batches_of_any_size_remove_everything(database: Database, batch: int) -> None:
    await kept(database, Resolution.HOUR, *range(20))

    removed = await purge(database, Retention(hours=9 * 3600.0), MIDNIGHT, batch)

    assert (removed["rollup"], removed["bucket"]) == (10, 10)
    assert await ends(database, Resolution.HOUR) == [age * HOUR for age in range(10)]


async def test_a_series_begins_with_its_first_sample_that_is_left(database: Database) -> None:
    await kept(database, Resolution.HOUR, 1, 20, 30, 40)
    await kept(database, Resolution.DAY, 1, 50)

    await purge(database, Retention(hours=SECONDS), MIDNIGHT)

    assert await series(database) == [("1d", 50 * DAY, 1 * DAY), ("1h", 20 * HOUR, 1 * HOUR)]


async def test_a_series_that_has_no_samples_any_more_is_none(database: Database) -> None:
    await kept(database, Resolution.HOUR, 30, 40)
    await kept(database, Resolution.HOUR, 1, 40, measure="people")

    await purge(database, Retention(hours=SECONDS), MIDNIGHT)

    assert await series(database) == [("1h", 1 * HOUR, 1 * HOUR)]


async def test_hashes_of_people_go_while_their_counts_stay(database: Database) -> None:
    await kept(database, Resolution.DAY, 0, 2, 3, measure="people")
    today = milliseconds(MIDNIGHT) // milliseconds_of(DAY)
    async with database.writing() as connection:
        ids = await keep_subjects(connection, subjects(config_of({"oslo": "http://a"})), NOW)
        ana = frozenset({KEY.hash_of("ana")})
        await keep_people(connection, next(iter(ids.values())), dict.fromkeys(range(today - 4, today), ana), Via.POD)

    removed = await purge(database, Retention(people=2 * SECONDS), MIDNIGHT, batch=1)

    async with database.reading() as connection:
        days = (await connection.execute(select(person_day.c.number).order_by(person_day.c.number))).scalars().all()
    assert (removed["person_day"], days) == (2, [today - 2, today - 1])
    assert await ends(database, Resolution.DAY) == [0 * DAY, 2 * DAY, 3 * DAY]


async def test_images_go_with_their_day(database: Database) -> None:
    await kept(database, Resolution.DAY, 0, 2, 3)
    days = [holding(Resolution.DAY, milliseconds(MIDNIGHT - age * DAY) - 1, UTC) for age in (0, 2, 3)]
    async with database.writing() as connection:
        ids = await keep_subjects(connection, subjects(config_of({"oslo": "http://a"})), NOW)
        await keep_images(connection, next(iter(ids.values())), {day: {"scipy": 1.0, "r": 2.0} for day in days})

    removed = await purge(database, Retention(days=2 * SECONDS), MIDNIGHT, batch=1)

    async with database.reading() as connection:
        left = (await connection.execute(select(image_hours.c.number).distinct())).scalars().all()
    assert removed["image_hours"] == 2
    assert sorted(left) == sorted(day.number for day in days[:2])


async def test_what_is_old_is_found_by_its_key_and_nothing_that_stays_is_looked_at(migrated_file: Path) -> None:
    every = Retention(hours=SECONDS, days=SECONDS, people=SECONDS)
    async with open_database(f"sqlite:///{migrated_file}") as database, database.reading() as connection:
        for each in (each for each in old(every, NOW) if each.table is not forgotten_person):
            query = each.some(5).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
            plan = [row[-1] for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))]

            assert not any("SCAN" in step for step in plan)
            assert re.search(r"PRIMARY KEY \((measure=\? AND resolution=\? AND )?subject=\? AND .*number<\?\)", plan[0])


def milliseconds_of(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)
