"""Hours of servers by image are bounded, and computing them again leaves what computing them once leaves."""

import pytest

from aggregator.rollups.buckets import Resolution, numbered
from aggregator.rollups.image_rows import images_of, keep_images, keep_images_of_days
from aggregator.rollups.images import LONGEST, MOST, OTHERS, bounded
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import UTC, subjects
from aggregator.store.database import Database
from tests.fakes.telling import IMAGES, Truth
from tests.rollups.computing import NOW, computing, config_of, lately
from tests.rollups.kept import kept

MONDAY = 20_605
WEEK = numbered(Resolution.WEEK, MONDAY, UTC)
DAYS = tuple(numbered(Resolution.DAY, MONDAY + day, UTC) for day in range(7))


async def hub_in(database: Database) -> int:
    async with database.writing() as connection:
        return next(iter((await keep_subjects(connection, subjects(config_of({"oslo": "http://a"})), NOW)).values()))


def test_of_many_images_those_with_the_most_hours_are_kept_and_the_rest_added_up() -> None:
    some = [(f"image-{number:02}", float(number)) for number in range(1, 31)]

    found = bounded([*some, (OTHERS, 0.5)])

    assert list(found) == [f"image-{number}" for number in range(30, 30 - MOST, -1)] + [OTHERS]
    assert found[OTHERS] == sum(range(1, 31 - MOST)) + 0.5
    assert sum(found.values()) == sum(range(1, 31)) + 0.5


@pytest.mark.parametrize("order", [1, -1])
def test_it_does_not_matter_who_comes_first(order: int) -> None:
    some = [("scipy", 0.1), ("scipy", 0.2), ("scipy", 0.3), ("b", 1.0), ("a", 1.0)]

    assert list(bounded(some[::order]).items()) == [("a", 1.0), ("b", 1.0), ("scipy", 0.6)]


async def test_what_ran_on_a_day_takes_the_place_of_what_was_told_before(database: Database) -> None:
    subject = await hub_in(database)
    async with database.writing() as connection:
        await keep_images(connection, subject, {DAYS[0]: {"scipy": 2.0, "r": 1.0}, DAYS[1]: {"r": 3.0}})
    async with database.writing() as connection:
        await keep_images(connection, subject, {DAYS[0]: {"scipy": 4.0}})

    async with database.reading() as connection:
        found = await images_of(connection, [subject], Resolution.DAY, [day.number for day in DAYS])
    assert found == {subject: {MONDAY: {"scipy": 4.0}, MONDAY + 1: {"r": 3.0}}}


async def test_a_week_is_the_sum_of_its_days_however_often_it_is_made(database: Database) -> None:
    subject = await hub_in(database)
    async with database.writing() as connection:
        await keep_images(connection, subject, {day: {"scipy": 2.0, OTHERS: 1.0} for day in DAYS})
        for _ in range(2):
            await keep_images_of_days(connection, subject, WEEK, DAYS)
        found = await images_of(connection, [subject], Resolution.WEEK, [WEEK.number])

    assert found == {subject: {WEEK.number: {"scipy": 14.0, OTHERS: 7.0}}}


async def test_days_weeks_and_months_of_each_hub_are_kept_by_what_was_asked_for(database: Database) -> None:
    async with computing(database, Truth("lisbon")) as rollups:
        await rollups.compute(lately(NOW))
        (hub,) = (each for each in rollups.subjects if each.key == "lisbon/prod")

    days, weeks, months = [
        await kept(database, hub, each) for each in (Resolution.DAY, Resolution.WEEK, Resolution.MONTH)
    ]
    assert {image for row in days.values() for image in row.images} == set(IMAGES)
    for longer in (*weeks.values(), *months.values()):
        parts = [row.images for row in days.values() if longer.start <= row.start < longer.end]
        assert longer.images == {
            image: pytest.approx(sum(each.get(image, 0.0) for each in parts))
            for image in {image for each in parts for image in each}
        }
    assert not any(row.images for row in (await kept(database, hub, Resolution.HOUR)).values())


async def test_names_are_kept_as_any_database_holds_them(database: Database) -> None:
    odd = "x\0y\x1b[2J" + "z" * 1000
    async with computing(database, Truth("lisbon", images=(odd,))) as rollups:
        await rollups.compute(lately(NOW))
        (hub,) = (each for each in rollups.subjects if each.key == "lisbon/prod")

    names = {image for row in (await kept(database, hub, Resolution.DAY)).values() for image in row.images}
    assert names == {r"x\x00y\x1b[2J".ljust(LONGEST, "z")}
