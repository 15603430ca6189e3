"""Grafana's own Prometheus data source, as npm has it, in a browser: what it gets from Crosshub."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from tests.api.asking import NOON, data
from tests.api.running import running_over
from tests.fakes.http import Request, response, send, serving
from tests.fakes.prometheus import fake_prometheus
from tests.fleet.places import PLACES
from tests.fleet.start import started_crosshub, started_fleet
from tests.grafana.boards import NAMES as BOARDS
from tests.grafana.boards import choices, columns, in_panels, tables
from tests.grafana.driven import Page, Told, chromium, installed, opened_page

WHOLE, PART, ONE = "whole", "part", "one"
SILENT = "reykjavik"
HOUR = 3600_000
SPAN = {"from": int(NOON) * 1000 - HOUR, "to": int(NOON) * 1000}
START, END = str(SPAN["from"] // 1000), NOON
NAMES = [place.name for place in PLACES]
BY_CLUSTER = "sum by (cluster) (up)"
RANGE, INSTANT = {"range": True, "instant": False}, {"range": False, "instant": True}


@dataclass(frozen=True, slots=True)
class World:
    """A page with data sources, `WHOLE` over all clusters, `PART` over one more that does not answer, and `ONE` over oslo
    as Crosshub serves a single cluster; where one Prometheus that holds everything answers; and what came of the opening
    of `WHOLE`.
    """

    page: Page
    union: str
    opening: Told


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("data-source")
    with opened_page(directory) as page, started_fleet() as fleet, started_crosshub(fleet.config) as whole:
        written = yaml.safe_load(fleet.config.read_text())
        written["clusters"].append({"name": SILENT, "prometheus": {"url": "http://127.0.0.1:1"}})
        config = directory / "crosshub.yaml"
        config.write_text(yaml.safe_dump(written))
        with started_crosshub(config) as part:
            opening = page.opened(WHOLE, whole)
            page.opened(PART, part)
            page.opened(ONE, f"{whole}/c/oslo")
            yield World(page, fleet.union.url, opening)


def test_the_probe_for_exemplars_in_milliseconds_turns_them_on(world: World) -> None:
    (probe,) = world.opening.seen

    assert world.opening.answer == {"exemplars": True}
    assert (probe.method, probe.path, probe.status) == ("POST", "/api/v1/query_exemplars", 200)
    assert [len(probe.form[name]) for name in ("start", "end")] == [13, 13]


@pytest.mark.parametrize("uid", [WHOLE, PART, ONE])
def test_save_and_test_succeeds(world: World, uid: str) -> None:
    told = world.page.ask("health", uid)

    assert told.answer == {"status": "success", "message": "Successfully queried the Prometheus API."}
    assert [each.path.rpartition("/api/v1/")[2] for each in told.seen] == ["query", "status/buildinfo"]
    assert [each.status for each in told.seen] == [200, 200]


VARIABLES: dict[str, tuple[str, str, list[str]]] = {
    "label_values(cluster)": ("GET", "label/cluster/values", NAMES),
    'label_values(kube_namespace_created{cluster="quito"}, namespace)': (
        "GET", "label/namespace/values", ["andes", "prod", "staging", "workshop"],
    ),
    'label_values(kube_namespace_created{cluster=~"$cluster"}, namespace)': (
        "GET", "label/namespace/values", ["fjord", "prod", "staging"],
    ),
    "metrics(jupyterhub_.*_bucket)": (
        "GET", "label/__name__/values", ["jupyterhub_poll_seconds_bucket", "jupyterhub_spawn_seconds_bucket"],
    ),
    "query_result(count by (cluster) (kube_namespace_created))": (
        "POST", "query", [f'{{cluster="{each.name}"}} {len(each.namespaces)} {SPAN["to"]}' for each in PLACES],
    ),
    'kube_namespace_created{cluster="perth"}': (
        "POST", "series", ['kube_namespace_created{cluster="perth",namespace="prod"}'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("query", VARIABLES)
def test_a_variable_has_the_values_that_are_there(world: World, query: str) -> None:
    method, path, expected = VARIABLES[query]
    world.page.ask("choose", cluster=["perth", "oslo", ".*|"])

    told = world.page.ask("variable", WHOLE, query=query, span=SPAN)

    assert sorted(told.answer) == expected
    assert [(each.method, each.path, each.status) for each in told.seen] == [(method, f"/api/v1/{path}", 200)]


def test_the_data_source_of_one_cluster_offers_what_that_cluster_has(world: World) -> None:
    told = world.page.ask("variable", ONE, query="label_values(kube_namespace_created, namespace)", span=SPAN)

    assert sorted(told.answer) == ["fjord", "prod", "staging"]


def test_label_names_are_those_of_all_clusters(world: World) -> None:
    told = world.page.ask("variable", WHOLE, query="label_names()", span=SPAN)

    expected = data(world.union, "/api/v1/labels", {"start": START, "end": END})
    assert sorted(told.answer) == sorted(expected)


def test_the_editor_lists_the_metrics_that_are_there(world: World) -> None:
    told = world.page.ask("metrics", WHOLE, span=SPAN)

    expected = data(world.union, "/api/v1/label/__name__/values", {"start": START, "end": END})
    assert sorted(told.answer) == sorted(expected)


def test_an_ad_hoc_filter_offers_the_keys_and_values_of_what_a_panel_shows(world: World) -> None:
    shown = {"span": SPAN, "queries": [_target("kube_namespace_created")], "filters": [_filter("=", "quito")]}

    keys = world.page.ask("keys", WHOLE, **shown)
    values = world.page.ask("values", WHOLE, key="namespace", **shown)

    assert sorted(keys.answer) == ["__name__", "namespace"]
    assert sorted(values.answer) == ["andes", "prod", "staging", "workshop"]
    assert keys.seen[0].form["match[]"] == '{__name__=~"kube_namespace_created",cluster="quito"}'


def test_an_ad_hoc_filter_narrows_every_selector_of_a_panel(world: World) -> None:
    expr = "sum by (cluster) (rate(jupyterhub_requests_total[$__rate_interval])) / sum by (cluster) (up)"

    told = _panel(world, expr, filters=[_filter("=|", "oslo", "perth")])

    assert [frame["labels"] for frame in told.answer["frames"]] == [{"cluster": "oslo"}, {"cluster": "perth"}]
    assert told.seen[0].form["query"].count('cluster=~"oslo|perth"') == 2


@pytest.mark.parametrize("name", BOARDS)
def test_an_ad_hoc_filter_goes_with_every_panel_of_a_dashboard(world: World, name: str) -> None:
    panels = in_panels(name)
    targets = [_target(each.expr, range=not each.now, instant=each.now, place=n) for n, each in enumerate(panels)]
    world.page.ask("choose", None, **{each: ["oslo", "perth", "o.slo|("] for each in choices(name)})

    told = world.page.ask("panel", WHOLE, span=SPAN, targets=targets, filters=[_filter("=|", "oslo", "perth")])

    assert told.answer["error"] is None
    assert [each.status for each in told.seen] == [200] * len(panels)
    queries = [each.form["query"] for each in told.seen]
    assert [each for each in queries if 'cluster=~"oslo|perth"' not in each] == []
    assert [each for each in queries if any(f"${variable}" in each for variable in choices(name))] == []


def test_a_panel_over_time_shows_what_one_prometheus_with_everything_has(world: World) -> None:
    told = _panel(world, "sum by (cluster) (rate(jupyterhub_requests_total[$__rate_interval]))")

    (asked,) = told.seen
    assert (asked.method, asked.path, asked.form["step"]) == ("POST", "/api/v1/query_range", "60")
    expected = data(world.union, "/api/v1/query_range", asked.form)["result"]
    shown = {frame["labels"]["cluster"]: dict(_samples(frame)) for frame in told.answer["frames"]}
    assert list(shown) == NAMES
    assert [each["metric"]["cluster"] for each in expected] == NAMES
    for each in expected:
        samples = {time * 1000: float(value) for time, value in each["values"]}
        assert shown[each["metric"]["cluster"]] == pytest.approx(samples, rel=1e-12)


def test_a_panel_of_now_shows_what_one_prometheus_with_everything_has(world: World) -> None:
    told = _panel(world, BY_CLUSTER, kind=INSTANT)

    (asked,) = told.seen
    assert (asked.method, asked.path, asked.form["time"]) == ("POST", "/api/v1/query", NOON)
    expected = data(world.union, "/api/v1/query", asked.form)["result"]
    shown = [(frame["labels"], _samples(frame)) for frame in told.answer["frames"]]
    assert shown == [(each["metric"], [(int(NOON) * 1000, float(each["value"][1]))]) for each in expected]


def test_explore_asks_for_both_at_once(world: World) -> None:
    told = _panel(world, BY_CLUSTER, kind={"range": True, "instant": True})

    assert sorted(each.path for each in told.seen) == ["/api/v1/query", "/api/v1/query_range"]
    assert len(told.answer["frames"]) == 2 * len(NAMES)


def test_a_mark_spans_the_time_in_which_its_expression_holds(world: World) -> None:
    annotation = {"expr": 'kube_namespace_created{namespace=~"fjord|andes"} > 0', "step": "60s",
                  "tagKeys": "cluster", "titleFormat": "{{namespace}} is there", "textFormat": ""}  # fmt: skip

    told = world.page.ask("marks", WHOLE, annotation=annotation, span=SPAN)

    assert [(each["title"], each["tags"], each["time"], each["timeEnd"]) for each in told.answer] == [
        (f"{namespace} is there", [name], SPAN["from"], SPAN["to"])
        for name, namespace in (("oslo", "fjord"), ("quito", "andes"))
    ]


@pytest.mark.parametrize("kind", [RANGE, INSTANT], ids=["over time", "now"])
def test_a_cluster_that_does_not_answer_is_a_notice_in_the_panel(world: World, kind: dict[str, bool]) -> None:
    told = _panel(world, BY_CLUSTER, on=PART, kind=kind)

    assert [frame["labels"]["cluster"] for frame in told.answer["frames"]] == NAMES
    for frame in told.answer["frames"]:
        (notice,) = frame["notices"]
        assert notice["severity"] == "warning"
        assert notice["text"].startswith(f'cluster "{SILENT}": ')


def test_a_panel_without_series_still_shows_the_notice(world: World) -> None:
    told = _panel(world, "nothing_has_this_name", on=PART)

    (frame,) = told.answer["frames"]
    assert (frame["length"], [each["severity"] for each in frame["notices"]]) == (0, ["warning"])


def test_a_whole_answer_has_no_notice(world: World) -> None:
    told = _panel(world, BY_CLUSTER)

    assert [frame["notices"] for frame in told.answer["frames"]] == [[] for _ in NAMES]


def test_a_partial_answer_is_an_error_to_an_alert_and_a_whole_one_is_none(world: World) -> None:
    alert = {"FromAlert": "true", "X-Rule-Uid": "hub-down"}

    partial = _panel(world, BY_CLUSTER, on=PART, kind=INSTANT, headers=alert)
    whole = _panel(world, BY_CLUSTER, kind=INSTANT, headers=alert)

    assert [each.status for each in partial.seen] == [503]
    assert partial.answer["error"].startswith(f'unavailable: cluster "{SILENT}": ')
    assert partial.answer["frames"] == []
    assert ([each.status for each in whole.seen], whole.answer["error"]) == ([200], None)


def test_what_is_wrong_with_an_expression_stands_in_the_panel(world: World) -> None:
    told = _panel(world, "sum(")

    assert told.answer["error"] == "bad_data: 1:5: parse error: unclosed left parenthesis"


async def test_exemplars_are_points_in_the_panel(world: World) -> None:
    found = {"labels": {"trace_id": "4bf92f"}, "value": "0.5", "timestamp": int(NOON) - 60.5}
    some = {"status": "success", "data": [{"seriesLabels": {"__name__": "up", "job": "hub"}, "exemplars": [found]}]}

    async with (
        fake_prometheus(answers={"/api/v1/query_exemplars": orjson.dumps(some)}) as oslo,
        running_over(oslo=oslo) as http,
    ):
        await asyncio.to_thread(world.page.opened, "exemplars", str(http.base_url))
        told = await asyncio.to_thread(_panel, world, "up", on="exemplars", kind={**RANGE, "exemplar": True})

    (frame,) = [each for each in told.answer["frames"] if each["topic"] == "annotations"]
    assert frame["columns"] == {"Time": [SPAN["to"] - 60_500], "Value": [0.5], "__name__": ["up"], "job": ["hub"],
                      "cluster": ["oslo"], "trace_id": ["4bf92f"]}  # fmt: skip


LABELS = {
    "cluster": "2024", "namespace": "007", "hub": "1e3", "title": "12", "policy": "open", "community": "3d",
    "pod": "0x10", "directory": "5", "annotation_hub_jupyter_org_username": "2024-05-01", "persistentvolumeclaim": "8",
    "severity": "page", "alertname": "2025", "summary": "1 of 2", "evidence": "7", "page": "http://crosshub/alerts/1",
}  # fmt: skip
LEAST = {"cluster": "oslo"}


async def test_tables_show_names_as_they_are_and_nothing_where_there_is_none(world: World) -> None:
    found = [{"metric": labels, "value": [int(NOON), "0.5"]} for labels in (LABELS, LEAST)]
    some = {"status": "success", "data": {"resultType": "vector", "result": found}}

    async with fake_prometheus(answers={"/api/v1/query": orjson.dumps(some)}) as one:
        await asyncio.to_thread(world.page.opened, "tables", one.url)
        for panel in [panel for name in BOARDS for panel in tables(name)]:
            told = await asyncio.to_thread(world.page.ask, "table", "tables", panel=panel, span=SPAN)

            shown = {each["title"]: each["texts"] for each in told.answer}
            names = {title: field for field, title in columns(panel).items() if field in LABELS}
            expected = {title: [LABELS[field], LEAST.get(field, "")] for title, field in names.items()}
            numbers = [text for title, texts in shown.items() if title not in names for text in texts]
            assert list(shown) == list(columns(panel).values()), panel["title"]
            assert {title: shown[title] for title in names} == expected, panel["title"]
            assert numbers
            assert not {"", "NaN"} & {*numbers}, panel["title"]


async def test_pages_stand_before_tickets_and_the_latest_before_those_before_it(world: World) -> None:
    (panel,) = [panel for panel in tables("on-call") if panel["title"] == "Open alerts"]
    order = {"old page": "200000000001", "new page": "200000000009", "new ticket": "100000000009"}

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        is_order = "2e11" in request.form["query"][0]
        found = [
            {"metric": {"alertname": name}, "value": [int(NOON), value if is_order else value[-3:]]}
            for name, value in sorted(order.items())
        ]
        data = {"resultType": "vector", "result": found}
        await send(writer, response(200, orjson.dumps({"status": "success", "data": data})))

    async with serving(behave) as one:
        await asyncio.to_thread(world.page.opened, "alerts", one.url)
        told = await asyncio.to_thread(world.page.ask, "table", "alerts", panel=panel, span=SPAN)

    shown = {each["title"]: each["texts"] for each in told.answer}
    assert shown["Alert"] == ["new page", "old page", "new ticket"]
    # What they are ordered by is no column.
    assert list(shown) == ["Alert", "Since"]


def test_without_what_npm_installs_the_tests_fail_and_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="Run: make test-grafana"):
        installed(tmp_path)


def test_without_chromium_the_tests_fail_and_say_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(pytest.fail.Exception, match="Run: make test-grafana"):
        chromium()


def _panel(world: World, expr: str, *, on: str = WHOLE, kind: dict[str, bool] = RANGE, **options: Any) -> Told:
    """What a panel shows of an expression."""
    return world.page.ask("panel", on, span=SPAN, targets=[_target(expr, **kind)], **options)


def _target(expr: str, place: int = 0, **kind: bool) -> dict[str, Any]:
    return {"refId": f"Q{place}", "expr": expr, **kind}


def _filter(operator: str, *values: str) -> dict[str, Any]:
    return {"key": "cluster", "operator": operator, "value": values[0], "values": values}


def _samples(frame: dict[str, Any]) -> list[tuple[int, float]]:
    times, values = frame["columns"].values()
    return list(zip(times, values, strict=True))
