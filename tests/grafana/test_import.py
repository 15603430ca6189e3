"""`crosshub grafana import`: others' dashboards rewritten for many clusters, and what is said about it."""

import json
from pathlib import Path
from typing import Any

import pytest

from aggregator.grafana.across import Nature
from aggregator.grafana.choice_queries import choice_query
from aggregator.grafana.imported import imported
from aggregator.grafana.rewriting import Terms, rewritten
from tests.grafana.importing import HERE, NAMES, import_of, queries, read

USUAL = Terms()
C = 'cluster=~"$cluster"'

EXPRESSIONS = {
    "up": f"up{{{C}}}",
    "up{}": f"up{{{C}}}",
    '{__name__=~"a|b"}': f'{{{C}, __name__=~"a|b"}}',
    "sum(x)": f"sum(x{{{C}}})",
    "sum by (a) (x)": f"sum by (cluster, a) (x{{{C}}})",
    "sum(x) by (a)": f"sum(x{{{C}}}) by (cluster, a)",
    "SUM(x) BY (a)": f"SUM(x{{{C}}}) BY (cluster, a)",
    "sum without (a) (x)": f"sum without (a) (x{{{C}}})",
    "x / on (a) y": f"x{{{C}}} / on (cluster, a) y{{{C}}}",
    "x / ignoring (a) y": f"x{{{C}}} / ignoring (a) y{{{C}}}",
    "x / ignoring (a) group_left sum(y)": f"x{{{C}}} / ignoring (a) group_left sum by (cluster) (y{{{C}}})",
    "x / on() group_left sum (y)": f"x{{{C}}} / on(cluster) group_left sum by (cluster) (y{{{C}}})",
    "sum(x) / on() sum(y)": f"sum(x{{{C}}}) / on() sum(y{{{C}}})",
    "sum by (a) (x) / on() group_left () (sum(y) / sum(z))": f"sum by (cluster, a) (x{{{C}}}) / on(cluster) group_left () "
    f"(sum by (cluster) (y{{{C}}}) / sum by (cluster) (z{{{C}}}))",
    "count(count(x) by (node))": f"count(count(x{{{C}}}) by (cluster, node))",
    "max by (a) (sum(x))": f"max by (cluster, a) (sum by (cluster) (x{{{C}}}))",
    "x / scalar(sum(y))": f"x{{{C}}} / on (cluster) group_left () (sum by (cluster) (y{{{C}}}))",
    "x>bool scalar(sum(y))": f"x{{{C}}}>bool on (cluster) group_left () (sum by (cluster) (y{{{C}}}))",
    "x/scalar(sum(y))": f"x{{{C}}}/ on (cluster) group_left () (sum by (cluster) (y{{{C}}}))",
    "scalar(max(y)) - x": f"(max by (cluster) (y{{{C}}})) - on (cluster) group_right () x{{{C}}}",
    "scalar(sum(y)) < x": f"scalar(sum(y{{{C}}})) < x{{{C}}}",
    "sum(x) / scalar(sum(y))": f"sum(x{{{C}}}) / scalar(sum(y{{{C}}}))",
    "topk(3, x)": f"topk(3, x{{{C}}})",
    "sum(x) or vector(0)": f"sum(x{{{C}}}) or vector(0)",
    "x[5m:1m] offset 1h": f"x{{{C}}}[5m:1m] offset 1h",
    "sum(x": None,
    "x / on (a) group_left (y)": None,
    "rate(x[$__rate_interval])": f"rate(x{{{C}}}[$__rate_interval])",
    "rate(x[[[window]]])": f"rate(x{{{C}}}[[[window]]])",
    "rate(x[${n}m] offset $back)": f"rate(x{{{C}}}[${{n}}m] offset $back)",
    "max_over_time((sum by (a) (x))[$__range:$__interval])": f"max_over_time((sum by (cluster, a) (x{{{C}}}))[$__range:$__interval])",
    "$metric{a=~'$b'}": f"$metric{{{C}, a=~'$b'}}",
    "sum by ($by) (x{$filter})": f"sum by (cluster, $by) (x{{{C}, $filter}})",
    "$agg(x) by (a)": f"$agg(x{{{C}}}) by (cluster, a)",
    "x > $least": f"x{{{C}}} > $least",
    "node_${what}_total": f"node_${{what}}_total{{{C}}}",
    "x @ ${__to:date:seconds}": f"x{{{C}}} @ ${{__to:date:seconds}}",
    "a:b:rate5m": f"a:b:rate5m{{{C}}}",
    'x{a="by (b)"} # sum by (c)': f'x{{{C}, a="by (b)"}} # sum by (c)',
    'x{a="}"}': f'x{{{C}, a="}}"}}',
    'label_replace(x, "a", "$1", "b", "(.*)")': f'label_replace(x{{{C}}}, "a", "$1", "b", "(.*)")',
    'x{cluster="a"}': 'x{cluster="a"}',
    "1 + 1": "1 + 1",
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_is_edited_where_it_has_to_be_and_stays_as_it_was_written_elsewhere(expression: str) -> None:
    wanted = EXPRESSIONS[expression]

    made = rewritten(expression, USUAL)

    assert made.text == (wanted or expression)
    assert made.was_read is (wanted is not None)
    assert rewritten(made.text, USUAL).text == made.text


TROUBLES = {
    "absent(x)": "absent(...) speaks of all chosen clusters",
    "x / scalar(y)": "scalar(...) is one number",
    "x * on() group_left vector(2)": "belongs to no cluster",
    "x - ignoring (cluster) y": "ignores the label cluster",
    "x * on (a) group_left (cluster) y": "takes the label cluster from its other side",
    "sum without (cluster) (x)": "puts clusters together",
    "sum(x": "is no PromQL that can be read",
    "$query": "the variable $query holds",
}


@pytest.mark.parametrize("expression", TROUBLES)
def test_what_cannot_be_right_for_many_clusters_is_said(expression: str) -> None:
    made = rewritten(expression, Terms(queries=frozenset({"query"})))

    assert TROUBLES[expression] in " ".join(made.troubles)


def test_a_variable_that_names_a_metric_is_taken_for_one() -> None:
    terms = Terms(metrics=frozenset({"metric"}))

    assert rewritten("$metric > 2", terms).text == f"$metric{{{C}}} > 2"
    assert rewritten("x > $metric", USUAL).text == f"x{{{C}}} > $metric"


def test_buckets_of_a_heat_map_are_added_across_clusters() -> None:
    made = rewritten("sum by (le) (rate(x_bucket[5m]))", USUAL, whole=True)

    assert made.text == f"sum by (le) (rate(x_bucket{{{C}}}[5m]))"
    assert made.nature is Nature.TOTAL


CHOICES = {
    "label_values(namespace)": f"label_values({{{C}}}, namespace)",
    "label_values(up, job)": f"label_values(up{{{C}}}, job)",
    'label_values(up{job=~"$job", a="x, y"}, instance)': f'label_values(up{{{C}, job=~"$job", a="x, y"}}, instance)',
    "label_values(up, cluster)": "label_values(up, cluster)",
    "label_names()": "label_names()",
    "query_result(sum by (a) (x))": f"query_result(sum by (cluster, a) (x{{{C}}}))",
    'metrics(node_".*)': f'label_values({{{C}, __name__=~"node_\\".*"}}, __name__)',
    'up{job="a"}': f'up{{{C}, job="a"}}',
    "": "",
}


@pytest.mark.parametrize("query", CHOICES)
def test_a_variable_offers_what_the_chosen_clusters_have(query: str) -> None:
    made = choice_query(query, USUAL)

    assert made.text == CHOICES[query]
    assert choice_query(made.text, USUAL).text == made.text


@pytest.mark.parametrize("name", NAMES)
def test_a_dashboard_comes_out_as_it_is_kept_and_so_does_its_report(name: str, tmp_path: Path) -> None:
    result = import_of(HERE / name / "before.json", "--output", str(tmp_path / "after.json"))

    assert json.loads((tmp_path / "after.json").read_text()) == read(name, "after")
    assert result.stderr == (HERE / name / "report.txt").read_text()
    assert result.exit_code == (3 if "look at  " in result.stderr else 0)


@pytest.mark.parametrize("name", NAMES)
def test_importing_what_was_imported_changes_nothing(name: str) -> None:
    result = import_of(HERE / name / "after.json")

    assert result.stdout == (HERE / name / "after.json").read_text()
    assert "changed  " not in result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_what_does_not_ask_prometheus_is_left_as_it_was(name: str) -> None:
    pairs = zip(queries(read(name, "before")), queries(read(name, "after")), strict=True)

    others = [(before, after) for before, after in pairs if "loki" in str(before.get("datasource", "")).lower()]
    assert [before for before, _ in others] == [after for _, after in others]


def _tables(name: str) -> dict[str, Any]:
    return {each["title"]: each for each in read(name, "after")["panels"]}


def test_a_join_of_tables_goes_by_the_cluster_as_well() -> None:
    hubs = _tables("tables")["Hubs"]

    assert [each["id"] for each in hubs["transformations"]] == ["merge", "organize"]
    assert hubs["transformations"][1]["options"]["renameByName"]["cluster"] == "Cluster"
    (link,) = hubs["fieldConfig"]["overrides"][0]["properties"][0]["value"]
    assert link["url"].endswith("&var-cluster=${__data.fields.cluster}")


def test_another_variable_of_that_name_is_not_touched() -> None:
    variables = read("another-cluster", "after")["templating"]["list"]

    assert [each["name"] for each in variables] == ["PROMETHEUS_DS", "crosshub_cluster", "cluster"]
    (query,) = queries(read("another-cluster", "after"))
    assert 'cluster=~"$crosshub_cluster", namespace=~"$cluster"' in query["expr"]


NOT_READ = {
    "no JSON": ("{", "is no JSON"),
    "a list": ("[]", "no dashboard"),
    "something else": ('{"apiVersion": 1, "datasources": []}', "neither panels nor rows"),
    "a strange part": ('{"panels": [7]}', "in no form that Grafana writes"),
    "the new form": ('{"kind": "Dashboard", "spec": {"elements": {}}}', "export it as classic JSON"),
}


@pytest.mark.parametrize("what", NOT_READ)
def test_a_file_that_is_no_dashboard_is_refused_in_words(what: str, tmp_path: Path) -> None:
    text, words = NOT_READ[what]
    (tmp_path / "x.json").write_text(text)

    result = import_of(tmp_path / "x.json")

    assert words in str(result.exception)
    assert result.stdout == ""


def test_a_file_that_is_there_is_written_over_only_with_force(tmp_path: Path) -> None:
    there = tmp_path / "after.json"
    there.write_text("mine")

    result = import_of(HERE / "activity" / "before.json", "--output", str(there))

    assert "--force writes over it" in str(result.exception)
    assert there.read_text() == "mine"


@pytest.mark.parametrize(
    ("matcher", "is_said"),
    [('cluster="$cluster"', True), ('cluster!="${cluster}"', True), ('cluster=~"$cluster"', False)],
)
def test_a_selector_for_one_cluster_is_said_where_several_can_be_chosen_now(matcher: str, *, is_said: bool) -> None:
    made = imported({"panels": [{"id": 1, "targets": [{"expr": f"sum(up{{{matcher}}}) + sum(up)", "refId": "A"}]}]})

    assert any("compares the label cluster with one value" in str(line) for line in made.said) is is_said


@pytest.mark.parametrize("templating", [{}, {"templating": None}, {"templating": {"list": None}}])
def test_a_dashboard_without_variables_gets_its_first_one(templating: dict[str, Any]) -> None:
    made = imported({"panels": [{"id": 1, "targets": [{"expr": "up"}]}], **templating})

    assert [each["name"] for each in made.board["templating"]["list"]] == ["cluster"]
