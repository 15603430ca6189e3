"""Which versions a chart brings, and what each class can be told in them."""

import pytest

from aggregator.audit.traits import traits_of
from aggregator.audit.versions import Versions, dotted, must_be_allowed, release, versions_of


@pytest.mark.parametrize(
    ("chart", "jupyterhub", "oauthenticator"),
    [
        ("0.9.0", "1.1.0", "0.11.0"),
        ("2.0.0", "3.0.0", "15.1.0"),
        ("v3.3.8", "4.1.6", "16.3.1"),
        # Between two charts that are known, and after the last one: the one before.
        ("3.3.7", "4.0.2", "16.2.1"),
        ("4.3.3", "5.4.3", "17.3.0"),
        ("9.0.0", "5.5.0", "17.4.0"),
        # What comes before a release may still bring what was there before it.
        ("4.0.0-0.dev.git.6500.h1234567", "4.1.6", "16.3.1"),
        ("4.0.1-0.dev.git.6900.h1234567", "5.2.1", "17.1.0"),
        ("0.8.2", None, None),
        ("latest", None, None),
        (None, None, None),
    ],
)
def test_a_chart_brings_its_versions(chart: str | None, jupyterhub: str | None, oauthenticator: str | None) -> None:
    at_hand = versions_of(chart, None, None)

    assert (dotted(at_hand.jupyterhub), dotted(at_hand.oauthenticator)) == (jupyterhub, oauthenticator)


def test_whoever_gives_a_jupyterhub_leaves_the_oauthenticator_of_the_chart_open() -> None:
    at_hand = versions_of("3.3.8", (4, 1), None)

    assert (at_hand.jupyterhub, at_hand.oauthenticator) == ((4, 1), None)


def at(jupyterhub: str | None, oauthenticator: str | None) -> Versions:
    hub, package = (release(text) if text else None for text in (jupyterhub, oauthenticator))
    return Versions(None, hub, package)


@pytest.mark.parametrize(
    ("jupyterhub", "oauthenticator", "expected"),
    [
        ("3.0.0", "15.1.0", (False, False)),
        ("4.1.6", "16.3.1", (True, False)),
        ("5.4.6", "17.4.0", (True, True)),
        ("5.0.0", None, (True, True)),
        ("4.1.6", None, (None, False)),
        (None, "16.0.0", (True, None)),
        (None, None, (None, None)),
    ],
)
def test_since_when_nobody_gets_in_without_a_rule(
    jupyterhub: str | None, oauthenticator: str | None, expected: tuple[bool | None, bool | None]
) -> None:
    at_hand = at(jupyterhub, oauthenticator)

    assert (must_be_allowed(at_hand, oauth=True), must_be_allowed(at_hand, oauth=False)) == expected


@pytest.mark.parametrize(
    ("name", "versions", "trait"),
    [
        ("GitHubOAuthenticator", ("4.1.6", "16.0.0"), "allow_all"),
        ("GitHubOAuthenticator", ("5.4.6", "17.4.0"), "whitelist"),
        ("PAMAuthenticator", ("6.2.0", None), "allow_all"),
        ("DummyAuthenticator", ("4.1.6", None), "whitelist"),
        ("CILogonOAuthenticator", ("5.4.6", "17.4.0"), "allowed_idps"),
        # Where a version is not known, all that any version knows may be right.
        ("GitHubOAuthenticator", (None, None), "allow_all"),
        ("NativeAuthenticator", ("5.4.6", None), "open_signup"),
        ("LTI11Authenticator", ("5.4.6", None), "consumers"),
    ],
)
def test_a_class_can_be_told_what_its_version_knows(name: str, versions: tuple[str, str], trait: str) -> None:
    assert trait in (traits_of(name, at(*versions)) or ())


@pytest.mark.parametrize(
    ("name", "versions", "trait"),
    [
        ("GitHubOAuthenticator", ("4.1.6", "15.1.0"), "allow_all"),
        ("GitHubOAuthenticator", ("1.1.0", "0.11.0"), "allowed_users"),
        ("GitHubOAuthenticator", ("5.4.6", "17.4.0"), "hosted_domain"),
        ("PAMAuthenticator", ("4.1.6", None), "allow_all"),
    ],
)
def test_a_class_cannot_be_told_what_other_versions_and_classes_know(
    name: str, versions: tuple[str, str], trait: str
) -> None:
    assert trait not in (traits_of(name, at(*versions)) or ())


def test_nothing_is_said_about_a_class_that_is_not_known() -> None:
    assert traits_of("OwnAuthenticator", Versions()) is None
