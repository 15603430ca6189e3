"""The fleet is the same for the same seed, and the union holds exactly what its clusters hold."""

import math
from collections.abc import Iterator

import httpx
import pytest

from aggregator.series import Labels
from tests.fleet.blocks import openmetrics
from tests.fleet.data import METRICS, series_of
from tests.fleet.places import PLACES, START
from tests.fleet.start import Fleet, started_fleet

AT = START // 1000 + 3 * 3600


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with started_fleet() as started:
        yield started


def test_a_seed_makes_the_same_samples_every_time() -> None:
    perth = PLACES[2]

    once, again, other = ("".join(openmetrics(series_of(perth, seed))) for seed in (1, 1, 2))

    assert once == again
    assert once != other


def test_the_union_holds_what_the_clusters_hold(fleet: Fleet) -> None:
    for metric in METRICS:
        apart = {
            tuple(sorted((*labels, ("cluster", cluster.name)))): value
            for cluster in fleet.clusters
            for labels, value in _samples(cluster.url, metric).items()
        }
        together = _samples(fleet.union.url, metric)

        assert together == apart, metric


def test_the_fleet_has_values_that_are_no_numbers(fleet: Fleet) -> None:
    values = [float(value) for value in _samples(fleet.union.url, "last_over_time(odd_values[3h])").values()]

    assert any(math.isnan(value) for value in values)
    assert any(math.isinf(value) for value in values)


def _samples(url: str, query: str) -> dict[Labels, str]:
    answer = httpx.get(f"{url}/api/v1/query", params={"query": query, "time": AT}).json()
    return {tuple(sorted(each["metric"].items())): each["value"][1] for each in answer["data"]["result"]}
