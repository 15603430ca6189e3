"""Who may log in against who is meant to."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.clusters.values import Access, OpenWindow
from tests.audit.looking import HUB_3, HUB_5, NOON, report_on, versions

GITHUB = "JupyterHub: {authenticator_class: github}"
GOOGLE = "JupyterHub: {authenticator_class: google}"
INSTITUTION = f"{GOOGLE}, GoogleOAuthenticator: {{hosted_domain: [ulisboa.pt], allow_all: true}}"
ORG = f"{GITHUB}, GitHubOAuthenticator: {{allowed_organizations: [geo]}}"
LISTED = f"{GITHUB}, Authenticator: {{allowed_users: [ana, eve]}}"
EVERYBODY = f"{GITHUB}, Authenticator: {{allow_all: true}}"
PASSWORD = "DummyAuthenticator: {password: geo}"
OWN = "JupyterHub: {authenticator_class: generic-oauth}, OAuthenticator: {allow_all: true}"
TMP = "JupyterHub: {authenticator_class: tmp}, Authenticator: {allow_all: true}"
NOBODY = GITHUB

CASES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (EVERYBODY, {"policy": "closed"}, [("wider-than-policy", "critical")]),
    (EVERYBODY, {"policy": "institution"}, [("wider-than-policy", "critical")]),
    (EVERYBODY, {"policy": "open"}, []),
    (EVERYBODY, {"policy": "ephemeral"}, []),
    (INSTITUTION, {"policy": "closed"}, [("wider-than-policy", "high")]),
    (INSTITUTION, {"policy": "org"}, [("wider-than-policy", "high")]),
    (INSTITUTION, {"policy": "institution"}, []),
    (INSTITUTION, {"policy": "institution", "identities": ("*@ulisboa.pt",)}, []),
    (INSTITUTION, {"policy": "institution", "identities": ("*@uporto.pt",)}, [("not-in-policy", "medium")]),
    (ORG, {"policy": "closed"}, [("wider-than-policy", "high")]),
    (ORG, {"policy": "org", "identities": ("github-org:geo",)}, []),
    (ORG, {"policy": "org", "identities": ("github-org:bio",)}, [("not-in-policy", "medium")]),
    (ORG, {"policy": "institution"}, []),
    (LISTED, {"policy": "closed"}, []),
    (LISTED, {"policy": "closed", "identities": ("ana",)}, [("not-in-policy", "medium")]),
    (LISTED, {"policy": "closed", "identities": ("ana",), "staff": ("eve",)}, []),
    (LISTED, {"policy": "open"}, []),
    (PASSWORD, {"policy": "institution"}, [("wider-than-policy", "high")]),
    (PASSWORD, {"policy": "shared-password"}, []),
    (OWN, {"policy": "institution"}, []),
    (OWN, {"policy": "org"}, [("wider-than-policy", "high")]),
    (TMP, {"policy": "shared-password"}, [("wider-than-policy", "critical")]),
    (TMP, {"policy": "ephemeral"}, []),
    (NOBODY, {"policy": "closed"}, [("nobody", "low")]),
]


@pytest.mark.parametrize(("settings", "policy", "expected"), CASES)
def test_a_hub_is_judged_by_its_policy(
    tmp_path: Path, settings: str, policy: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    report = report_on(tmp_path, f"hub: {{config: {{{settings}}}}}", given=versions(HUB_5), access=Access(**policy))

    assert [(each.kind, str(each.severity)) for each in report.findings] == expected


def test_a_hub_that_was_left_open_unasked_is_critical_for_an_institution_too(tmp_path: Path) -> None:
    values = "hub: {config: {JupyterHub: {authenticator_class: generic-oauth}, Authenticator: {admin_users: [ana]}}}"

    report = report_on(tmp_path, values, given=versions(HUB_3), access=Access("institution", ("*@ulisboa.pt",)))

    (found,) = report.findings
    assert str(found.severity) == "critical"
    assert found.sentence == (
        "Anybody with an account at its OAuth provider may log in. GenericOAuthenticator, JupyterHub 3.0.0, "
        "OAuthenticator 15.1.0: admin_users is set, allowed_users is not; before JupyterHub 5 an empty list admits "
        "everybody. The policy is institution (*@ulisboa.pt)."
    )


def test_strangers_are_named(tmp_path: Path) -> None:
    access = Access("closed", ("ana",))

    (found,) = report_on(tmp_path, f"hub: {{config: {{{LISTED}}}}}", given=versions(HUB_5), access=access).findings

    assert found.head == "The policy does not know eve."


@pytest.mark.parametrize(("hours", "kinds"), [(-1, ["wider-than-policy"]), (1, []), (25, ["wider-than-policy"])])
def test_an_open_window_is_open_while_it_lasts(tmp_path: Path, hours: int, kinds: list[str]) -> None:
    window = OpenWindow(NOON, NOON + timedelta(days=1))
    access = Access("closed", open_windows=(window,))

    report = report_on(
        tmp_path,
        f"hub: {{config: {{{EVERYBODY}}}}}",
        given=versions(HUB_5),
        access=access,
        now=NOON + timedelta(hours=hours),
    )

    assert [each.kind for each in report.findings] == kinds


def test_a_hub_without_a_policy_is_a_finding_of_its_own(tmp_path: Path) -> None:
    report = report_on(tmp_path, f"hub: {{config: {{{ORG}}}}}", given=versions(HUB_5))

    (found,) = report.findings
    assert (found.kind, str(found.severity)) == ("no-policy", "low")
    assert found.sentence == "No access policy is declared for this hub."
