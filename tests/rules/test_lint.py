"""What is found in rules and routes together, and what is left in peace."""

from pathlib import Path

import pytest

from aggregator.rules.lint import Finding, Level, findings, metric_selectors, missing_metrics
from tests.rules.written import checked, rule, rules_in

TOLD = "receivers: [{name: oncall, email: {to: [a@example.org]}}]\nroutes:\n"
LAST = "  - {receivers: [oncall]}\n"
ROUTED = TOLD + LAST
FINE = rule("sum by (cluster, namespace) (up) > 5")


def route(match: str) -> str:
    return f"{TOLD}  - {{match: ['{match}'], receivers: [oncall]}}\n{LAST}"


CONFIGURATIONS = [
    # Who is told.
    ("", "fault receivers :1 there are no receivers: 33 kinds of alerts reach nobody"),
    ("receivers: [{name: oncall, email: {to: [a@example.org]}}]\n", ""),
    (ROUTED, ""),
    # Routes.
    (route('alertname="Odd"'), ""),
    (route('alertname=~"Hub.*"'), ""),
    (route('alertname="Od"'), 'fault routes[0] :11 matches no alert: no alert has alertname="Od"; did you mean "Odd"?'),
    (route('alertname=~".*stuck.*"'), 'fault routes[0] :11 matches no alert: no alert has alertname=~".*stuck.*"'),
    (route('severity="pgae"'), 'fault routes[0] :11 matches no alert: no alert has severity="pgae"; did you mean "page"?'),
    (route('team="x"'), ""),  # an outage or a finding may have any other label
    (route('alertname="Odd"').replace("']", "', 'severity=\"page\"']"),
     "fault routes[0] :11 matches no alert: no alert meets all of its matchers"),
    (route('alertname="Odd"').replace("']", "', 'node=\"n1\"']"), "fault routes[0] :11 matches no alert: no alert meets"),
    (route('cluster="oslp"'), 'fault routes[0] :11 matches no alert: no alert has cluster="oslp"; did you mean "oslo"?'),
    (route('kind="access"'), ""),
    (TOLD + 2 * "  - {match: ['alertname=\"Odd\"'], receivers: [oncall]}\n" + LAST,
     "fault routes[1] :12 takes nothing: earlier routes take every alert that it matches"),
    (TOLD + "  - {match: ['cluster=\"lisbon\"'], receivers: [oncall]}\n  - {match: ['alertname=\"Odd\"'], receivers: [oncall]}\n"
     + LAST, ""),
    (TOLD + "  - {match: ['severity=\"info\"'], receivers: []}\n" + LAST, ""),
    (TOLD + "  - {receivers: []}\n", "warning routes[0] :11 has no receivers, so that whatever no other route takes"),
    # Inhibition and maintenance.
    (ROUTED + "inhibit: [{source: ['alertname=\"HubDown\"'], target: ['alertname=\"Odd\"']}]\n", ""),
    (ROUTED + "inhibit: [{source: ['alertname=\"Gone\"'], target: ['alertname=\"Odd\"']}]\n",
     'fault inhibit[0] :12 its source matches no alert: no alert has alertname="Gone"'),
    (ROUTED + "maintenance: [{match: ['cluster=\"porto\"'], from: 2026-12-24T00:00, until: 2026-12-26T00:00}]\n",
     'fault maintenance[0] :12 matches no alert: no alert has cluster="porto"'),
]  # fmt: skip

HUBS = [
    ("{Odd: {threshold: 3}}", ""),
    ("{HubDown: {mute_until: 2027-01-01, reason: it moves}}", ""),
    ("{Ood: {threshold: 3}}", 'fault lisbon/prod Ood :6 there is no alert of this name; did you mean "Odd"?'),
    ("{HubDown: {threshold: 3}}", "fault lisbon/prod HubDown :6 has a threshold here, and its rule compares with no number"),
    ("{Odd: {mute_until: 2026-11-01, reason: exams}}",
     "warning lisbon/prod Odd :6 its mute ended on 2026-11-01; it is told again"),
]  # fmt: skip

RULES = [
    ("sum(up) > 5", "fault Odd :4 loses `cluster`"),
    ("sum by (namespace) (up) > 5", "fault Odd :4 loses `cluster`"),
    ("sum without (cluster) (up) > 5", "fault Odd :4 loses `cluster`"),
    ("sum without (pod) (up) > 5", ""),
    ("absent(up)", "fault Odd :4 loses `cluster`"),
    ('absent(up{cluster="oslo"})', ""),
    ("vector(1)", "fault Odd :4 loses `cluster`"),
    ("a / on (namespace) b > 1", "fault Odd :4 loses `cluster`"),
    ("a and on (namespace) b", "fault Odd :4 matches on (namespace): what belongs to different clusters"),
    ("a unless ignoring (cluster) b", "fault Odd :4 matches ignoring (cluster): what belongs"),
    ("a * on (namespace) group_left b", "fault Odd :4 matches on (namespace)"),
    ("a and on (cluster, namespace) b", ""),
    ("a > scalar(avg(b))", "warning Odd :4 puts all clusters together in a part"),
    ("a and on () vector(1)", ""),
    ("topk(3, up)", ""),
    ("histogram_quantile(0.9, sum by (cluster, le) (rate(x_bucket[5m]))) > 1", ""),
]


@pytest.mark.parametrize(("config", "finding"), CONFIGURATIONS)
def test_a_configuration_that_does_not_do_what_it_says(tmp_path: Path, config: str, finding: str) -> None:
    assert _told(findings(checked(tmp_path, FINE, config)), finding)


@pytest.mark.parametrize(("alerts", "finding"), HUBS)
def test_a_hub_that_changes_alerts(tmp_path: Path, alerts: str, finding: str) -> None:
    assert _told(findings(checked(tmp_path, FINE, ROUTED, f"alerts: {alerts}")), finding)


@pytest.mark.parametrize(("expr", "finding"), RULES)
def test_a_rule_that_mixes_clusters(tmp_path: Path, expr: str, finding: str) -> None:
    assert _told(findings(checked(tmp_path, rule(expr), ROUTED)), finding)


@pytest.mark.parametrize(
    ("rules", "finding"),
    [
        (rule("up == 0", labels="{team: x}"), "warning Odd :4 has no severity"),
        (rule("up == 0", name="HubDown"), "fault HubDown :4 is called as an alert that Crosshub tells by itself"),
        (rule("sum(up) == 0", labels="{severity: page, cluster: all}"), ""),
        (
            FINE + FINE.removeprefix("groups:\n").replace("name: own", "name: other"),
            "warning Odd :9 is there twice with the same labels (first in own.yaml:4)",
        ),
        (FINE + FINE.removeprefix("groups:\n").replace("name: own", "name: other").replace("ticket", "page"), ""),
    ],
)
def test_a_rule_that_is_called_oddly(tmp_path: Path, rules: str, finding: str) -> None:
    assert _told(findings(checked(tmp_path, rules, ROUTED)), finding)


@pytest.mark.parametrize(
    ("summary", "finding"),
    [
        ("{{ $labels.namespace }} has {{ $value | humanize }}", ""),
        ("{{ $labels.alertname }} of {{ $labels.severity }}", ""),
        ("{{ if $value }}x{{ end }}", "fault Odd :4 summary: "),
        (
            "{{ $labels.pod }} and {{ .Labels.node }}",
            "warning Odd :4 summary names what its expression does not keep: node, pod",
        ),
    ],
)
def test_a_template_that_cannot_be_filled_in(tmp_path: Path, summary: str, finding: str) -> None:
    rules = FINE + f'        annotations: {{summary: "{summary}"}}\n'

    assert _told(findings(checked(tmp_path, rules, ROUTED)), finding)


def test_faults_come_before_warnings(tmp_path: Path) -> None:
    found = findings(checked(tmp_path, rule("sum(up)", labels="{a: b}"), ""))

    assert [each.level for each in found] == [Level.FAULT, Level.FAULT, Level.WARNING]


def test_metrics_that_no_cluster_has_are_told_once_with_all_rules_that_ask_for_them(tmp_path: Path) -> None:
    text = rule("a_total > 1 or b_total") + "      - {alert: Two, expr: 'a_total + {__name__=~\"[cd]_total\"} + e'}\n"
    groups = rules_in(tmp_path, text)

    found = list(missing_metrics(groups, {"b_total", "x"}))
    fine = list(missing_metrics(groups, {"a_total", "b_total", "c_total", "e"}))

    assert [(each.name, each.words) for each in found] == [
        ("Odd", "asks for what no cluster has: a_total; Two as well"),
        ("Two", "asks for what no cluster has: [cd]_total, e"),
    ]
    assert (fine, len(metric_selectors(groups))) == ([], 4)


def _told(found: tuple[Finding, ...], wanted: str) -> bool:
    """Whether exactly that is found, of which the beginning is wanted."""
    told = [f"{each.level} {each.name} :{each.line} {each.words}" for each in found]
    assert len(told) == bool(wanted), told
    assert all(line.startswith(wanted) for line in told), told
    return True
