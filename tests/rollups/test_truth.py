"""Rollups of the demo's clusters are what really happened there, within the tolerance that the catalogue states.

What happened is said by the rows of the demo's truth, without PromQL and without looking at when anything was scraped.
"""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from aggregator.demo.blocks import Recipe
from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.generate import families, scrape_times, truth_for
from aggregator.demo.openmetrics import backfill_text
from aggregator.demo.servers import Server, Wanted, backfill, running
from aggregator.demo.truth import Truth
from aggregator.demo.windows import Window as Stretch
from aggregator.rollups import due
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.catalogue import BY_NAME, MEASURES, PRESENT, SEEN, About, Longer
from aggregator.rollups.chunks import Window
from aggregator.rollups.images import IMAGES
from aggregator.rollups.people import USERNAME
from aggregator.rollups.subjects import UTC, Subject
from aggregator.store.database import open_database
from tests.databases import BOTH, database_with_tables
from tests.rollups.kept import Row, hub, kept, rollups
from tests.rollups.made import HOUR, at
from tests.rollups.what_happened import SEEN_BY_CROSSHUB, TRUE, TRUE_OF_SEVERAL, TRUE_WITHOUT_RESTARTS, Day

RECIPE = Recipe(seed=20, hubs=3, people=0.3)
DATES = ("2026-11-17", "2026-11-18")
RECORDED = Stretch(at("2026-11-16 12:00"), at("2026-11-19 06:00"), detail=True)
ASKED_FOR = " ".join(
    (SEEN, IMAGES, USERNAME, "kube_pod_annotations", *PRESENT.values(), *(each.promql for each in MEASURES))
)
WINDOW = Window(RECORDED.start, RECORDED.end, due.every)
PLANS = tuple(RECIPE.cluster(index) for index in range(2))
HUBS = {f"{plan.name}/{each.namespace}": (plan, each) for plan in PLANS for each in plan.hubs}

CROWDS = (
    *(Subject(About.CLUSTER, plan.name, UTC, cluster=plan.name) for plan in PLANS),
    *(
        Subject(About.COMMUNITY, name, UTC, community=name)
        for name in sorted({each.namespace for _, each in HUBS.values()})
    ),
    Subject(About.FLEET, "", UTC),
)


@pytest.fixture(scope="module")
def truths() -> dict[str, Truth]:
    return {plan.name: truth_for(plan, RECORDED.start, RECORDED.end) for plan in PLANS}


@pytest.fixture(scope="module")
def servers(truths: Mapping[str, Truth], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ...]]:
    """Two clusters of the demo: without groups, and without sizes of directories."""
    directory: Path = tmp_path_factory.mktemp("truth")
    wanted = [Wanted(name=plan.name, directory=directory / plan.name) for plan in PLANS]
    for plan, each in zip(PLANS, wanted, strict=True):
        keep_asked_for(plan, truths[plan.name], each.data)
    with running(wanted) as started:
        yield started


def keep_asked_for(plan: ClusterPlan, truth: Truth, data: Path) -> None:
    """The blocks of a cluster with the series that the catalogue asks for: the demo makes many more."""
    data.mkdir(parents=True)
    times = scrape_times(plan, RECORDED.start, RECORDED.end, RECORDED.step)
    some = (each for each in families(plan, truth, times, detail=True) if each.name in ASKED_FOR)
    text = data.parent / "series.om"
    with text.open("wb") as file:
        file.writelines(backfill_text(some, times))
    backfill(text, data, max_block_duration="162h")


Found = dict[str, dict[Resolution, dict[str, Row]]]
"""By hub and resolution, by date."""


@pytest.fixture(scope="module", params=BOTH)
def found(
    request: pytest.FixtureRequest, servers: tuple[Server, ...], tmp_path_factory: pytest.TempPathFactory
) -> Found:
    """What is kept of the hubs."""
    subjects = [
        *(
            hub(each.namespace, each.timezone, cluster=plan.name, community=each.namespace)
            for plan, each in HUBS.values()
        ),
        *CROWDS,
    ]

    async def computed(url: str) -> Found:
        urls = {server.name: server.url for server in servers}
        async with open_database(url) as database:
            async with rollups(database, urls, subjects, RECORDED.end + HOUR) as them:
                outcome = await them.compute(WINDOW)
            assert (outcome.failed, outcome.refused) == ({}, {url: {} for url in urls})
            return {
                each.key: {length: await kept(database, each, length) for length in (Resolution.HOUR, Resolution.DAY)}
                for each in subjects
            }

    with database_with_tables(request, tmp_path_factory.mktemp("found")) as url:
        return asyncio.run(computed(url))


def is_near(measure: str, number: float | None, true: float | None) -> bool:
    if number is None or true is None:
        return number is true
    return BY_NAME[measure].is_near(number, true)


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("name", HUBS)
def test_a_day_is_what_happened(name: str, date: str, found: Found, truths: Mapping[str, Truth]) -> None:
    row = found[name][Resolution.DAY][date]
    plan, place = HUBS[name]
    day = Day(plan, truths[plan.name], place.namespace, row.start, row.end)

    pairs = {name: (row.values.get(name), true(day)) for name, true in TRUE.items()}
    wrong = {name: pair for name, pair in pairs.items() if not is_near(name, *pair)}
    assert wrong == {}


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("name", HUBS)
def test_images_are_those_that_people_ran(name: str, date: str, found: Found, truths: Mapping[str, Truth]) -> None:
    row = found[name][Resolution.DAY][date]
    plan, place = HUBS[name]
    true = Day(plan, truths[plan.name], place.namespace, row.start, row.end).image_hours()

    assert row.images.keys() == true.keys()
    # What went away is looked back at for five minutes.
    assert row.images == {image: pytest.approx(hours, rel=0.1, abs=0.25) for image, hours in true.items()}


@pytest.mark.parametrize("name", HUBS)
def test_who_comes_for_the_first_time_is_new(name: str, found: Found, truths: Mapping[str, Truth]) -> None:
    plan, place = HUBS[name]
    days = [found[name][Resolution.DAY][date] for date in DATES]

    before, after = (Day(plan, truths[plan.name], place.namespace, day.start, day.end).users() for day in days)
    first_kept = min(found[name][Resolution.DAY])
    assert first_kept == DATES[0]
    assert [day.values["new_people"] for day in days] == [len(before), len(after - before)]


@pytest.mark.parametrize("name", HUBS)
def test_requests_are_those_that_people_and_servers_made(name: str, found: Found, truths: Mapping[str, Truth]) -> None:
    plan, place = HUBS[name]
    for date in DATES:
        row = found[name][Resolution.DAY][date]
        day = Day(plan, truths[plan.name], place.namespace, row.start, row.end)
        for measure, true in TRUE_WITHOUT_RESTARTS.items():
            number = row.values[measure]
            assert day.restarts() or is_near(measure, number, true(day)), (measure, date, number, true(day))


@pytest.mark.parametrize("crowd", CROWDS, ids=lambda crowd: f"{crowd.about} {crowd.key}")
def test_people_of_a_crowd_are_those_of_its_hubs_each_once(
    crowd: Subject, found: Found, truths: Mapping[str, Truth]
) -> None:
    for date in DATES:
        who: set[str] = set()
        for name, (plan, place) in HUBS.items():
            if crowd.cluster in {"", plan.name} and crowd.community in {"", place.namespace}:
                row = found[name][Resolution.DAY][date]
                who |= Day(plan, truths[plan.name], place.namespace, row.start, row.end).users()
        assert found[crowd.key][Resolution.DAY][date].values[f"{crowd.about}_people"] == len(who), date


def test_every_measure_is_compared_with_what_happened() -> None:
    compared = [*TRUE, *TRUE_WITHOUT_RESTARTS, *TRUE_OF_SEVERAL, *SEEN_BY_CROSSHUB]

    assert sorted(compared) == sorted(BY_NAME)


def test_no_tolerance_admits_anything() -> None:
    for each in MEASURES:
        assert not each.is_near(0, 1000), each.name
        assert not each.is_near(1000, 10), each.name


@pytest.mark.parametrize("name", HUBS)
def test_hours_of_a_day_agree_with_the_day(name: str, found: Found) -> None:
    for day in found[name][Resolution.DAY].values():
        hours = [row.values for row in found[name][Resolution.HOUR].values() if day.start <= row.start < day.end]
        assert len(hours) == 24
        for measure in (each for each in MEASURES if each.promql and each.longer in (Longer.SUM, Longer.MAX)):
            parts = [row[measure.name] for row in hours if measure.name in row]
            together = (sum if measure.longer is Longer.SUM else max)(parts)
            assert measure.is_near(together, day.values[measure.name]), measure.name


@pytest.mark.parametrize(
    ("cluster", "lacking", "there"), [("lisbon", "groups", "home_bytes"), ("oslo", "home_bytes", "groups")]
)
def test_what_a_cluster_lacks_has_no_number(cluster: str, lacking: str, there: str, found: Found) -> None:
    days = [day.values for name in HUBS if name.startswith(cluster) for day in found[name][Resolution.DAY].values()]

    assert days
    assert all(lacking not in day and there in day for day in days)
