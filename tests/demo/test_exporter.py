"""The exporter says what is the case now."""

from http import HTTPStatus

import pytest

from aggregator.demo.exporter import Present, answer
from aggregator.demo.fleet import cluster_plan
from aggregator.demo.history import truth_of
from aggregator.demo.rhythm import WEEK
from tests.demo.made import instant

NOW = instant("2026-11-18 15:00")
PLAN = cluster_plan(seed=5, index=1, hubs=2, people=0.2)


@pytest.fixture
def present() -> Present:
    return Present({PLAN.name: PLAN})


def test_metrics_are_those_of_the_cluster_asked_for(present: Present) -> None:
    status, kind, body = answer(present, "/metrics/oslo", NOW)

    assert status == HTTPStatus.OK
    assert kind.startswith("text/plain; version=0.0.4")
    assert b"# TYPE jupyterhub_running_servers gauge\njupyterhub_running_servers{" in body


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/metrics/nowhere", "/hubs/oslo/nowhere/hub/health", "/hubs/oslo/prod/hub/x"]
)
def test_what_is_not_there_is_not_found(present: Present, path: str) -> None:
    assert answer(present, path, NOW)[0] == HTTPStatus.NOT_FOUND


def test_a_hub_is_healthy_until_it_is_away(present: Present) -> None:
    start = truth_of(PLAN, NOW - WEEK, NOW).starts[0]

    healthy = answer(present, f"/hubs/oslo/{start.namespace}/hub/health", start.at)
    away = answer(present, f"/hubs/oslo/{start.namespace}/hub/health", start.at - 1)

    assert healthy[0] == HTTPStatus.OK
    assert away[0] == HTTPStatus.SERVICE_UNAVAILABLE


def test_a_hub_says_its_version(present: Present) -> None:
    assert answer(present, "/hubs/oslo/prod/hub/api/", NOW)[2] == b'{"version":"6.1.0"}'


def test_in_a_gap_there_is_nothing_to_scrape(present: Present) -> None:
    gap = truth_of(PLAN, NOW - 9 * WEEK, NOW).gaps[0]

    assert answer(present, "/metrics/oslo", gap.start)[0] == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer(present, "/metrics/oslo", gap.end)[0] == HTTPStatus.OK
