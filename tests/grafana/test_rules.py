"""What holds for every expression and every panel of every dashboard."""

import re
from collections import Counter

import pytest

from aggregator.events.values import WORST_FIRST
from aggregator.notify.messages import ON_CALL
from aggregator.promql.parse import parse_selector
from tests.grafana.boards import (
    NAMES,
    Asked,
    board,
    choices,
    columns,
    every_expression,
    marked,
    panels,
    properties,
    tables,
)
from tests.grafana.invariants import faults

HUBS = 'cluster=~"$cluster",namespace=~"$hub"'


def test_every_expression_keeps_to_what_is_chosen_and_to_its_clusters() -> None:
    found = [words for asked in every_expression() for words in faults(asked)]

    assert found == []


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ('up{namespace=~"$hub"}', "a selector does not ask for the clusters that are chosen"),
        ('up{cluster="$cluster",namespace=~"$hub"}', "a selector does not ask for the clusters that are chosen"),
        ('jupyterhub_total_users{cluster=~"$cluster"}', "a selector does not ask for the hubs that are chosen"),
        (
            'sum by (cluster, namespace) (up{cluster=~"$cluster"})',
            "a selector does not ask for the hubs that are chosen",
        ),
        (f"sum by (namespace) (up{{{HUBS}}})", "a grouping loses the cluster"),
        (f"sum without (pod) (up{{{HUBS}}})", "a grouping loses the cluster"),
        (f"max(sum(up{{{HUBS}}}))", "a grouping loses the cluster"),
        (f"up{{{HUBS}}} * on (namespace) up{{{HUBS}}}", "a matching loses the cluster"),
        (f"up{{{HUBS}}} * ignoring (pod) up{{{HUBS}}}", "a matching loses the cluster"),
        (f"count by (cluster) (kube_node_info{{{HUBS}}})", "what two exporters tell of is counted twice"),
        (f"rate(up{{{HUBS}}}[5m])", "a rate is over less, or more, than Grafana says it needs"),
        (f"increase(up{{{HUBS}}}[$__interval])", "a rate is over less, or more, than Grafana says it needs"),
    ],
)
def test_an_expression_that_loses_its_clusters_or_hubs_is_found(expr: str, words: str) -> None:
    (found,) = faults(Asked("fleet", "A panel", expr))

    assert found.endswith(words)


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_says_what_it_shows(name: str) -> None:
    for panel in panels(name):
        assert len(panel["title"]) > 1
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["targets"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(each["datasource"]["uid"] == "${datasource}" for each in panel["targets"])
        assert len({each["refId"] for each in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("name", NAMES)
def test_every_column_of_a_table_has_a_unit_of_its_own(name: str) -> None:
    for panel in tables(name):
        said = properties(panel)
        units = {field: said[title]["unit"] for field, title in columns(panel).items()}

        assert all(units.values())
        # A name that looks like a number, or a date, is none.
        assert {unit for field, unit in units.items() if not field.startswith("Value")} == {"string"}


def test_every_severity_that_an_alert_can_have_has_a_colour_the_worst_red() -> None:
    for panel in [each for name in NAMES for each in tables(name) if "severity" in columns(each)]:
        (mapping,) = properties(panel)["Severity"]["mappings"]
        colours = {severity: each["color"] for severity, each in mapping["options"].items()}

        assert list(colours) == sorted(WORST_FIRST)
        assert {colours[each] for each in ("page", "critical")} == {"red"}


def test_alerts_say_their_evidence_in_full_and_not_the_address_that_their_names_lead_to() -> None:
    for panel in [each for name in NAMES for each in tables(name) if "alertname" in columns(each)]:
        said = properties(panel)

        assert said["Evidence"]["custom.cellOptions"]["wrapText"]
        # What it is called before Grafana 12, and since.
        assert said["Page"]["custom.hidden"]
        assert said["Page"]["custom.hideFrom"]["viz"]


@pytest.mark.parametrize("name", NAMES)
def test_bars_that_count_what_happened_do_not_count_it_twice(name: str) -> None:
    for panel in panels(name):
        bars = panel["fieldConfig"]["defaults"].get("custom", {}).get("drawStyle") == "bars"
        if bars and any("increase(" in each["expr"] for each in panel["targets"]):
            # A rate looks back over a step and a scrape, but over four scrapes at least.
            assert panel["interval"] == "15m", panel["title"]


@pytest.mark.parametrize("name", NAMES)
def test_crosshubs_own_numbers_are_asked_for_no_finer_than_it_notes_them(name: str) -> None:
    asked = [each for panel in panels(name) for each in panel["targets"] if "$__rate_interval" in each["expr"]]
    own = [each for each in asked if "crosshub_server_" in each["expr"]]

    # Where clusters scrape each 15 s, a rate would look at a minute, in which there is one number.
    assert all(each["interval"] == "1m" for each in own)
    assert (name == "crosshub") is bool(own)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_a_table_names_its_series(name: str) -> None:
    for panel in panels(name):
        if panel["type"] != "table":
            assert all(each["legendFormat"] for each in panel["targets"]), panel["title"]


@pytest.mark.parametrize("name", NAMES)
def test_every_dashboard_leads_to_the_others(name: str) -> None:
    urls = {link["url"] for link in board(name)["links"] if link["type"] == "link"}

    assert any(link["type"] == "dashboards" and link["tags"] == ["crosshub"] for link in board(name)["links"])
    assert name == "fleet" or "/d/crosshub-fleet" in urls


@pytest.mark.parametrize("name", NAMES)
def test_outages_and_windows_are_marked_in_the_panels_of_every_dashboard(name: str) -> None:
    marks = {each["name"]: each["enable"] for each in board(name)["annotations"]["list"]}

    assert "Outages" in marks
    # Crosshub itself is of no hub.
    assert name == "crosshub" or marks["Open windows"]


@pytest.mark.parametrize("name", NAMES)
def test_clusters_and_hubs_of_tables_lead_to_what_tells_more_of_them(name: str) -> None:
    for panel in tables(name):
        said = properties(panel)
        (cluster,) = said["Cluster"]["links"]

        assert cluster["url"].startswith("/d/crosshub-on-call?var-cluster=${__data.fields.Cluster:percentencode}")
        for hub in said.get("Hub", {}).get("links", ()):
            assert "&var-hub=${__data.fields.Hub:percentencode}" in hub["url"]


def test_the_fleet_shows_hubs_in_trouble_first() -> None:
    (every,) = [panel for panel in tables("fleet") if panel["title"] == "Every hub"]

    assert every["options"]["sortBy"] == [
        {"displayName": "Up", "desc": False},
        {"displayName": "Alerts", "desc": True},
        {"displayName": "Findings", "desc": True},
        {"displayName": "Servers", "desc": True},
    ]


@pytest.mark.parametrize("name", NAMES)
def test_links_of_panels_and_tables_lead_to_dashboards_that_there_are(name: str) -> None:
    found = set(re.findall(r"/d/(crosshub-[a-z-]+)", str(board(name))))

    assert found <= {board(each)["uid"] for each in NAMES}


def test_messages_lead_to_a_dashboard_that_there_is_with_variables_that_it_has() -> None:
    assert f"/d/{board('on-call')['uid']}" == ON_CALL
    assert {"cluster", "hub"} <= choices("on-call").keys()


@pytest.mark.parametrize("name", NAMES)
def test_panels_have_their_own_numbers_and_their_own_places(name: str) -> None:
    every = [*board(name)["panels"], *(inside for each in board(name)["panels"] for inside in each.get("panels", ()))]

    taken = Counter(
        (x, y)
        for panel in every
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    )
    assert len({panel["id"] for panel in every}) == len(every)
    assert max(taken.values()) == 1
    assert max(x for x, _ in taken) < 24


def test_dashboards_have_uids_of_their_own_that_every_grafana_takes() -> None:
    uids = [board(name)["uid"] for name in NAMES]

    assert len(set(uids)) == len(uids) == 8
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", uid) for uid in uids)
    assert all(39 <= board(name)["schemaVersion"] <= 42 for name in NAMES)
    assert not any(board(name)["editable"] for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_choices_depend_on_those_before_them(name: str) -> None:
    queries = choices(name)
    variables = {each["name"]: each for each in board(name)["templating"]["list"] if each["type"] == "query"}

    assert list(queries)[:2] == ["community", "cluster"]
    assert 'community=~"$community"' in queries["cluster"]
    assert all(
        'cluster=~"$cluster"' in query for each, query in queries.items() if each not in ("community", "cluster")
    )
    # Values change with the time range. `All` is all of them, since those depend on what was chosen before; but for the
    # thousands of people there may be, whose names would make an expression too long to be asked.
    assert all(each["refresh"] == 2 and each["includeAll"] for each in variables.values())
    alls = {"community": ".*", "user": ".+", "group": ".+"}
    assert {each: variable.get("allValue") for each, variable in variables.items()} == {
        each: alls.get(each) for each in variables
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_variables_ask_for_can_be_read(name: str) -> None:
    for query in choices(name).values():
        found = re.fullmatch(r"label_values\((.+), (\w+)\)", marked(query))
        assert found
        assert parse_selector(found[1]).matchers
