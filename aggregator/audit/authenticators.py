"""The authenticators: by which names they are chosen, who has an account with them, and which settings let people in."""

from dataclasses import dataclass
from enum import IntEnum


class Reach(IntEnum):
    """How many may log in, the more the higher."""

    NOBODY = 0
    ADMINS = 1
    LISTED = 2
    ORG = 3
    INSTITUTION = 4
    PASSWORD = 5
    # An account somewhere; who gets one there is not known here.
    ACCOUNT = 6
    PUBLIC = 7
    WORLD = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """A setting that lets people in: their words, where `{}` are the names given, and how a policy writes them."""

    trait: str
    one: str
    many: str
    reach: Reach
    member: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom an authenticator knows, before any rule: `anybody with a GitHub account`."""

    words: str
    reach: Reach
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """An authenticator that lets in whom its rules say."""

    account: Account
    rules: tuple[Rule, ...] = ()
    oauth: bool = True


def _public(account: str) -> Account:
    return Account(f"anybody with {account}", Reach.PUBLIC)


def _group(trait: str, what: str, member: str = "") -> Rule:
    return Rule(trait, f"members of the {what} {{}}", f"members of the {what}s {{}}", Reach.ORG, member)


GROUPS = _group("allowed_groups", "group")
GITHUB, GOOGLE, GITLAB = _public("a GitHub account"), _public("a Google account"), _public("a GitLab account")
ORCID, MICROSOFT = _public("an ORCID account"), _public("a Microsoft account")
CILOGON = _public("an account that CILogon knows")
SOMEWHERE = Account("anybody with an account at its OAuth provider", Reach.ACCOUNT)
PLATFORM = Kind(Account("anybody who comes from the learning platform", Reach.INSTITUTION), oauth=False)
MACHINE = Kind(Account("anybody with an account on the hub's machine", Reach.ORG), (GROUPS,), oauth=False)

KINDS = {
    "GitHubOAuthenticator": Kind(
        GITHUB, (_group("allowed_organizations", "GitHub organisation", "github-org:{}"), GROUPS)
    ),
    "GitLabOAuthenticator": Kind(
        GITLAB,
        (_group("allowed_gitlab_groups", "GitLab group"), _group("allowed_project_ids", "GitLab project"), GROUPS),
    ),
    "BitbucketOAuthenticator": Kind(
        _public("a Bitbucket account"), (_group("allowed_teams", "Bitbucket team"), GROUPS)
    ),
    "GoogleOAuthenticator": Kind(GOOGLE, (_group("allowed_google_groups", "Google group"), GROUPS)),
    "GlobusOAuthenticator": Kind(
        _public("a Globus account"), (_group("allowed_globus_groups", "Globus group"), GROUPS)
    ),
    "CILogonOAuthenticator": Kind(CILOGON, (GROUPS,)),
    "AzureAdOAuthenticator": Kind(MICROSOFT, (GROUPS,)),
    "Auth0OAuthenticator": Kind(Account("anybody with an account at its Auth0", Reach.ACCOUNT), (GROUPS,)),
    "GenericOAuthenticator": Kind(SOMEWHERE, (GROUPS,)),
    "OpenShiftOAuthenticator": Kind(Account("anybody with an account at its OpenShift", Reach.INSTITUTION), (GROUPS,)),
    "MWOAuthenticator": Kind(_public("a Wikimedia account"), (GROUPS,)),
    "OkpyOAuthenticator": Kind(Account("anybody with an Okpy account", Reach.ACCOUNT)),
    "LDAPAuthenticator": Kind(Account("anybody in the directory", Reach.INSTITUTION), (GROUPS,), oauth=False),
    "LTIAuthenticator": PLATFORM,
    "LTI11Authenticator": PLATFORM,
    "LTI13Authenticator": PLATFORM,
    "PAMAuthenticator": MACHINE,
    "LocalAuthenticator": MACHINE,
}
# As in the packages' entry points; what is not here is the path of a class.
NAMES = {
    "default": "PAMAuthenticator",
    "pam": "PAMAuthenticator",
    "dummy": "DummyAuthenticator",
    "null": "NullAuthenticator",
    "shared-password": "SharedPasswordAuthenticator",
    "tmp": "TmpAuthenticator",
    "native": "NativeAuthenticator",
    "firstuse": "FirstUseAuthenticator",
    "firstuseauthenticator": "FirstUseAuthenticator",
    "ldap": "LDAPAuthenticator",
    "lti": "LTIAuthenticator",
    "lti11": "LTI11Authenticator",
    "lti13": "LTI13Authenticator",
    "auth0": "Auth0OAuthenticator",
    "azuread": "AzureAdOAuthenticator",
    "bitbucket": "BitbucketOAuthenticator",
    "cilogon": "CILogonOAuthenticator",
    "generic-oauth": "GenericOAuthenticator",
    "github": "GitHubOAuthenticator",
    "gitlab": "GitLabOAuthenticator",
    "globus": "GlobusOAuthenticator",
    "google": "GoogleOAuthenticator",
    "mediawiki": "MWOAuthenticator",
    "okpy": "OkpyOAuthenticator",
    "openshift": "OpenShiftOAuthenticator",
}
# `auth0.connection` in trees of 2021.
CONNECTIONS = {
    "github": GITHUB,
    "google-oauth2": GOOGLE,
    "orcid": ORCID,
    "cilogon": CILOGON,
    "password": _public("an account that anybody may make at Auth0"),
}
PUBLIC_HOSTS = {
    "github.com": GITHUB,
    "google.com": GOOGLE,
    "googleapis.com": GOOGLE,
    "gitlab.com": GITLAB,
    "orcid.org": ORCID,
    "login.microsoftonline.com": MICROSOFT,
}
# Whoever likes gets an address there.
PUBLIC_DOMAINS = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "*", "*.*"}
)


def class_named(text: str) -> str:
    """The class behind a short name or a path such as `oauthenticator.github.LocalGitHubOAuthenticator`."""
    last = NAMES.get(text) or text.replace(":", ".").rsplit(".", 1)[-1]
    plain = last.removeprefix("Local")
    return plain if plain in KINDS else last
