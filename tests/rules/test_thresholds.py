"""Hubs have thresholds of their own."""

from datetime import UTC, datetime

import pytest

from aggregator.clusters.values import AlertChange, Cluster, Hub, Prometheus
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.rules.thresholds import NoThreshold, threshold_in, thresholds, with_threshold

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expr", "threshold", "changed"),
    [
        ("x > 5", 5, "x > 9"),
        ("(((x) <= 5.5))", 5.5, "x <= 9"),
        ("x != -5", -5, "x != 9"),
        ("x > 7 * 86400", 604800, "x > 9"),
        ("sum by (cluster) (x > 1) >= 2 and y > 3", 2, "(sum by (cluster) (x > 1) >= 9) and (y > 3)"),
        ("(x > 1 or y > 2) unless on (a) z", 1, "((x > 9) or (y > 2)) unless on (a) z"),
        ("x / y > 0.25 and ((z >= 2))", 0.25, "((x / y) > 9) and (z >= 2)"),
    ],
)
def test_the_threshold_is_the_number_of_the_leftmost_comparison(expr: str, threshold: float, changed: str) -> None:
    assert threshold_in(parse(expr)) == threshold
    assert with_threshold(expr, 9) == text_of(parse(changed))
    assert threshold_in(parse(with_threshold(expr, -0.5))) == -0.5


@pytest.mark.parametrize(
    "expr", ["x", "x > y", "x > bool 1", "5 < x", "absent(x)", "y and x > 1", "sum(x > 1)", "2 > bool 1"]
)
def test_what_compares_with_no_number_has_no_threshold(expr: str) -> None:
    with pytest.raises(NoThreshold, match="compares with no number"):
        with_threshold(expr, 1)


def test_hubs_that_have_the_same_threshold_are_asked_about_together() -> None:
    clusters = [
        _cluster("lisbon", prod=AlertChange("SpawnSlow", 600), staging=AlertChange("SpawnSlow", mute_until=NOON)),
        _cluster("oslo", prod=AlertChange("SpawnSlow", 600), lab=AlertChange("SpawnSlow", 60)),
        _cluster("quito", prod=AlertChange("HubDown", 1)),
    ]

    assert thresholds(clusters, "SpawnSlow") == {
        60: frozenset({("oslo", "lab")}),
        600: frozenset({("lisbon", "prod"), ("oslo", "prod")}),
    }


def _cluster(name: str, **hubs: AlertChange) -> Cluster:
    return Cluster(
        name, Prometheus(("http://x",)), hubs=tuple(Hub(hub, hub, alerts=(change,)) for hub, change in hubs.items())
    )
