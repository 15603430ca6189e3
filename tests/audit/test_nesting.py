"""The same hub by whatever path its values stand, in one file or in several."""

from pathlib import Path

import pytest

from tests.audit.looking import HUB_3, HUB_5, report_on, told, versions

OPEN = "Anybody with a GitHub account may log in."
HUB = "{hub: {config: {JupyterHub: {authenticator_class: github}, Authenticator: {admin_users: [ana]}}}}"


@pytest.mark.parametrize(
    "nesting", ["%s", "{jupyterhub: %s}", "{basehub: {jupyterhub: %s}}", "{binderhub: {jupyterhub: %s}}"]
)
def test_a_hub_is_read_wherever_its_chart_stands(tmp_path: Path, nesting: str) -> None:
    report = report_on(tmp_path, nesting % HUB, given=versions(HUB_3))

    assert report.hubs[0].who == OPEN
    assert [str(each.severity) for each in told(report)] == ["critical"]


GITHUB = "hub: {config: {JupyterHub: {authenticator_class: github}}}"
LIST = "hub: {config: {Authenticator: {allowed_users: [ana, rui]}}}"
ORDERS = [
    # A later file adds, replaces, empties, deletes.
    ((GITHUB, LIST), "2 named users may log in."),
    ((LIST, GITHUB), "2 named users may log in."),
    ((GITHUB, LIST, "hub: {config: {Authenticator: {allowed_users: [eva]}}}"), "1 named user may log in."),
    ((GITHUB, LIST, "hub: {config: {Authenticator: {allowed_users: []}}}"), OPEN),
    ((GITHUB, "hub: {config: {Authenticator: {allowed_users: []}}}", LIST), "2 named users may log in."),
    ((GITHUB, LIST, "hub: {config: {Authenticator: {allowed_users: null}}}"), OPEN),
    ((GITHUB, LIST, "hub: {config: {Authenticator: null}}"), OPEN),
    ((LIST, "hub: {config: null}", GITHUB), OPEN),
    ((LIST, "hub: {config: {JupyterHub: {authenticator_class: dummy}}}"), "Anybody may log in as one of 2 named users, without a password."),
    ((LIST, GITHUB, "hub: {config: {JupyterHub: {authenticator_class: null}}}"), "2 named users may log in."),
    # A null takes away the chart's own class too, and leaves that of JupyterHub.
    (("hub: {config: {JupyterHub: {authenticator_class: null}}}",), "Anybody with an account on the hub's machine may log in."),
    ((GITHUB, LIST, "hub: {config: {JupyterHub: {authenticator_class: google}}}"), "2 named users may log in."),
    ((GITHUB, "# nothing\n", "hub: {}"), OPEN),
    # The setting of the class itself wins over that of the classes above, whatever the order.
    ((GITHUB, "hub: {config: {GitHubOAuthenticator: {allowed_users: [eva]}}}", LIST), "1 named user may log in."),
]  # fmt: skip


@pytest.mark.parametrize(("files", "sentence"), ORDERS)
def test_several_files_are_read_as_helm_merges_them(tmp_path: Path, files: tuple[str, ...], sentence: str) -> None:
    report = report_on(tmp_path, *files, given=versions(HUB_3))

    assert report.hubs[0].who == sentence


def test_a_finding_is_where_the_last_file_says_it(tmp_path: Path) -> None:
    lower = "hub:\n  config:\n    Authenticator:\n      allow_all: false\n"
    upper = "\n\nhub:\n  config:\n    Authenticator:\n      allow_all: true\n"

    report = report_on(tmp_path, GITHUB, lower, upper, given=versions(HUB_5))

    (found,) = told(report)
    assert (Path(found.at.file).name, found.at.line) == ("2.yaml", 6)


def test_a_finding_about_what_an_alias_brings_is_where_the_anchor_stands(tmp_path: Path) -> None:
    values = (
        "rules: &rules\n  Authenticator:\n    admin_users: [ana]\n  JupyterHub: {authenticator_class: github}\n"
        "hub:\n  config: *rules\n"
    )

    (found,) = told(report_on(tmp_path, values, given=versions(HUB_3)))

    assert found.at.line == 3


def test_merge_keys_are_followed(tmp_path: Path) -> None:
    values = (
        "common: &common {admin_users: [ana]}\nhub:\n  config:\n    JupyterHub: {authenticator_class: github}\n"
        "    Authenticator:\n      <<: *common\n      allowed_users: [rui]\n"
    )

    report = report_on(tmp_path, values, given=versions(HUB_3))

    assert report.hubs[0].who == "1 named user and 1 admin may log in."
