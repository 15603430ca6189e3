"""What all clusters say to a rule: alerts with their labels and texts, and who was silent."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from aggregator.clusters.values import AlertChange, Cluster, Hub, Prometheus, Query
from aggregator.events.values import State, labels_of
from aggregator.federation.fanout import open_fleet
from aggregator.query.engine import Engine
from aggregator.rules.evaluating import DUPLICATE, look, people_there
from aggregator.rules.state import Seen
from aggregator.rules.stepping import Looked
from aggregator.rules.values import Rule
from tests.fakes.prometheus import fake_prometheus
from tests.query.scripted import Refused, Script, scene
from tests.rules.looks import NOON, alert
from tests.rules.watching import PEOPLE_AS_ASKED, SILENT

RULE = Rule(
    "HubBusy",
    "x > 5",
    labels=(("severity", "page"), ("owner", "{{ $labels.who }}"), ("who", "")),
    annotations=(("summary", "{{ $labels.namespace }} has {{ $value | humanize }}"),),
)


async def looked(scripts: Mapping[str, Script], rule: Rule = RULE, *clusters: Cluster) -> Looked:
    async with scene(scripts) as opened:
        return await look(opened.engine, clusters, rule, NOON)


async def test_alerts_have_the_labels_of_series_and_of_the_rule_and_its_texts() -> None:
    found = await looked({"lisbon": {"x > 5": ['x{namespace="prod",who="ana"} 7000']}, "oslo": {"x > 5": []}})

    assert found.seen == (
        Seen(
            labels_of(
                {"alertname": "HubBusy", "cluster": "lisbon", "namespace": "prod", "severity": "page", "owner": "ana"}
            ),
            (("summary", "prod has 7k"),),
            7000.0,
        ),
    )
    assert (found.silent, found.error) == ({}, "")


async def test_a_cluster_that_fails_is_silent_and_the_others_are_seen() -> None:
    found = await looked({"lisbon": {"x > 5": ['x{namespace="prod"} 7']}, "oslo": {"x > 5": SILENT}})

    assert [dict(seen.labels)["cluster"] for seen in found.seen] == ["lisbon"]
    assert list(found.silent) == ["oslo"]
    assert found.silent["oslo"].startswith('cluster "oslo": 500')


async def test_where_nobody_answers_everybody_is_silent() -> None:
    found = await looked({"lisbon": {"x > 5": SILENT}, "oslo": {"x > 5": SILENT}})

    assert (found.seen, set(found.silent), found.error) == ((), {"lisbon", "oslo"}, "")


@pytest.mark.parametrize(
    ("rule", "said", "error"),
    [
        (Rule("A", "x >"), [], "unexpected end of input"),
        (Rule("A", "x > 5"), Refused(422, "found duplicate series"), "found duplicate series"),
        (Rule("A", '"text"'), [], "rule result is not a vector or scalar"),
        (Rule("A", "x > 5", labels=(("pod", ""),)), ['x{pod="a"} 7', 'x{pod="b"} 7'], DUPLICATE),
    ],
)
async def test_what_cannot_be_judged_is_an_error(rule: Rule, said: list[str] | Refused, error: str) -> None:
    found = await looked({"lisbon": {"x > 5": said, "x >": Refused(400, "unexpected end of input")}}, rule)

    assert error in found.error
    assert (found.seen, found.silent) == ((), {})


def answer_of(namespace: str, *warnings: str) -> bytes:
    result = [{"metric": {"namespace": namespace}, "value": [0, "7"]}]
    data = {"resultType": "vector", "result": result}
    return json.dumps({"status": "success", "data": data, "warnings": warnings}).encode()


@pytest.mark.parametrize(
    ("warning", "silent"),
    [
        ("Get series from 10.0.0.7: connection refused", {"lisbon": 'cluster "lisbon": Get series from 10.0.0.7: '
                                                                     "connection refused"}),
        ("PromQL warning: quantile value should be between 0 and 1", {}),
    ],
)  # fmt: skip
async def test_a_cluster_that_answers_in_part_is_silent_and_what_it_says_counts(
    warning: str, silent: dict[str, str]
) -> None:
    async with (
        fake_prometheus(answers={"/api/v1/query": answer_of("prod", warning)}) as lisbon,
        fake_prometheus(answers={"/api/v1/query": answer_of("lab")}) as oslo,
    ):
        clusters = [Cluster(name, Prometheus((each.url,))) for name, each in (("lisbon", lisbon), ("oslo", oslo))]
        async with open_fleet(clusters) as fleet:
            found = await look(Engine(fleet, ("lisbon", "oslo"), Query(), dict), clusters, RULE, NOON)

    assert found.silent == silent
    assert {dict(seen.labels)["namespace"] for seen in found.seen} == {"prod", "lab"}


async def test_a_scalar_is_one_alert_of_no_cluster() -> None:
    found = await looked({"lisbon": {}}, Rule("A", "1 + 1"))

    assert found.seen == (Seen((("alertname", "A"),), (), 2.0),)


async def test_an_alert_may_belong_to_no_cluster() -> None:
    scripts: dict[str, Script] = {"lisbon": {"sum(x)": ["{} 4"]}, "oslo": {"sum(x)": ["{} 5"]}}

    found = await looked(scripts, Rule("A", "sum(x) > 8"))

    assert found.seen == (Seen((("alertname", "A"),), (), 9.0),)


async def test_a_hub_with_its_own_threshold_is_compared_with_that_and_others_with_the_rules() -> None:
    lisbon = Cluster(
        "lisbon",
        Prometheus(("http://x",)),
        hubs=(
            Hub("strict", "strict", alerts=(AlertChange("HubBusy", 2),)),
            Hub("lax", "lax", alerts=(AlertChange("HubBusy", 9), AlertChange("Other", 1))),
            Hub("plain", "plain"),
        ),
    )
    rows = {name: f'x{{namespace="{name}"}} {value}' for name, value in [("strict", 3), ("lax", 7), ("plain", 6)]}
    script = {"x > 5": [rows["lax"], rows["plain"]], "x > 2": list(rows.values()), "x > 9": []}

    found = await looked({"lisbon": script}, RULE, lisbon)

    assert sorted(dict(seen.labels)["namespace"] for seen in found.seen) == ["plain", "strict"]


async def test_a_cluster_that_fails_for_a_hubs_threshold_is_silent() -> None:
    lisbon = Cluster("lisbon", Prometheus(("http://x",)), hubs=(Hub("a", "a", alerts=(AlertChange("HubBusy", 2),)),))
    scripts: dict[str, Script] = {
        "lisbon": {"x > 5": [], "x > 2": SILENT},
        "oslo": {"x > 5": ['x{namespace="b"} 7'], "x > 2": ['x{namespace="b"} 7']},
    }

    found = await looked(scripts, RULE, lisbon)

    assert list(found.silent) == ["lisbon"]
    assert [dict(seen.labels)["namespace"] for seen in found.seen] == ["b"]


async def test_a_threshold_for_a_rule_that_has_none_changes_nothing() -> None:
    lisbon = Cluster("lisbon", Prometheus(("http://x",)), hubs=(Hub("a", "a", alerts=(AlertChange("A", 2),)),))

    found = await looked({"lisbon": {"y": ['y{namespace="a"} 7']}}, Rule("A", "y"), lisbon)

    assert len(found.seen) == 1


async def test_people_are_those_of_the_hub_when_it_began() -> None:
    scripts: dict[str, Script] = {
        "lisbon": {PEOPLE_AS_ASKED: ['{namespace="prod"} 41', '{namespace="lab"} 2']},
        "oslo": {PEOPLE_AS_ASKED: SILENT},
    }
    began = NOON - timedelta(minutes=7)
    prod, elsewhere, nobodys = (
        alert(State.FIRING, labels=labels_of({"alertname": "A"} | labels), active_at=began)
        for labels in (
            {"cluster": "lisbon", "namespace": "prod"},
            {"cluster": "oslo", "namespace": "prod"},
            {"pod": "x"},
        )
    )

    async with scene(scripts) as opened:
        found = await people_there(opened.engine, [prod, elsewhere, nobodys])
        forms = opened.forms("lisbon")

    assert found == {prod.key: 41}
    assert [form["time"] for form in forms] == [f"{began.timestamp():.0f}"]
