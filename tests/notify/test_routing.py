"""Who is told of an alert, and together with which others."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clusters.alerting import Receiver, Route, Slack, Webhook
from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.events.values import Alert, labels_of
from aggregator.notify.matching import condition_text, fulfils
from aggregator.notify.routing import group_key, group_labels, routing_of
from tests.notify.made import LISBON, a_config, an_alert, outage

PAGER = Route(("pager",), (parse_condition('severity="page"'),))
ACCESS = Route(("audit", "oncall", "audit"), (parse_condition('kind="access"'), parse_condition('cluster=~"lis.*"')))
REST = Route(("oncall",))
ROUTES = (PAGER, ACCESS, REST)


def receivers(alert: Alert, *routes: Route, slack: Slack | None = None, draft: bool = False) -> list[tuple[str, ...]]:
    both = tuple(Receiver(name, Webhook("http://127.0.0.1:1")) for name in ("one", "other"))
    routing = routing_of(a_config(slack=slack, draft=draft, receivers=both, routes=routes))
    return [way.receivers for way in routing.ways(alert)]


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (an_alert(severity="page", kind="access", cluster="lisbon"), ("pager",)),
        (an_alert(severity="info", kind="access", cluster="lisbon"), ("audit", "oncall")),
        (an_alert(kind="access", cluster="oslo"), ("oncall",)),
        (an_alert(), ("oncall",)),
    ],
)
def test_the_first_route_that_matches_takes_an_alert(alert: Alert, expected: tuple[str, ...]) -> None:
    assert receivers(alert, *ROUTES) == [expected]


def test_without_routes_everybody_is_told() -> None:
    assert receivers(an_alert()) == [("one", "other")]


def test_a_route_without_receivers_tells_nobody() -> None:
    assert receivers(an_alert(severity="page"), Route((), PAGER.match), REST) == []


@pytest.mark.parametrize(
    ("alert", "draft", "own"),
    [
        (outage(cluster="lisbon", namespace="prod"), False, True),
        (outage(cluster="lisbon", namespace="prod"), True, False),
        (outage(cluster="lisbon", namespace="other"), False, False),
        (outage(scope="cluster", cluster="lisbon"), False, True),
        (outage(scope="cluster", cluster="lisbon"), True, False),
        (outage(scope="cluster", cluster="oslo"), False, False),
        (outage(scope="crosshub"), False, False),
        (an_alert(scope="hub", cluster="lisbon", namespace="prod"), False, False),
        (an_alert("CertificateExpires", source="outage", cluster="lisbon", namespace="prod"), False, False),
    ],
)
def test_a_community_hears_of_outages_of_its_own_hubs(*, alert: Alert, draft: bool, own: bool) -> None:
    told = receivers(alert, REST, slack=Slack(), draft=draft)

    assert told == [("oncall",), ("community/lisbon",)] if own else [("oncall",)]


@pytest.mark.parametrize(
    ("group_by", "key"),
    [
        (("alertname", "cluster"), '{}/{severity="page"}:{alertname="Test", cluster="lisbon"}'),
        (("cluster", "missing"), '{}/{severity="page"}:{cluster="lisbon"}'),
        ((), '{}/{severity="page"}:{}'),
        (("...",), '{}/{severity="page"}:{alertname="Test", cluster="lisbon", severity="page"}'),
    ],
)
def test_a_group_is_called_by_its_route_and_its_labels(group_by: tuple[str, ...], key: str) -> None:
    alert = an_alert(severity="page", cluster="lisbon")
    routing = routing_of(a_config(routes=(Route(("pager",), PAGER.match, group_by),)))
    (way,) = routing.ways(alert)

    assert group_key(way, group_labels(alert, way)) == key


def test_a_community_with_several_hubs_in_a_cluster_hears_of_its_outage_once() -> None:
    hubs = (LISBON, replace(LISBON, name="staging", namespace="staging"))
    routing = routing_of(a_config(*hubs, slack=Slack(), routes=(REST,)))

    ways = routing.ways(outage(scope="cluster", cluster="lisbon"))

    assert [way.receivers for way in ways] == [("oncall",), ("community/lisbon",)]


LABEL_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(*(st.dictionaries(st.sampled_from("abc"), LABEL_TEXT) for _ in range(2)))
def test_groups_of_different_labels_have_different_names(one: dict[str, str], other: dict[str, str]) -> None:
    (way,) = routing_of(a_config(routes=(REST,))).ways(an_alert())

    keys = [group_key(way, labels_of(labels)) for labels in (one, other)]

    assert (keys[0] == keys[1]) == (labels_of(one) == labels_of(other))
    assert all(key.isprintable() for key in keys)


def test_what_a_value_says_is_not_taken_for_another_label() -> None:
    (way,) = routing_of(a_config(routes=(REST,))).ways(an_alert())

    assert group_key(way, (("a", '1", b="2'),)) != group_key(way, (("a", "1"), ("b", "2")))


def test_a_group_of_long_labels_has_a_short_name_that_still_begins_with_them() -> None:
    (way,) = routing_of(a_config(routes=(REST,))).ways(an_alert())

    long, longer = (group_key(way, (("alertname", "Test"), ("pod", "ü" * length))) for length in (4000, 4001))

    assert long != longer
    assert long.startswith('{}/{}:{alertname="Test", pod="üü')
    assert len(long.encode()) <= 1000


@pytest.mark.parametrize(
    ("condition", "fulfilled"),
    [
        ('cluster="lisbon"', True),
        ('cluster!="lisbon"', False),
        ('cluster=~"lis"', False),
        ('cluster=~"lis.*|oslo"', True),
        ('cluster!~"lis"', True),
        ('hub=""', True),
        ('hub!=""', False),
        ('hub=~".*"', True),
        ('hub=~".+"', False),
        ('cluster=~"[[:alpha:]]+"', True),
    ],
)
def test_a_missing_label_is_empty_and_a_pattern_matches_the_whole_value(*, condition: str, fulfilled: bool) -> None:
    assert fulfils({"cluster": "lisbon"}, [parse_condition(condition)]) is fulfilled


@given(st.sampled_from(["=", "!="]), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_condition_is_read_back_as_it_was_written(op: str, value: str) -> None:
    condition = Condition("cluster", op, value)  # type: ignore[arg-type]

    assert parse_condition(condition_text(condition)) == condition
