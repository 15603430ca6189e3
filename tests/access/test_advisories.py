"""Versions with a known hole."""

import pytest

from aggregator.access.advisories import holes, is_before

GOOGLE = "oauthenticator.google.GoogleOAuthenticator"
GITHUB = "oauthenticator.github.GitHubOAuthenticator"


@pytest.mark.parametrize(
    ("version", "mended", "before"),
    [
        ("4.1.5", ("4.1.6", "5.1.0"), True),
        ("4.1.6", ("4.1.6", "5.1.0"), False),
        ("4.2", ("4.1.6", "5.1.0"), False),
        ("5.0.0", ("4.1.6", "5.1.0"), True),
        ("5.1", ("4.1.6", "5.1.0"), False),
        ("6.1.1", ("4.1.6", "5.1.0"), False),
        ("3.1.1", ("4.1.6", "5.1.0"), True),
        ("5.4.4", ("5.4.5",), True),
        ("5.10.0", ("5.4.5",), False),
        ("6.0.0b2", ("5.4.5",), False),
        ("1.5", ("5.4.5",), True),
        ("", ("5.4.5",), False),
        ("main", ("5.4.5",), False),
    ],
)
def test_a_version_is_mended_from_the_first_of_its_line_on(
    version: str, mended: tuple[str, ...], *, before: bool
) -> None:
    assert is_before(version, mended) is before


@pytest.mark.parametrize(
    ("jupyterhub", "authenticator", "package", "found"),
    [
        ("6.1.1", GITHUB, "17.4.0", set()),
        ("5.5.0", GITHUB, "17.4.0", {"GHSA-c4gm-pwx9-9w8j"}),
        ("6.1.1", GOOGLE, "16.2.1", {"GHSA-55m3-44xf-hg4h"}),
        ("6.1.1", GITHUB, "16.2.1", set()),
        ("6.1.1", "jupyterhub.auth.PAMAuthenticator", "6.1.1", set()),
        ("6.1.1", "oauthenticator.auth0.Auth0OAuthenticator", "17.3.0", {"CVE-2026-33175"}),
        ("6.1.1", "oauthenticator.cilogon.CILogonOAuthenticator", "14.2.0", {"GHSA-r7v4-jwx9-wx43"}),
        ("6.1.1", "oauthenticator.globus.GlobusOAuthenticator", "16.3.0", {"GHSA-gprj-3p75-f996"}),
        ("", GITHUB, "", set()),
    ],
)
def test_a_hole_concerns_the_class_that_is_used(
    jupyterhub: str, authenticator: str, package: str, found: set[str]
) -> None:
    assert {hole.id for hole in holes(jupyterhub, authenticator, package)} == found
