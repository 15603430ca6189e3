"""What a cluster's own Prometheus and Alertmanager are given, and what is said not to be in it."""

import subprocess
from pathlib import Path

import pytest
import yaml

from aggregator.clusters.config import load
from aggregator.clusters.values import Cluster
from aggregator.rules.alertmanager_file import alertmanager_config
from aggregator.rules.exporting import exported
from aggregator.rules.writing import rule_file, yaml_text
from tests.config.written import EXAMPLE, LISBON, write
from tests.rules.written import CLUSTERS, rule, rules_in

SLOW = rule("sum by (cluster, namespace) (seconds) > 300 and on (cluster, namespace) calm == 0", name="SpawnSlow")
QUIET = "alerts: {SpawnSlow: {threshold: 600}}"


def lisbon(folder: Path, hub: str = "title: Prod") -> Cluster:
    return load(write(folder, CLUSTERS % hub)).clusters[0]


@pytest.mark.parametrize(
    ("expr", "theirs"),
    [
        ("up == 0", "up == 0"),
        ('up{cluster="lisbon"} == 0', "up == 0"),
        ('sum by (cluster) (up{cluster=~"lis.*", job="a"})', 'sum(up{job="a"})'),
        ('up{cluster="oslo"} == 0', None),
        ("sum(up) > 5", None),
        ("a > scalar(avg(b))", None),
        ('crosshub_people{resolution="1d"} > 5', None),
    ],
)
def test_a_rule_is_given_to_the_cluster_that_can_evaluate_it(tmp_path: Path, expr: str, theirs: str | None) -> None:
    written = rule(expr.replace("'", "''"))

    groups = exported(rules_in(tmp_path, written), lisbon(tmp_path)).groups

    assert [one.expr for group in groups for one in group.rules] == ([] if theirs is None else [theirs])


def test_its_alerts_say_which_cluster_they_are_of(tmp_path: Path) -> None:
    text = rule("up == 0") + "        annotations: {summary: 'Down: {{ $labels.cluster }}/{{$labels.namespace}}'}\n"

    (group,) = exported(rules_in(tmp_path, text), lisbon(tmp_path)).groups

    assert group.rules[0].labels == (("cluster", "lisbon"), ("severity", "ticket"))
    assert dict(group.rules[0].annotations) == {"summary": "Down: lisbon/{{$labels.namespace}}"}


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    text = rule("sum(up) > 5", name="All") + "      - {alert: Kept, expr: crosshub_people > 1}\n"
    text += "  - {name: late, query_offset: 1m, rules: [{alert: Late, expr: up == 0}]}\n"
    mute = "alerts: {Kept: {mute_until: 2027-01-15, reason: exams}}"

    left_out = exported(rules_in(tmp_path, text), lisbon(tmp_path, mute)).left_out

    assert left_out == (
        "Kept: muted for lisbon/prod until 2027-01-15 00:00 UTC; make a silence of it",
        "All: compares or adds up several clusters, which one alone cannot",
        "Kept: asks for what Crosshub keeps, which no cluster has",
        "group late: its query_offset, which Prometheus knows from 2.53 on only",
    )


def test_a_hub_has_its_own_threshold_in_the_clusters_prometheus_too(tmp_path: Path) -> None:
    groups = exported(rules_in(tmp_path, SLOW), lisbon(tmp_path, QUIET)).groups
    (tmp_path / "rules.yml").write_text(rule_file(groups))
    series = {f'seconds{{namespace="{hub}"}}': f"{value}x5" for hub, value in
              {"prod": 400, "other": 400, "quick": 200}.items()}  # fmt: skip
    series |= {f'calm{{namespace="{hub}"}}': "0x5" for hub in ("prod", "other", "quick")}
    alerts = [{"exp_labels": {"cluster": "lisbon", "namespace": "other", "severity": "ticket"}}]

    done = _promtool_test(tmp_path, series, alerts)
    later = _promtool_test(tmp_path, series | {'seconds{namespace="prod"}': "700x5"}, [
        *alerts, {"exp_labels": {"cluster": "lisbon", "namespace": "prod", "severity": "ticket"}}])  # fmt: skip

    assert (done, later) == ("", "")


def test_two_groups_of_one_name_are_told_apart(tmp_path: Path) -> None:
    groups = rules_in(tmp_path, rule("up == 0")) + rules_in(tmp_path, rule("up == 1"), "other.yaml")

    told = exported(groups, lisbon(tmp_path)).groups

    assert [group.name for group in told] == ["own.yaml own", "other.yaml own"]


def test_alertmanager_accepts_the_example_and_routes_as_we_do(tmp_path: Path) -> None:
    written = alertmanager_config(load(EXAMPLE))
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml_text(written.content))

    ran = subprocess.run(["amtool", "check-config", str(file)], capture_output=True, text=True, check=False)
    routes = [_routed(file, labels) for labels in ("severity=page", "kind=access", "severity=page kind=access", "a=b")]

    assert (ran.returncode, ran.stderr) == (0, "")
    assert routes == ["pager and oncall", "oncall and audit", "pager and oncall", "oncall"]
    assert [words.partition(":")[0] for words in written.left_out] == [
        "receiver audit", "receiver am", "community lisbon", "maintenance power works", "secrets"]  # fmt: skip


def test_every_kind_of_receiver_is_one_that_alertmanager_reads(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("receivers: [oncall], group_by", "receivers: [oncall-bot, ops-mail], group_by")
    text = text.replace("send_resolved: true", "send_resolved: false").replace('username: "", password_file: ""',
        "username: me, password_env: SMTP_PASSWORD")  # fmt: skip
    file = tmp_path / "alertmanager.yml"

    content = alertmanager_config(load(write(tmp_path, text))).content
    file.write_text(yaml_text(content))
    ran = subprocess.run(["amtool", "check-config", str(file)], capture_output=True, text=True, check=False)

    receiver = next(
        each for each in content["receivers"] if each["name"] == "oncall-bot and ops-mail, not when resolved"
    )
    assert ran.returncode == 0, ran.stderr
    assert receiver["email_configs"] == [{"to": "ops@example.org", "send_resolved": False}]
    assert receiver["slack_configs"][0]["http_config"] == {"authorization": {"credentials_file": "secrets/bot.token"}}
    assert content["global"]["smtp_auth_password_file"] == "SMTP_PASSWORD"


def test_what_a_route_without_receivers_takes_goes_to_nobody(tmp_path: Path) -> None:
    receivers = "receivers: [{name: ops, webhook: {url: http://a}}]\n"
    routes = "routes: [{match: ['severity=\"info\"'], receivers: []}, {receivers: [ops]}]\n"
    file = tmp_path / "alertmanager.yml"

    file.write_text(yaml_text(alertmanager_config(load(write(tmp_path, LISBON + receivers + routes))).content))

    assert [_routed(file, labels) for labels in ("severity=info", "severity=page")] == ["nobody", "ops"]


def test_without_routes_everything_goes_to_nobody_and_that_is_said(tmp_path: Path) -> None:
    written = alertmanager_config(load(write(tmp_path, LISBON)))

    assert written.content == {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
    assert written.left_out == ("routes: there are none, so everything goes to nobody",)


def _promtool_test(folder: Path, series: dict[str, str], alerts: list[dict[str, dict[str, str]]]) -> str:
    """What promtool has against the alerts of SpawnSlow being these after three minutes."""
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{"eval_time": "3m", "alertname": "SpawnSlow", "exp_alerts": alerts}],
    }
    file = folder / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}))
    ran = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)
    return ran.stderr


def _routed(file: Path, labels: str) -> str:
    command = ["amtool", "config", "routes", "test", f"--config.file={file}", *labels.split()]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
