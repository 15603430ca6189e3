"""Trees of many hubs, as 2i2c has them today and had them in 2021, and a chart of one's own."""

from pathlib import Path

import pytest

from aggregator.audit.audit import audit
from aggregator.audit.findings import Report
from aggregator.audit.layouts import deployments_in
from aggregator.audit.read_hub import Given
from aggregator.errors import BadConfig
from tests.audit.looking import NOON

FIXTURES = Path(__file__).with_name("fixtures")


def audited(*path: str) -> Report:
    return audit(deployments_in([FIXTURES.joinpath(*path)]), {}, Given(), NOON)


def said(report: Report) -> dict[str, str]:
    return {f"{hub.cluster}/{hub.hub}": hub.who for hub in report.hubs}


def found(report: Report, hub: str) -> set[tuple[str, str, str]]:
    """Kind, severity and place of what is wrong with a hub, beside the missing policy."""
    return {
        (each.kind, str(each.severity), f"{Path(each.at.file).name}:{each.at.line}")
        for each in report.findings
        if each.hub == hub and each.kind != "no-policy"
    }


def test_who_may_log_in_is_known_for_every_hub_of_a_tree_of_today() -> None:
    report = audited("today")

    assert said(report) == {
        "lisbon/staging": "Anybody of idp.lisbon.example.org or with a GitHub account may log in.",
        "lisbon/prod": "Anybody of idp.lisbon.example.org and 1 admin may log in.",
        "lisbon/workshop": "Anybody who knows the shared password may log in with any name.",
        "lisbon/old": "Anybody with a GitHub account may log in.",
        "oslo/prod": "Members of the GitHub organisation fjord:hub-users may log in.",
    }
    assert {hub.versions.chart for hub in report.hubs if hub.hub != "old"} == {"4.3.5"}


def test_what_is_wrong_in_a_tree_of_today_is_told_with_file_and_line() -> None:
    report = audited("today")

    assert found(report, "staging") == {
        ("open", "critical", "staging.values.yaml:6"),
        ("unseen", "low", "enc-staging.secret.values.yaml:0"),
    }
    assert found(report, "workshop") == {
        ("open", "medium", "workshop.values.yaml:8"),
        ("unseen", "low", "enc-staging.secret.values.yaml:0"),
    }
    assert found(report, "old") == {
        ("open", "critical", "old.values.yaml:5"),
        ("misplaced", "medium", "old.values.yaml:7"),
        ("unseen", "low", "more.values.jsonnet:0"),
    }


def test_files_that_were_not_seen_are_named_with_the_reason() -> None:
    report = audited("today")

    unseen = {Path(each.at.file).name: each.head for each in report.findings if each.kind == "unseen"}
    folder = FIXTURES / "today/config/clusters"
    assert set(unseen.values()) == {
        f"{folder}/lisbon/enc-staging.secret.values.yaml is encrypted; what it sets was not seen.",
        f"{folder}/lisbon/more.values.jsonnet is a Jsonnet program; what it sets was not seen.",
        f"{folder}/oslo/lost.values.yaml is not there; what it sets was not seen.",
    }


def test_the_incident_is_critical_in_the_tree_of_2021() -> None:
    report = audited("of_2021")

    assert said(report)["lisbon/staging"] == "Anybody with a GitHub account may log in."
    assert said(report)["lisbon/prod"] == "Anybody with a GitHub account may log in."
    # Both hubs get their settings by an anchor, so both findings are where that stands.
    assert ("open", "critical", "lisbon.cluster.yaml:17") in found(report, "staging")
    assert ("open", "critical", "lisbon.cluster.yaml:17") in found(report, "prod")


def test_other_hubs_of_2021_are_told_by_their_connection_to_auth0() -> None:
    report = audited("of_2021")

    assert said(report)["lisbon/listed"] == "2 named users may log in."
    assert said(report)["lisbon/anybody"] == "Anybody with an account that anybody may make at Auth0 may log in."
    assert said(report)["lisbon/without-auth0"] == "Anybody who knows the shared password may log in with any name."
    assert {hub.versions.chart for hub in report.hubs} == {"1.1.0"}


def test_the_same_hubs_are_found_from_the_root_a_folder_and_a_single_file() -> None:
    whole = said(audited("today"))
    of_lisbon = {hub: who for hub, who in whole.items() if hub.startswith("lisbon/")}

    assert said(audited("today", "config")) == whole
    assert said(audited("today", "config", "clusters", "lisbon")) == of_lisbon
    assert said(audited("today", "config", "clusters", "lisbon", "cluster.yaml")) == of_lisbon


def test_a_chart_of_ones_own_says_where_its_hub_is_read_and_in_which_version() -> None:
    report = audited("own_chart")

    assert report.hubs[0].versions.as_json() == {"chart": "3.3.8", "jupyterhub": "4.1.6", "oauthenticator": "16.3.1"}
    assert said(report) == {"/own_chart": "Anybody with a GitHub account may log in."}
    assert found(report, "own_chart") == {
        ("open", "critical", "values.yaml:5"),
        ("misplaced", "medium", "values.yaml:8"),
    }


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no hubs are deployed from here"),
        ({"cluster.yaml": "hubs: ["}, "cluster.yaml:1: is not YAML"),
        ({"cluster.yaml": "- a"}, "cluster.yaml:1: a mapping is wanted"),
        ({"Chart.yaml": "a: b", "values.yaml": "hub: {config: {a: *b}}"}, "values.yaml:1: is not YAML"),
    ],
)
def test_what_cannot_be_audited_is_said_with_file_and_line(tmp_path: Path, files: dict[str, str], words: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    with pytest.raises(BadConfig) as bad:
        deployments_in([tmp_path])

    assert words in str(bad.value)
