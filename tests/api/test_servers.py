"""What clusters tell of themselves: rules, alerts, targets, metadata and newest samples of a real Prometheus, put together."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregator.demo.processes import Program, listening
from tests.api.asking import asked, data
from tests.api.running import running_over
from tests.fakes.http import Request, response, send, serving
from tests.fleet.start import started_crosshub

RULES = {
    "groups": [
        {
            "name": "hubs",
            "interval": "1s",
            "rules": [
                {"record": "job:up:sum", "expr": "sum by (job) (up)"},
                {"alert": "Always", "expr": "vector(1)", "labels": {"severity": "page"}, "annotations": {"of": "all"}},
            ],
        },
        {"name": "idle", "interval": "1s", "rules": [{"alert": "Never", "expr": "vector(1) > 2"}]},
    ]
}
DROPPED = [{"source_labels": ["__address__"], "regex": "dropped.*", "action": "drop"}]


@dataclass(frozen=True)
class Pair:
    """A Prometheus that watches itself, and a Crosshub to which it is two clusters, once by number and once by name."""

    prometheus: str
    crosshub: str


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    here = tmp_path_factory.mktemp("watching")
    with listening([_watching_itself(here)]) as (prometheus,):
        by_name = prometheus.url.replace("127.0.0.1", "localhost")
        clusters = [
            {"name": "lisbon", "prometheus": {"url": prometheus.url}},
            {"name": "oslo", "prometheus": {"url": by_name}},
        ]
        config = here / "crosshub.yaml"
        config.write_text(yaml.safe_dump({"clusters": clusters, "rules": []}))
        with started_crosshub(config) as crosshub:
            _until_it_has_looked_at_itself(prometheus.url)
            yield Pair(prometheus.url, crosshub)


def _watching_itself(here: Path) -> Program:
    def command(port: int) -> list[str]:
        job = {
            "job_name": "self",
            "static_configs": [{"targets": [f"127.0.0.1:{port}", "dropped.example:1"]}],
            "relabel_configs": DROPPED,
        }
        # A label of its own that is called as ours is.
        own = {"scrape_interval": "1s", "external_labels": {"cluster": "theirs", "region": "eu"}}
        config = {"global": own, "rule_files": ["rules.yml"], "scrape_configs": [job]}
        (here / "rules.yml").write_text(yaml.safe_dump(RULES))
        (here / "prometheus.yml").write_text(yaml.safe_dump(config))
        return [
            "prometheus",
            f"--config.file={here / 'prometheus.yml'}",
            f"--storage.tsdb.path={here / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ]

    return Program(name="Prometheus", command=command, log=here / "prometheus.log", ready="/-/ready")


def _until_it_has_looked_at_itself(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if data(url, "/api/v1/alerts")["alerts"] and data(url, "/api/v1/query", {"query": "job:up:sum"})["result"]:
            return
    raise AssertionError("no alert and no rule after 30 s")


def test_groups_of_rules_stand_side_by_side(pair: Pair) -> None:
    theirs = data(pair.prometheus, "/api/v1/rules")["groups"]

    ours = data(pair.crosshub, "/api/v1/rules")["groups"]

    files = [f"{cluster}/{group['file'].lstrip('/')}" for cluster in ("lisbon", "oslo") for group in theirs]
    assert [(group["file"], group["name"]) for group in ours] == list(zip(files, ["hubs", "idle"] * 2, strict=True))
    assert [_timeless(_without_cluster(group, "lisbon")) for group in ours[:2]] == [
        _timeless(group) for group in theirs
    ]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["job:up:sum", "Always", "Never"] * 2),
        ({"type": "alert"}, ["Always", "Never"] * 2),
        ({"type": "record"}, ["job:up:sum"] * 2),
        ({"rule_name[]": "Never"}, ["Never"] * 2),
        ({"rule_group[]": "hubs"}, ["job:up:sum", "Always"] * 2),
        ({"match[]": '{severity="page",cluster="oslo"}'}, ["Always"]),
        ({"file[]": "lisbon/no.yml"}, []),
    ],
)
def test_the_rules_that_are_wanted_are_listed(pair: Pair, wanted: dict[str, str], names: list[str]) -> None:
    groups = data(pair.crosshub, "/api/v1/rules", wanted)["groups"]

    assert [rule["name"] for group in groups for rule in group["rules"]] == names


def test_alerts_are_left_out_of_rules_where_nobody_wants_them(pair: Pair) -> None:
    groups = data(pair.crosshub, "/api/v1/rules", {"exclude_alerts": "true"})["groups"]

    assert [rule["alerts"] for group in groups for rule in group["rules"] if "alerts" in rule] == [[]] * 4


def test_alerts_carry_the_cluster(pair: Pair) -> None:
    alerts = data(pair.crosshub, "/api/v1/alerts")["alerts"]

    assert [alert["labels"] for alert in alerts] == [
        {"alertname": "Always", "cluster": cluster, "severity": "page"} for cluster in ("lisbon", "oslo")
    ]


def test_targets_carry_the_cluster(pair: Pair) -> None:
    targets = data(pair.crosshub, "/api/v1/targets")
    dropped = data(pair.crosshub, "/api/v1/targets", {"state": "dropped"})

    assert [target["labels"]["cluster"] for target in targets["activeTargets"]] == ["lisbon", "oslo"]
    assert [target["discoveredLabels"]["cluster"] for target in targets["droppedTargets"]] == ["lisbon", "oslo"]
    assert dropped == {"activeTargets": [], "droppedTargets": targets["droppedTargets"]}


@pytest.mark.parametrize("wanted", [{}, {"metric": "go_goroutines"}, {"metric": "no_such_metric"}, {"limit": "0"}])
def test_what_all_say_of_a_metric_is_said_once(pair: Pair, wanted: dict[str, str]) -> None:
    before = data(pair.prometheus, "/api/v1/metadata", wanted)
    ours = data(pair.crosshub, "/api/v1/metadata", wanted)
    after = data(pair.prometheus, "/api/v1/metadata", wanted)

    ours = {name: told for name, told in ours.items() if not name.startswith("crosshub_")}
    # Each scrape may bring a metric that was not there before.
    assert before | ours == ours
    assert ours | after == after


def test_metadata_of_some_metrics_only(pair: Pair) -> None:
    assert len(data(pair.crosshub, "/api/v1/metadata", {"limit": "3"})) == 3


@pytest.mark.parametrize(
    "match",
    [["up"], ["up", "job:up:sum"], ['{__name__=~"prometheus_http.*",handler="/metrics"}'], ["no_such_metric"], []],
)
def test_the_newest_samples_are_those_of_each_cluster(pair: Pair, match: list[str]) -> None:
    parameters = [("match[]", each) for each in match]
    theirs = asked(pair.prometheus, "/federate", parameters)

    ours = asked(pair.crosshub, "/federate", parameters)

    assert ours.headers["content-type"] == theirs.headers["content-type"]
    assert _heads(ours.text) == _heads(theirs.text)
    series = sorted(_series(theirs.text, 'cluster="theirs",', ""))
    for cluster in ("lisbon", "oslo"):
        assert sorted(_series(ours.text, f',cluster="{cluster}"', "")) == series


def test_only_clusters_that_are_meant_are_scraped(pair: Pair) -> None:
    text = asked(pair.crosshub, "/federate", {"match[]": 'up{cluster="oslo"}'}).text

    assert [line.count('cluster="oslo"') for line in text.splitlines()] == [0, 1]


def test_a_form_of_a_query_is_the_newest_clusters(pair: Pair) -> None:
    assert (
        data(pair.crosshub, "/api/v1/format_query", {"query": "sum(rate( up[5m]))by(job)"})
        == "sum by (job) (rate(up[5m]))"
    )


async def test_exemplars_carry_the_cluster_and_come_from_those_that_are_meant() -> None:
    found = b'[{"seriesLabels":{"__name__":"up","job":"hub"},"exemplars":[{"labels":{"id":"7"},"value":"6","timestamp":1.5}]}]'
    async with (
        _telling("query_exemplars", found) as lisbon,
        _telling("query_exemplars", found) as oslo,
        running_over(lisbon=lisbon, oslo=oslo) as http,
    ):
        both = await http.get("/api/v1/query_exemplars", params={"query": "rate(up[5m] offset 1h)"})
        one = await http.get("/api/v1/query_exemplars", params={"query": 'up{cluster="oslo"} / up{cluster="nowhere"}'})

    assert both.json()["data"] == [
        {
            "seriesLabels": {"__name__": "up", "cluster": name, "job": "hub"},
            "exemplars": json.loads(found)[0]["exemplars"],
        }
        for name in ("lisbon", "oslo")
    ]
    assert [series["seriesLabels"]["cluster"] for series in one.json()["data"]] == ["oslo"]
    assert [request.form["query"] for request in oslo.requests if "exemplars" in request.path] == [["up"], ["up"]]


async def test_a_cluster_without_an_endpoint_is_a_warning_and_a_comment() -> None:
    sample = b'# TYPE up untyped\nup{a="}",b="x,cluster=\\"y\\""} 1 2\nup 3 4\n'
    async with (
        _telling("federate", sample, raw=True) as lisbon,
        serving(_not_there) as oslo,
        running_over(lisbon=lisbon, oslo=oslo) as http,
    ):
        text = (await http.get("/federate", params={"match[]": "up"})).text
        rules = (await http.get("/api/v1/rules")).json()

    assert text.splitlines() == [
        '# cluster "oslo": 404: there is no /federate at its url',
        "# TYPE up untyped",
        'up{a="}",b="x,cluster=\\"y\\"",cluster="lisbon"} 1 2',
        'up{cluster="lisbon"} 3 4',
    ]
    assert rules["warnings"] == ['cluster "oslo": 404: there is no /api/v1/rules at its url']


def _telling(endpoint: str, told: bytes, *, raw: bool = False) -> Any:
    """A server that knows one endpoint."""

    async def behave(request: Request, writer: Any) -> None:
        if request.path.endswith(endpoint):
            await send(writer, response(200, told if raw else b'{"status":"success","data":' + told + b"}"))
        else:
            await send(writer, response(200, b'{"status":"success","data":{}}'))

    return serving(behave)


async def _not_there(_: Request, writer: Any) -> None:
    await send(writer, response(404, b"404 page not found"))


def _heads(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def _series(text: str, marked: str, instead: str) -> list[str]:
    """The series of the lines that have the mark, less the mark; values differ from moment to moment."""
    lines = [line for line in text.splitlines() if marked in line]
    return [line.replace(marked, instead).rpartition("}")[0] for line in lines]


def _without_cluster(group: dict[str, Any], cluster: str) -> dict[str, Any]:
    """The group as it was before Crosshub had it, told apart by nothing but what is asserted here."""
    for rule in group["rules"]:
        assert rule["labels"].pop("cluster") == cluster
        if rule["type"] == "recording" and not rule["labels"]:
            del rule["labels"]
        for alert in rule.get("alerts", []):
            assert alert["labels"].pop("cluster") == cluster
    return group | {"file": "/" + group["file"].removeprefix(f"{cluster}/")}


def _timeless(group: dict[str, Any]) -> dict[str, Any]:
    """The group without what changes from second to second."""
    changing = {"evaluationTime", "lastEvaluation"}
    rules = [{key: value for key, value in rule.items() if key not in changing} for rule in group["rules"]]
    return {key: value for key, value in group.items() if key not in changing} | {"rules": rules}
