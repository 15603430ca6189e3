"""Charts before 0.10, which had words of their own under `auth`, and classes that Python chooses."""

from pathlib import Path

import pytest

from aggregator.audit.read_hub import Given
from tests.audit.looking import HUB_3, report_on, told, versions

CASES = [
    ("hub: {}", "Anybody may log in with any name, without a password."),
    ("auth: {dummy: {password: geo}}", "Anybody who knows the shared password may log in with any name."),
    ("auth: {type: github, admin: {users: [ana]}}", "Anybody with a GitHub account may log in."),
    ("auth: {type: github, whitelist: {users: [ana]}, admin: {users: [rui]}}", "1 named user and 1 admin may log in."),
    ("auth: {type: google, google: {hostedDomain: ulisboa.pt}}", "Anybody with a Google account at ulisboa.pt may log in."),
    ("auth: {type: custom, custom: {className: a.B}}", "Who may log in is not known: B is no authenticator that is known here."),
]  # fmt: skip


@pytest.mark.parametrize(("values", "sentence"), CASES)
def test_the_words_of_old_charts_are_understood(tmp_path: Path, values: str, sentence: str) -> None:
    report = report_on(tmp_path, values, given=Given(chart="0.9.0"))

    assert report.hubs[0].who == sentence
    assert not {each.kind for each in told(report)} & {"misplaced", "ignored-setting"}


@pytest.mark.parametrize(
    ("line", "authenticator", "sentence"),
    [
        ("c.JupyterHub.authenticator_class = 'github'", "GitHubOAuthenticator", "Anybody with a GitHub account may log in."),
        ("c.JupyterHub.authenticator_class = Own", "Own", "Who may log in is not known: Own is no authenticator that is known here."),
    ],
)  # fmt: skip
def test_a_class_that_only_python_chooses_is_taken_from_there(
    tmp_path: Path, line: str, authenticator: str, sentence: str
) -> None:
    values = f'hub: {{extraConfig: {{auth: "{line}"}}}}'

    report = report_on(tmp_path, values, given=versions(HUB_3))

    assert (report.hubs[0].authenticator, report.hubs[0].who) == (authenticator, sentence)


def test_what_the_values_choose_wins_over_python_that_refines_it(tmp_path: Path) -> None:
    values = "hub: {config: {JupyterHub: {authenticator_class: github}}, extraConfig: {auth: c.JupyterHub.authenticator_class = Own}}"

    report = report_on(tmp_path, values, given=versions(HUB_3))

    assert report.hubs[0].authenticator == "GitHubOAuthenticator"
    assert sorted((each.kind, str(each.severity)) for each in told(report)) == [("open", "critical"), ("unseen", "low")]
