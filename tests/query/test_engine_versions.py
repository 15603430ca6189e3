"""Whose PromQL it is: versions decide whether ranges hold their left end."""

from typing import Literal

import pytest

from aggregator.clusters.values import Query as Limits
from aggregator.promql.functions import Version
from tests.query.scripted import scene, values_of

QUERY = "count_over_time(sum(x)[5m:1m])"
SCRIPTS = {"lisbon": {"sum(x)": ["{} 1"]}, "oslo": {"sum(x)": ["{} 1"]}}
CLOSED, LEFT_OPEN = "6", "5"


@pytest.mark.parametrize(
    ("versions", "counted"),
    [
        ({"lisbon": (2, 42), "oslo": (2, 55)}, CLOSED),
        ({"lisbon": (2, 42), "oslo": (3, 0)}, LEFT_OPEN),
        ({"lisbon": (3, 1), "oslo": (3, 0)}, LEFT_OPEN),
        # Who does not tell its version is passed over, and nothing known is taken for new.
        ({"lisbon": (2, 42)}, CLOSED),
        ({}, LEFT_OPEN),
    ],
)
async def test_ranges_are_closed_where_all_clusters_are_of_2_x(versions: dict[str, Version], counted: str) -> None:
    async with scene(SCRIPTS, versions=versions) as fleet:
        answer = await fleet.instant(QUERY)

    assert values_of(answer) == {"": counted}


@pytest.mark.parametrize(("selector", "counted"), [('x{cluster="lisbon"}', CLOSED), ('x{cluster="oslo"}', LEFT_OPEN)])
async def test_only_the_clusters_that_are_asked_count(selector: str, counted: str) -> None:
    async with scene(SCRIPTS, versions={"lisbon": (2, 42), "oslo": (3, 1)}) as fleet:
        answer = await fleet.instant(QUERY.replace("x", selector))

    assert values_of(answer) == {"": counted}


@pytest.mark.parametrize(("ranges", "counted"), [("closed", CLOSED), ("left-open", LEFT_OPEN)])
async def test_the_configuration_may_decide(ranges: Literal["closed", "left-open"], counted: str) -> None:
    versions = {"lisbon": (3, 1) if ranges == "closed" else (2, 42)}
    async with scene(SCRIPTS, versions=versions, limits=Limits(ranges=ranges)) as fleet:
        answer = await fleet.instant(QUERY)

    assert values_of(answer) == {"": counted}


async def test_a_version_that_changes_changes_the_answer_to_what_was_asked_before() -> None:
    versions: dict[str, Version] = {"lisbon": (2, 42), "oslo": (2, 42)}
    async with scene(SCRIPTS, versions=versions) as fleet:
        await fleet.instant("sum(x)")
        before = await fleet.instant(QUERY)
        versions["oslo"] = (3, 0)
        after = await fleet.instant(QUERY)

    assert (values_of(before), values_of(after)) == ({"": CLOSED}, {"": LEFT_OPEN})
