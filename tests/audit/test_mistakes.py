"""Settings that nothing reads: each mistake with the sentence, the severity and the line, written by hand."""

from pathlib import Path

import pytest

from tests.audit.looking import HUB_1, HUB_3, HUB_4, HUB_5, INCIDENT, OLDEST, report_on, told, versions

CASES = [
    # Misplaced: inside another section, in none, in that of the application, beside hub.config.
    (
        ("hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    GitHubOAuthenticator:\n"
         "      allowed_organizations: [geo]\n      Authenticator:\n        admin_users: [ana]\n"),
        HUB_5, "misplaced", "medium", 6,
        "Authenticator stands inside GitHubOAuthenticator, where nothing reads it. It sets admin_users.",
    ),
    (
        ("hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator:\n      GitHubOAuthenticator:\n"
         "        allowed_organizations: [geo]\n"),
        HUB_3, "misplaced", "high", 5,
        "GitHubOAuthenticator stands inside Authenticator, where nothing reads it. It sets allowed_organizations.",
    ),
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    allowed_users: [ana]\n",
        INCIDENT, "misplaced", "high", 4,
        "allowed_users stands directly under hub.config, where nothing reads it.",
    ),
    (
        "hub:\n  config:\n    JupyterHub:\n      authenticator_class: github\n      allowed_users: [ana]\n",
        HUB_1, "misplaced", "high", 5,
        "JupyterHub.allowed_users is a setting of Authenticator, and JupyterHub ignores it.",
    ),
    (
        "hub:\n  Authenticator:\n    allowed_users: [ana]\n  config:\n    JupyterHub: {authenticator_class: github}\n",
        HUB_3, "misplaced", "high", 2,
        "hub.Authenticator is not read; this chart looks at hub.config. It sets allowed_users.",
    ),
    (
        "config:\n  Authenticator: {allowed_users: [ana]}\nhub:\n  config:\n    JupyterHub: {authenticator_class: github}\n",
        HUB_5, "misplaced", "medium", 1,
        "config is not read; this chart looks at hub.config. It sets allowed_users.",
    ),
    (
        ("jupyterhub:\n  hub:\n    config:\n      JupyterHub: {authenticator_class: github}\n"
         "hub:\n  config:\n    Authenticator: {allowed_users: [ana]}\n"),
        HUB_3, "misplaced", "high", 6,
        "hub.config is not read; this chart looks at jupyterhub.hub.config. It sets allowed_users.",
    ),
    (
        "auth:\n  whitelist: {users: [ana]}\nhub:\n  config:\n    JupyterHub: {authenticator_class: github}\n",
        HUB_4, "misplaced", "medium", 1,
        "auth is read by charts before 0.10 only; this one does not start with it, or ignores it.",
    ),
    # Misspelt: a setting, a section, and what looks like nothing.
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator:\n      alowed_users: [ana]\n",
        HUB_3, "misspelt", "high", 5,
        'Authenticator.alowed_users is no setting of GitHubOAuthenticator, which ignores it; did you mean "allowed_users"?',
    ),
    (
        ("hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    GithubOAuthenticator:\n"
         "      allowed_organizations: [geo]\n"),
        INCIDENT, "misspelt", "high", 4,
        ("GithubOAuthenticator is no class, so its allowed_organizations is not read; "
         'did you mean "GitHubOAuthenticator"?'),
    ),
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator: {admin_user: [ana]}\n",
        HUB_5, "misspelt", "medium", 4,
        'Authenticator.admin_user is no setting of GitHubOAuthenticator, which ignores it; did you mean "admin_users"?',
    ),
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator: {colour: blue}\n",
        HUB_5, "misspelt", "low", 4,
        "Authenticator.colour is no setting of GitHubOAuthenticator, which ignores it.",
    ),
    # Of another version.
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator:\n      allowed_users: [ana]\n",
        OLDEST, "ignored-setting", "high", 5,
        "Authenticator.allowed_users is no setting of JupyterHub 1.1.0 with OAuthenticator 0.11.0, which ignores it.",
    ),
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: dummy}\n    Authenticator:\n      allow_all: false\n",
        HUB_4, "ignored-setting", "high", 5,
        "Authenticator.allow_all is no setting of JupyterHub 4.1.6 with OAuthenticator 16.3.1, which ignores it.",
    ),
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    OAuthenticator:\n      allowed_scopes: [geo]\n",
        HUB_3, "ignored-setting", "high", 5,
        "OAuthenticator.allowed_scopes is no setting of JupyterHub 3.0.0 with OAuthenticator 15.1.0, which ignores it.",
    ),
    # Of another class.
    (
        ("hub:\n  config:\n    JupyterHub: {authenticator_class: google}\n    GoogleOAuthenticator:\n"
         "      allowed_organizations: [geo]\n"),
        HUB_3, "ignored-setting", "high", 5,
        ("GoogleOAuthenticator.allowed_organizations is a setting of GitHubOAuthenticator, "
         "and GoogleOAuthenticator ignores it."),
    ),
    (
        ("hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    GoogleOAuthenticator:\n"
         "      hosted_domain: [ulisboa.pt]\n"),
        HUB_3, "unused-section", "medium", 4,
        "GoogleOAuthenticator is not the authenticator of this hub, so its hosted_domain is not read.",
    ),
    (
        "hub:\n  config:\n    GitHubOAuthenticator:\n      allowed_organizations: [geo]\n",
        HUB_5, "unused-section", "medium", 3,
        "GitHubOAuthenticator is not the authenticator of this hub, so its allowed_organizations is not read.",
    ),
    # Of the wrong type.
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator:\n      allowed_users: ana\n",
        HUB_3, "wrong-type", "medium", 5,
        "Authenticator.allowed_users is a text, not a list; the hub will not start with it.",
    ),
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator:\n      allow_all: 'false'\n",
        HUB_5, "wrong-type", "medium", 5,
        "Authenticator.allow_all is a text, not true or false; the hub will not start with it.",
    ),
    (
        "hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator:\n      admin_users: true\n",
        HUB_5, "wrong-type", "medium", 5,
        "Authenticator.admin_users is a single value, not a list; the hub will not start with it.",
    ),
    # A key twice, and Python.
    (
        ("hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator:\n      allowed_users: [ana]\n"
         "      allowed_users: []\n"),
        HUB_5, "twice", "medium", 6,
        'hub.config.Authenticator: key "allowed_users" is there twice (first on line 5); which one holds is not sure.',
    ),
    (
        ("hub:\n  config:\n    JupyterHub: {authenticator_class: github}\n    Authenticator: {admin_users: [ana]}\n"
         "  extraConfig:\n    orgs: |\n      c.GitHubOAuthenticator.allowed_organizations = ['geo']\n"),
        HUB_3, "unseen", "low", 6,
        "hub.extraConfig sets GitHubOAuthenticator.allowed_organizations in Python, which was not read.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "at_hand", "expected"), [(values, at_hand, tuple(expected)) for values, at_hand, *expected in CASES]
)
def test_a_setting_that_nothing_reads_is_a_finding(
    tmp_path: Path, values: str, at_hand: str, expected: tuple[str, str, int, str]
) -> None:
    report = report_on(tmp_path, values, given=versions(at_hand))

    found = [each for each in told(report) if each.kind not in {"open", "unknown"}]
    assert [(each.kind, str(each.severity), each.at.line, each.sentence) for each in found] == [expected]


FINE = [
    "JupyterHub: {authenticator_class: github, admin_access: true}, Authenticator: {auto_login: true}",
    # What stands in a section above counts for the class below.
    "JupyterHub: {authenticator_class: github}, Authenticator: {allowed_organizations: [geo]}",
    "JupyterHub: {authenticator_class: github}, OAuthenticator: {client_id: a}, KubeSpawner: {cpu_limit: 1}",
    # The settings of an authenticator that is not used, when they say nothing about who.
    "JupyterHub: {authenticator_class: github}, GoogleOAuthenticator: {client_id: a}",
    "JupyterHub: {authenticator_class: my.OwnAuthenticator}, Authenticator: {whatever: 1}",
]


@pytest.mark.parametrize("settings", FINE)
def test_settings_that_are_read_are_no_findings(tmp_path: Path, settings: str) -> None:
    report = report_on(tmp_path, f"hub: {{config: {{{settings}}}}}", given=versions(HUB_5))

    assert {each.kind for each in told(report)} <= {"unknown"}


def test_a_section_inside_that_of_the_application_counts_as_traitlets_has_it(tmp_path: Path) -> None:
    values = "hub: {config: {JupyterHub: {authenticator_class: github, Authenticator: {allowed_users: [ana]}}}}"

    report = report_on(tmp_path, values, given=versions(HUB_3))

    assert report.hubs[0].who == "1 named user may log in."
    assert not told(report)


def test_python_that_sets_who_may_log_in_leaves_a_doubt(tmp_path: Path) -> None:
    values = CASES[-1][0]

    report = report_on(tmp_path, values, given=versions(HUB_3))

    assert report.hubs[0].who == "Anybody with a GitHub account may log in, unless hub.extraConfig says otherwise."
    assert [str(each.severity) for each in told(report)] == ["high", "low"]
