"""Hubs have thresholds of their own, and alerts that nobody is told of for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.clusters.values import AlertChange, Cluster, Config, Hub, Prometheus
from aggregator.events.values import Alert, State, labels_of
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.rules.mutes import muted
from aggregator.rules.thresholds import NoThreshold, threshold_faults, threshold_of, thresholds, with_threshold
from aggregator.rules.values import Group, Rule

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
    assert threshold_of(expr) == threshold
    assert with_threshold(expr, 9) == text_of(parse(changed))
    assert threshold_of(with_threshold(expr, -0.5)) == -0.5


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


def test_a_threshold_that_changes_nothing_is_a_fault() -> None:
    group = Group("hubs.yaml", "hub", (Rule("Fine", "x > 1"), Rule("None", "absent(x)"), Rule("Fine", "x > 2")))
    clusters = [
        _cluster("lisbon", a=AlertChange("Fine", 2), b=AlertChange("None", 2), c=AlertChange("Other", 2)),
        _cluster("oslo", d=AlertChange("Other", mute_until=NOON)),
    ]

    assert threshold_faults(clusters, [group]) == (
        "lisbon/b: the threshold for None: absent(x) compares with no number, so it has no threshold that a hub could change",
        "lisbon/c: the threshold for Other: there is no rule of that name",
    )


@pytest.mark.parametrize(
    ("labels", "now", "reason"),
    [
        ({}, NOON - timedelta(seconds=1), "exam week"),
        ({}, NOON, None),
        ({"alertname": "HubDown"}, NOON - timedelta(days=1), None),
        ({"namespace": "staging"}, NOON - timedelta(days=1), None),
        ({"cluster": "oslo"}, NOON - timedelta(days=1), None),
        ({"namespace": "quiet"}, NOON - timedelta(days=1), "muted until 2026-11-20 12:00 UTC"),
    ],
)
def test_an_alert_is_muted_until_its_end_with_its_reason(
    labels: dict[str, str], now: datetime, reason: str | None
) -> None:
    quiet = AlertChange("SpawnSlow", mute_until=NOON)
    config = Config(
        (_cluster("lisbon", prod=AlertChange("SpawnSlow", None, NOON, "exam week"), quiet=quiet), _cluster("oslo"))
    )

    alert = _alert({"alertname": "SpawnSlow", "cluster": "lisbon", "namespace": "prod"} | labels)

    assert muted(config, alert, now) == reason


def _cluster(name: str, **hubs: AlertChange) -> Cluster:
    return Cluster(
        name, Prometheus(("http://x",)), hubs=tuple(Hub(hub, hub, alerts=(change,)) for hub, change in hubs.items())
    )


def _alert(labels: dict[str, str]) -> Alert:
    return Alert("r", "rule", labels_of(labels), (), State.FIRING, NOON, NOON, NOON)
