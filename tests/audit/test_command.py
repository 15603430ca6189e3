"""`crosshub access audit`: what people and programs get of it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aggregator.audit.machine_formats import KINDS

FIXTURES = Path(__file__).with_name("fixtures")
OPEN = "hub:\n  config:\n    JupyterHub:\n      authenticator_class: github\n    Authenticator:\n      admin_users: [ana]\n"
SHARED = "hub: {config: {DummyAuthenticator: {password: geo}}}\n"
CLOSED = "hub: {config: {JupyterHub: {authenticator_class: github}, Authenticator: {allowed_users: [ana]}}}\n"
CONFIG = """\
clusters:
  - name: lisbon
    prometheus: {url: http://lisbon.example.org}
    hubs:
      - name: prod
        access: {policy: %s, identities: [ana], owner: ana@ulisboa.pt}
"""
RUN = "from aggregator.cli.main import main; main()"


def crosshub(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-c", RUN, "access", "audit", *arguments]
    root = str(Path(__file__).parents[2])
    return subprocess.run(asked, cwd=folder, env={"PYTHONPATH": root}, capture_output=True, text=True, check=False)


def written(folder: Path, text: str, name: str = "values.yaml") -> str:
    (folder / name).write_text(text)
    return name


def test_people_read_what_is_wrong_why_where_and_what_to_do(tmp_path: Path) -> None:
    done = crosshub(
        tmp_path,
        written(tmp_path, OPEN),
        "--hub",
        "lisbon/prod",
        "--jupyterhub-version",
        "4.1",
        "--oauthenticator-version",
        "15",
    )

    assert done.stdout == (
        "lisbon/prod   ANYBODY WITH A GITHUB ACCOUNT MAY LOG IN                        critical\n"
        "  GitHubOAuthenticator, JupyterHub 4.1, OAuthenticator 15: admin_users is set,\n"
        "  allowed_users is not; before JupyterHub 5 an empty list admits everybody.\n"
        "  values.yaml:6   policy: none declared\n"
        "  Mend: set Authenticator.allowed_users, or declare `policy: open` with an owner.\n"
        "\n"
        "hubs (1)\n"
        "  lisbon/prod  FAILS  Anybody with a GitHub account may log in. (no access policy declared)\n"
        "2 findings: 1 critical, 1 low\n"
    )
    assert done.returncode == 1


def test_programs_get_exactly_hubs_and_findings(tmp_path: Path) -> None:
    done = crosshub(
        tmp_path, written(tmp_path, OPEN), "--hub", "lisbon/prod", "--chart-version", "2.0.0", "--format", "json"
    )

    assert json.loads(done.stdout) == {
        "hubs": [
            {
                "cluster": "lisbon",
                "hub": "prod",
                "authenticator": "GitHubOAuthenticator",
                "versions": {"chart": "2.0.0", "jupyterhub": "3.0.0", "oauthenticator": "15.1.0"},
                "who": "Anybody with a GitHub account may log in.",
                "policy": None,
            }
        ],
        "findings": [
            {
                "cluster": "lisbon",
                "hub": "prod",
                "kind": "open",
                "severity": "critical",
                "sentence": "Anybody with a GitHub account may log in. GitHubOAuthenticator, JupyterHub 3.0.0, "
                "OAuthenticator 15.1.0: admin_users is set, allowed_users is not; before JupyterHub 5 an empty list "
                "admits everybody.",
                "file": "values.yaml",
                "line": 6,
                "mend": "set Authenticator.allowed_users, or declare `policy: open` with an owner",
            },
            {
                "cluster": "lisbon",
                "hub": "prod",
                "kind": "no-policy",
                "severity": "low",
                "sentence": "No access policy is declared for this hub.",
                "file": "values.yaml",
                "line": 0,
                "mend": "declare who is meant to log in, under `access` in crosshub.yaml",
            },
        ],
    }


def test_code_hosts_get_sarif_with_a_rule_a_kind_and_a_place_a_finding() -> None:
    done = crosshub(FIXTURES, "today", "--format", "sarif")

    log: dict[str, Any] = json.loads(done.stdout)
    (run,) = log["runs"]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    assert [rules[result["ruleIndex"]]["id"] for result in results] == [result["ruleId"] for result in results]
    assert {result["level"] for result in results} == {"error", "warning", "note"}
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert all(place["artifactLocation"]["uri"].startswith("today/config/clusters/") for place in places)
    # A finding about a whole file has no region, since lines begin with 1.
    assert all(place.get("region", {"startLine": 1})["startLine"] >= 1 for place in places)
    assert len({result["partialFingerprints"]["crosshub/v1"] for result in results}) == len(results)


@pytest.mark.parametrize(
    ("values", "fail_on", "code"),
    [
        (OPEN, "critical", 1),
        (OPEN, "high", 1),
        (SHARED, "high", 0),
        (SHARED, "medium", 1),
        (CLOSED, "medium", 0),
        (CLOSED, "low", 1),
    ],
)
def test_it_ends_with_1_on_a_finding_as_bad_as_asked_or_worse(
    tmp_path: Path, values: str, fail_on: str, code: int
) -> None:
    done = crosshub(tmp_path, written(tmp_path, values), "--chart-version", "2.0.0", "--fail-on", fail_on)

    assert done.returncode == code


@pytest.mark.parametrize(("policy", "code", "state"), [("closed", 0, "ok"), ("open", 0, "ok")])
def test_the_policy_of_a_configuration_is_what_hubs_are_judged_by(
    tmp_path: Path, policy: str, code: int, state: str
) -> None:
    config = written(tmp_path, CONFIG % policy, "crosshub.yaml")

    done = crosshub(tmp_path, written(tmp_path, CLOSED), "--hub", "lisbon/prod", "--config", config, "--fail-on", "low")

    assert done.stdout == (
        f"hubs (1)\n  lisbon/prod  {state}     1 named user may log in. (policy {policy} (ana))\nno findings\n"
    )
    assert done.returncode == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.yaml"], "nowhere.yaml: no such file or folder"),
        (["values.yaml", "--hub", "prod"], "--hub: 'prod' is not of the form lisbon/prod"),
        (["values.yaml", "--jupyterhub-version", "new"], "--jupyterhub-version: 'new' is not a version"),
        (["values.yaml", "--config", "lost.yaml"], "lost.yaml: no such file"),
        (["broken.yaml"], "broken.yaml:1: is not YAML"),
        (["values.yaml", "."], ".: a folder is audited by itself"),
        (["values.yaml", "--fail-on", "never"], "never"),
    ],
)
def test_it_ends_with_2_when_it_could_not_run(tmp_path: Path, arguments: list[str], words: str) -> None:
    written(tmp_path, CLOSED)
    written(tmp_path, "hub: [", "broken.yaml")

    done = crosshub(tmp_path, *arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_every_kind_of_finding_has_words_for_code_hosts() -> None:
    folder = Path(__file__).parents[2] / "aggregator/audit"
    text = "".join((folder / name).read_text() for name in ("audit.py", "mistakes.py", "policies.py"))

    used = set(re.findall(r'(?:Verdict|_ignored)\(\s*"([a-z-]+)"', text))
    assert used == set(KINDS)


def test_no_password_of_a_values_file_is_printed(tmp_path: Path) -> None:
    values = (
        "hub: {config: {JupyterHub: {authenticator_class: shared-password}, Authenticator: {allow_all: true, pasword: hush1}, "
        "SharedPasswordAuthenticator: {user_password: hush2, manage_groups: true, password_groups: {hush3: [geo]}, "
        "Authenticator: {password: hush4}}, GitHubOAuthenticator: {client_secret: hush5, allowed_users: [ana]}}}"
    )

    written(tmp_path, values)

    printed = [crosshub(tmp_path, "values.yaml", "--format", form).stdout for form in ("table", "json", "sarif")]
    assert all("Anybody who knows the shared password may log in" in text for text in printed)
    assert not any("hush" in text for text in printed)
