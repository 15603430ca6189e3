"""The rules that come with Crosshub: promtool's own checks and tests, and that nothing is told of them that is not so."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from aggregator.access.kinds import KINDS
from aggregator.cli.main import cli
from aggregator.planning.places import Place, places
from aggregator.promql.parse import parse
from aggregator.promql.print import number
from aggregator.rules.files import rules_of
from aggregator.rules.kept_labels import labels_kept
from aggregator.rules.known_alerts import SEVERITIES
from aggregator.rules.lint import findings
from aggregator.rules.shipped import shipped_rules, shipped_runbooks
from aggregator.rules.thresholds import threshold_in
from aggregator.rules.values import Rule
from aggregator.rules.verdicts import NAMES
from tests.rules.written import checked

DOCS = Path(__file__).parents[2] / "docs"
TESTS = sorted((shipped_rules()[0].parent / "tests").glob("*.yaml"))
ALL_TESTS = [test for file in TESTS for test in yaml.safe_load(file.read_text())["tests"]]
RULES = [rule for group in rules_of(None) for rule in group.rules]
PAGES = sorted(shipped_runbooks().glob("*.md"))
LINK = re.compile(r"\]\((\w+)\.md\)")

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=120)


def test_promtool_accepts_the_rules_and_their_tests_pass() -> None:
    check = promtool("check", "rules", *map(str, shipped_rules()))
    tests = promtool("test", "rules", *map(str, TESTS))

    assert (check.returncode, check.stderr) == (0, "")
    assert (tests.returncode, tests.stderr, tests.stdout.count("SUCCESS")) == (0, "", len(TESTS))


@each_rule
def test_each_rule_fires_in_a_test_for_some_of_the_hubs_and_not_for_others(rule: Rule) -> None:
    fires = [(len(told), _places_in(test)) for test in _tests_of(rule) for told in _told(test, rule)]

    assert fires
    assert any(told < there for told, there in fires) or any(rule.name not in str(test) for test in _tests_beside(rule))


@each_rule
def test_each_rule_says_what_to_do_and_about_which_hub(rule: Rule) -> None:
    annotations = dict(rule.annotations)
    keeps = [label for label in ("cluster", "namespace", "node") if labels_kept(parse(rule.expr)).may_have(label)]

    assert dict(rule.labels)["severity"] in SEVERITIES
    assert set(annotations) == {"summary", "description"}
    assert re.findall(r"\$labels\.(\w+)", annotations["summary"]) == keeps
    assert not annotations["summary"].endswith(".")
    assert annotations["description"].endswith((".", '"'))


@each_rule
def test_each_rule_is_computed_in_the_clusters(rule: Rule) -> None:
    tree = parse(rule.expr)

    assert places(tree, lambda _: False)[id(tree)] is Place.CLUSTERS


def test_our_own_check_finds_nothing(tmp_path: Path) -> None:
    config = "receivers: [{name: a, email: {to: [a@example.org]}}]\nroutes: [{receivers: [a]}]\n"
    groups = [group for file in shipped_rules() for group in yaml.safe_load(file.read_text())["groups"]]

    found = findings(checked(tmp_path, yaml.safe_dump({"groups": groups}), config))

    assert found == ()


def test_the_table_in_the_documentation_is_that_of_the_rules() -> None:
    row = re.compile(r"^\| \[(\w+)\]\(runbooks/\1\.md\) \| (\w+) \| (?:(\S+) [^|]+)?\| [^|]+ \|$", re.MULTILINE)
    written = {name: (severity, threshold) for name, severity, threshold in row.findall(_document("alerts.md"))}

    assert written == {rule.name: (dict(rule.labels)["severity"], _threshold(rule)) for rule in RULES}


def test_every_alert_has_a_runbook_and_every_link_in_one_a_page() -> None:
    names = {page.stem for page in PAGES}
    linked = {name for page in PAGES for name in LINK.findall(page.read_text())}

    assert names == {rule.name for rule in RULES} | {*NAMES, *KINDS, "CloseAHub"}
    assert linked <= names
    assert all(page.read_text().startswith(f"# {page.stem}\n") for page in PAGES)


def test_what_runbooks_say_to_ask_is_promql() -> None:
    blocks = [block for page in PAGES for block in re.findall(r"```promql\n(.*?)```", page.read_text(), re.DOTALL)]
    questions = [line for block in blocks for line in block.splitlines()]

    assert len(questions) > len(RULES)
    assert all(parse(question) for question in questions)


def test_what_runbooks_say_to_run_is_a_command() -> None:
    blocks = [block for page in PAGES for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)]
    commands = [line for block in blocks for line in block.splitlines() if line.startswith("crosshub ")]

    assert len(commands) > len(KINDS)
    assert all(map(_is_command, commands))


def test_every_runbook_of_a_finding_says_how_to_look_what_to_do_and_how_to_say_that_it_is_meant() -> None:
    pages = {page.stem: page.read_text() for page in PAGES if page.stem in KINDS}
    parts = ["What it means", "Look", "Do", "When it is meant", "What it is not"]

    assert all(re.findall(r"^## (.+)$", text, re.MULTILINE) == parts for text in pages.values())
    assert all("crosshub access status --hub lisbon/prod" in text for text in pages.values())
    assert all("CloseAHub.md" in text for name, text in pages.items() if KINDS[name].severity == "critical")


def _is_command(line: str) -> bool:
    """Whether what a line of a runbook would run exists and takes these options; nothing is run but its help."""
    return CliRunner().invoke(cli, [*shlex.split(line, comments=True)[1:], "--help"]).exit_code == 0


def _document(name: str) -> str:
    """From the shipped rules on: outages have a table of their own before."""
    return (DOCS / name).read_text(encoding="utf-8").partition("| threshold |")[2]


def _threshold(rule: Rule) -> str:
    threshold = threshold_in(parse(rule.expr))
    return "" if threshold is None else number(threshold)


def _tests_of(rule: Rule) -> list[dict[str, Any]]:
    return [test for test in ALL_TESTS if rule.name in str(test)]


def _tests_beside(rule: Rule) -> list[dict[str, Any]]:
    """All tests of the metric that the rule looks at first."""
    metric = re.findall(r"\b[a-z_]+(?=\{)", rule.expr)[0]
    return [test for test in ALL_TESTS if metric in str(test["input_series"])]


def _told(test: dict[str, Any], rule: Rule) -> list[list[str]]:
    """For each moment of a test at which the rule fires, the label sets of its alerts."""
    moments = [*test.get("promql_expr_test", ()), *test.get("alert_rule_test", ())]
    samples = [each.get("exp_samples") or each.get("exp_alerts") or () for each in moments]
    named = [[str(each) for each in some if rule.name in str(each) or "exp_labels" in each] for some in samples]
    return [some for some in named if some]


def _places_in(test: dict[str, Any]) -> int:
    """How many hubs, clusters or nodes the series of a test are of."""
    where = re.compile(r'(?:cluster|namespace|node)="(\w+)"')
    return len({tuple(where.findall(each["series"])) for each in test["input_series"]})
