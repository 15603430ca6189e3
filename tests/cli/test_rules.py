"""`crosshub rules`: what people see of their rules."""

import asyncio
import os
import subprocess
from pathlib import Path

import orjson
import pytest

from aggregator.rules.shipped import shipped_rules
from tests.cli.conftest import COMMAND
from tests.config.written import EXAMPLE
from tests.fakes.prometheus import fake_prometheus

TOLD = "receivers: [{name: oncall, email: {to: [a@example.org]}}]\nroutes: [{receivers: [oncall]}]\n"
CLUSTER = "clusters: [{name: lisbon, prometheus: {url: %s}}]\n"
OWN = """\
groups:
  - name: own
    query_offset: 1m
    rules:
      - alert: Quiet
        expr: sum by (cluster, namespace) (up) == 0
        labels: {severity: page}
"""
TEST = """\
rule_files:
- ../own.yaml
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'up{namespace="prod"}', values: 0x5}
    alert_rule_test:
      - eval_time: 2m
        alertname: Quiet
        exp_alerts: [{exp_labels: {namespace: prod, severity: %s}}]
"""


def rules(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`crosshub rules` in a folder with a crosshub.yaml."""
    around = {name: value for name, value in os.environ.items() if not name.startswith("CROSSHUB")}
    command = [COMMAND, "rules", *arguments]
    return subprocess.run(
        command, cwd=folder, env=around | environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a configuration, a rule and its test."""
    (tmp_path / "alerts" / "tests").mkdir(parents=True)
    (tmp_path / "alerts" / "own.yaml").write_text(OWN)
    (tmp_path / "alerts" / "tests" / "own.yaml").write_text(TEST % "page")
    (tmp_path / "crosshub.yaml").write_text(CLUSTER % "http://127.0.0.1:1" + TOLD + "rules: [alerts/*.yaml]\n")
    return tmp_path


def test_rules_without_a_fault_are_counted(own: Path) -> None:
    done = rules(own, "check")

    assert (done.returncode, done.stdout, done.stderr) == (0, "1 rule in 1 file: no faults\n", "")


def test_the_example_with_the_shipped_rules_has_no_fault(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("rules: [alerts/*.yaml]", f"rules: ['{shipped_rules()[0].parent}/*.yaml']")
    (tmp_path / "crosshub.yaml").write_text(text)

    done = rules(tmp_path, "check")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("files: no faults\n")


def test_each_fault_has_its_place_and_how_to_mend_it(own: Path) -> None:
    config = own / "crosshub.yaml"
    config.write_text(
        config.read_text().replace("routes: [", "routes: [{match: [alertname=Quite], receivers: [oncall]}, ")
    )
    (own / "alerts" / "own.yaml").write_text(OWN.replace("by (cluster, namespace)", "by (namespace)"))

    done = rules(own, "check")

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "FAULT    routes[0]   crosshub.yaml:3\n"
        '         matches no alert: no alert has alertname="Quite"; did you mean "Quiet"?\n'
        "         Mend: correct the matcher, or remove the entry.\n"
        "FAULT    Quiet   alerts/own.yaml:5\n"
        "         loses `cluster`: clusters are thrown together, and its alert cannot say where it is\n"
        "         Mend: add cluster to each `by (...)`: by (cluster, namespace).\n"
        "1 rule in 1 file: 2 faults\n"
    )


def test_what_promtool_refuses_is_a_fault(own: Path) -> None:
    (own / "alerts" / "own.yaml").write_text(OWN + "        annotations: {summary: '{{ $labels.cluster }'}\n")

    done = rules(own, "check")

    assert done.returncode == 1
    assert "promtool: own.yaml: " in done.stdout
    assert done.stdout.endswith("1 rule in 1 file: 2 faults\n")


def test_without_promtool_its_checks_are_left_out_and_that_is_said(own: Path) -> None:
    done, test = rules(own, "check", PATH="/nowhere"), rules(own, "test", PATH="/nowhere")

    assert (done.returncode, test.returncode) == (0, 1)
    assert done.stdout.startswith("promtool is not installed, so its checks were left out")
    assert test.stderr == "promtool is not installed; Debian's package prometheus has it\n"


def test_rule_files_that_cannot_be_read_end_with_their_faults(own: Path) -> None:
    (own / "alerts" / "own.yaml").write_text(OWN.replace("expr:", "exprr:"))

    done = rules(own, "check")

    assert (done.returncode, done.stdout) == (2, "")
    assert 'line 6  groups[0].rules[0]: unknown key "exprr"; did you mean "expr"?' in done.stderr


def test_findings_that_are_mended_alike_say_so_once(own: Path) -> None:
    more = "".join(f"      - alert: {name}\n        expr: up == {n}\n" for n, name in enumerate(("Loud", "Shrill")))
    loses = "      - alert: Lost\n        expr: sum(up)\n        labels: {severity: page}\n"
    (own / "alerts" / "own.yaml").write_text(OWN + more + loses)

    done = rules(own, "check")

    assert done.stdout.splitlines()[3:] == [
        "WARNING  Loud   alerts/own.yaml:8",
        "         has no severity, so routes that look at it pass it by",
        "WARNING  Shrill   alerts/own.yaml:10",
        "         has no severity, so routes that look at it pass it by",
        "         Mend all 2: add the label severity: page, ticket or info.",
        "4 rules in 1 file: 1 fault, 2 warnings",
    ]


def test_clusters_are_asked_for_the_metrics_that_rules_name(own: Path) -> None:
    (own / "alerts" / "own.yaml").write_text(OWN.replace("(up) == 0", "(up) == 0 or sum by (cluster) (gone_total) > 1"))

    async def checked() -> subprocess.CompletedProcess[str]:
        body = orjson.dumps({"status": "success", "data": ["up"]})
        async with fake_prometheus(answers={"/api/v1/label/__name__/values": body}) as server:
            config = own / "crosshub.yaml"
            config.write_text(config.read_text().replace("http://127.0.0.1:1", server.url))
            return await asyncio.to_thread(rules, own, "check", "--connect")

    done = asyncio.run(checked())

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "WARNING  Quiet   alerts/own.yaml:5\n"
        "         asks for what no cluster has: gone_total\n"
        "         Mend: install what tells it, or leave it: a rule without its metric is never true.\n"
        "1 rule in 1 file: 1 warning\n"
    )


def test_clusters_that_are_silent_are_no_proof_that_a_metric_is_missing(own: Path) -> None:
    done = rules(own, "check", "--connect")

    assert done.returncode == 1
    assert 'cluster "lisbon"' in done.stderr
    assert "no cluster" not in done.stdout


def test_tests_are_those_beside_the_rules_also_where_promtool_knows_no_query_offset(own: Path) -> None:
    passed = rules(own, "test")
    (own / "alerts" / "tests" / "own.yaml").write_text(TEST % "ticket")
    failed = rules(own, "test")

    assert (passed.returncode, passed.stdout) == (0, "own.yaml  ok     1 test\nAll pass.\n")
    assert failed.returncode == 1
    assert failed.stdout.startswith("own.yaml  FAILS  1 test\n      FAILED:\n")
    assert failed.stdout.endswith("1 of 1 files fail.\n")


def test_named_files_are_tested_without_a_configuration(own: Path) -> None:
    (own / "crosshub.yaml").unlink()

    done, none = rules(own, "test", "alerts/tests/own.yaml"), rules(own, "test", "gone.yaml")

    assert (done.returncode, done.stdout) == (0, "own.yaml  ok     1 test\nAll pass.\n")
    assert (none.returncode, none.stdout.splitlines()[0]) == (1, "gone.yaml  FAILS  0 tests")


def test_what_is_exported_is_accepted_by_promtool_and_amtool(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("rules: [alerts/*.yaml]", "")
    (tmp_path / "crosshub.yaml").write_text(text)

    done = rules(tmp_path, "export", "out/here")
    out = tmp_path / "out" / "here"
    promtool = subprocess.run(
        ["promtool", "check", "rules", out / "lisbon.rules.yml"], capture_output=True, check=False
    )
    amtool = subprocess.run(["amtool", "check-config", out / "alertmanager.yml"], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "wrote out/here/alertmanager.yml\nwrote out/here/lisbon.rules.yml\nNot in these files:\n"
    )
    assert (
        "lisbon: ServersNeverStop: muted for lisbon/prod until 2027-01-15 00:00 UTC; make a silence of it"
        in done.stdout
    )
    assert (promtool.returncode, amtool.returncode) == (0, 0)


def test_a_folder_that_cannot_be_written_is_an_error(own: Path) -> None:
    done = rules(own, "export", "crosshub.yaml/out")

    assert (done.returncode, done.stderr) == (1, "crosshub.yaml/out: Not a directory\n")
