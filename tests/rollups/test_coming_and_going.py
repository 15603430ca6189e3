"""Clusters that are silent for a week, and hubs that are renamed, removed and added again: what is kept, and what goes on."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from aggregator.demo.servers import Wanted, running
from aggregator.rollups import due
from aggregator.rollups.bucket_rows import Entry
from aggregator.rollups.buckets import Bucket, Resolution
from aggregator.rollups.chunks import Window
from aggregator.rollups.outcome import Outcome
from aggregator.rollups.subject_rows import known_subjects
from aggregator.rollups.subjects import Subject
from aggregator.store.database import Database
from tests.rollups.kept import hub, kept, rollups
from tests.rollups.made import DAY, HOUR, MINUTE, Made, Pod, at, keep_blocks

FIRST = at("2026-11-09 00:00")
NIGHTS = [FIRST + number * DAY for number in range(11)]
NOWHERE = "http://127.0.0.1:1"
LISBON, OSLO = hub("prod", cluster="lisbon"), hub("prod", cluster="oslo")

Urls = Mapping[str, str]


def made(people: int) -> Made:
    """A hub to which on its n-th day n times as many people come as on the first."""
    pods = [
        Pod(f"u{day}-{i}", night + 9 * HOUR, night + 10 * HOUR)
        for day, night in enumerate(NIGHTS, start=1)
        for i in range(day * people)
    ]
    return Made(namespace="prod", life=(FIRST - HOUR, NIGHTS[-1] + HOUR), step=5 * MINUTE, pods=pods)


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    directory: Path = tmp_path_factory.mktemp("going")
    wanted = [Wanted(name=name, directory=directory / name) for name in ("lisbon", "oslo")]
    for people, each in enumerate(wanted, start=1):
        keep_blocks([made(people)], each.data)
    with running(wanted) as servers:
        yield {server.name: server.url for server in servers}


def due_days(wanted: Iterable[Bucket], kept: Mapping[int, Entry], now: int) -> tuple[Bucket, ...]:
    return due.due((each for each in wanted if each.resolution is not Resolution.HOUR), kept, now)


async def compute(database: Database, urls: Urls, hubs: list[Subject], days: int) -> Outcome:
    """What is due when so many days are over."""
    now = FIRST + days * DAY + HOUR
    async with rollups(database, urls, hubs, now) as them:
        return await them.compute(Window(FIRST, now, due_days))


async def people(database: Database, whose: Subject) -> list[float | None]:
    """The people of each day that is kept."""
    return [row.values.get("people") for row in (await kept(database, whose, Resolution.DAY)).values()]


async def test_nothing_is_kept_of_a_cluster_that_is_silent_while_others_go_on(database: Database, urls: Urls) -> None:
    await compute(database, urls, [LISBON, OSLO], 2)

    outcome = await compute(database, {**urls, "lisbon": NOWHERE}, [LISBON, OSLO], 9)

    assert list(outcome.failed) == ["lisbon"]
    assert await people(database, LISBON) == [1, 2]
    assert await people(database, OSLO) == [2, 4, 6, 8, 10, 12, 14, 16, 18]


async def test_when_a_cluster_is_back_its_week_is_filled(database: Database, urls: Urls) -> None:
    await compute(database, urls, [LISBON, OSLO], 2)
    await compute(database, {**urls, "lisbon": NOWHERE}, [LISBON, OSLO], 9)

    outcome = await compute(database, urls, [LISBON, OSLO], 10)

    assert outcome.failed == {}
    assert await people(database, LISBON) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    (week,) = (await kept(database, LISBON, Resolution.WEEK)).values()
    assert (week.values["people"], week.values["server_hours"], week.seen, week.expected) == (28, 28, 2016, 2016)


async def test_a_hub_with_another_name_is_the_same_hub(database: Database, urls: Urls) -> None:
    renamed = hub("prod", cluster="lisbon", name="main", title="The new name")
    await compute(database, urls, [LISBON], 2)

    await compute(database, urls, [renamed], 4)

    async with database.reading() as connection:
        known = await known_subjects(connection)
    assert [(each.key, each.name, each.gone) for each in known] == [("lisbon/prod", "main", False)]
    assert await people(database, renamed) == [1, 2, 3, 4]


async def test_numbers_of_a_hub_that_is_removed_stay(database: Database, urls: Urls) -> None:
    await compute(database, urls, [LISBON, OSLO], 2)

    await compute(database, urls, [OSLO], 4)

    async with database.reading() as connection:
        known = await known_subjects(connection)
    assert [(each.key, each.gone) for each in known] == [("lisbon/prod", True), ("oslo/prod", False)]
    assert await people(database, LISBON) == [1, 2]
    assert await people(database, OSLO) == [2, 4, 6, 8]


async def test_a_hub_that_is_added_again_goes_on_where_it_was(database: Database, urls: Urls) -> None:
    await compute(database, urls, [LISBON, OSLO], 2)
    await compute(database, urls, [OSLO], 4)

    await compute(database, urls, [LISBON, OSLO], 6)

    async with database.reading() as connection:
        known = await known_subjects(connection)
    assert [(each.key, each.gone) for each in known] == [("lisbon/prod", False), ("oslo/prod", False)]
    assert await people(database, LISBON) == [1, 2, 3, 4, 5, 6]
