"""Who may log in, authenticator by authenticator: each sentence is written by hand."""

from pathlib import Path

import pytest

from tests.audit.looking import (
    HUB_1,
    HUB_3,
    HUB_4,
    HUB_5,
    HUB_6,
    INCIDENT,
    NEITHER,
    OLDEST,
    config,
    report_on,
    told,
    versions,
)

GITHUB = "JupyterHub: {authenticator_class: github}"
GENERIC = "JupyterHub: {authenticator_class: generic-oauth}"
GOOGLE = "JupyterHub: {authenticator_class: google}"
CILOGON = "JupyterHub: {authenticator_class: cilogon}"
DUMMY = "JupyterHub: {authenticator_class: dummy}"
SHARED = "JupyterHub: {authenticator_class: shared-password}"
NATIVE = "JupyterHub: {authenticator_class: nativeauthenticator.NativeAuthenticator}"
TMP = "JupyterHub: {authenticator_class: tmp}"
FIRST = "JupyterHub: {authenticator_class: firstuseauthenticator.FirstUseAuthenticator}"
ADMINS = "Authenticator: {admin_users: [ana, rui]}"
LISTED = "Authenticator: {allowed_users: [ana, rui, eva], admin_users: [ana]}"
APART = "Authenticator: {allowed_users: [ana, rui, eva], admin_users: [Ana, jon]}"
ALL = "Authenticator: {allow_all: true}"
ORG = "GitHubOAuthenticator: {allowed_organizations: [ulisboa-geo]}"
TEAMS = "GitHubOAuthenticator: {allowed_organizations: ['geo:staff', 'geo:students', bio, art]}"
ULISBOA = "https://idp.ulisboa.pt/shibboleth"
BERKELEY = "urn:mace:incommon:berkeley.edu"
PUBLIC = "http://github.com/login/oauth/authorize"
BY_GOOGLE = "http://google.com/accounts/o8/id"
CRITICAL, HIGH, MEDIUM, FINE = "critical", "high", "medium", ""

ANYBODY = "Anybody with a GitHub account may log in."
NOBODY = "Nobody may log in."
CASES = [
    # GitHub: only admins are named. The incident, and what became of it.
    (OLDEST, f"{GITHUB}, {ADMINS}", ANYBODY, CRITICAL),
    (HUB_1, f"{GITHUB}, {ADMINS}", ANYBODY, CRITICAL),
    (HUB_3, f"{GITHUB}, {ADMINS}", ANYBODY, CRITICAL),
    (INCIDENT, f"{GITHUB}, {ADMINS}", ANYBODY, CRITICAL),
    ("4.1.6/", f"{GITHUB}, {ADMINS}", ANYBODY, CRITICAL),
    (HUB_4, f"{GITHUB}, {ADMINS}", "Only 2 admins may log in.", FINE),
    (HUB_5, f"{GITHUB}, {ADMINS}", "Only 2 admins may log in.", FINE),
    (HUB_6, f"{GITHUB}, {ADMINS}", "Only 2 admins may log in.", FINE),
    (NEITHER, f"{GITHUB}, {ADMINS}", "Anybody with a GitHub account may log in, unless OAuthenticator is 16 or newer.", HIGH),
    # GitHub: nothing, a list, everybody, organisations.
    (HUB_3, GITHUB, ANYBODY, CRITICAL),
    (HUB_5, GITHUB, NOBODY, FINE),
    (HUB_3, f"{GITHUB}, {LISTED}", "3 named users may log in.", FINE),
    (HUB_5, f"{GITHUB}, {LISTED}", "3 named users may log in.", FINE),
    (HUB_3, f"{GITHUB}, {APART}", "3 named users and 1 admin may log in.", FINE),
    (HUB_5, f"{GITHUB}, {APART}", "3 named users and 1 admin may log in.", FINE),
    (HUB_3, f"{GITHUB}, Authenticator: {{allowed_users: []}}", ANYBODY, CRITICAL),
    (HUB_5, f"{GITHUB}, Authenticator: {{allowed_users: []}}", NOBODY, FINE),
    (HUB_5, f"{GITHUB}, {ALL}", ANYBODY, CRITICAL),
    (HUB_4, f"{GITHUB}, OAuthenticator: {{allow_all: true}}", ANYBODY, CRITICAL),
    (HUB_6, f"{GITHUB}, {ALL}, {ORG}", ANYBODY, CRITICAL),
    (HUB_5, f"{GITHUB}, Authenticator: {{allow_all: false, admin_users: [ana]}}", "Only 1 admin may log in.", FINE),
    (HUB_3, f"{GITHUB}, {ORG}, {ADMINS}", "Members of the GitHub organisation ulisboa-geo may log in.", FINE),
    (HUB_5, f"{GITHUB}, {ORG}, {ADMINS}", "Members of the GitHub organisation ulisboa-geo and 2 admins may log in.", FINE),
    (HUB_3, f"{GITHUB}, {ORG}, {LISTED}", "3 named users may log in, if they are members of the GitHub organisation ulisboa-geo.", FINE),
    (HUB_5, f"{GITHUB}, {ORG}, {LISTED}", "Members of the GitHub organisation ulisboa-geo and 3 named users may log in.", FINE),
    (HUB_5, f"{GITHUB}, {TEAMS}", "Members of the GitHub organisations geo:staff, geo:students and 2 more may log in.", FINE),
    (OLDEST, f"{GITHUB}, Authenticator: {{whitelist: [ana]}}", "1 named user may log in.", FINE),
    (HUB_1, f"{GITHUB}, GitHubOAuthenticator: {{github_organization_whitelist: [geo]}}", "Members of the GitHub organisation geo may log in.", FINE),
    (HUB_5, f"{GITHUB}, Authenticator: {{allow_existing_users: true}}", "Whoever has logged in before may log in.", FINE),
    (HUB_5, f"{GITHUB}, GitHubOAuthenticator: {{allow_all: true, github_url: https://git.ulisboa.pt}}", "Anybody with an account at git.ulisboa.pt may log in.", HIGH),
    (HUB_3, "JupyterHub: {authenticator_class: oauthenticator.github.LocalGitHubOAuthenticator}", ANYBODY, CRITICAL),
    # Any other provider.
    (HUB_3, f"{GENERIC}, {ADMINS}", "Anybody with an account at its OAuth provider may log in.", CRITICAL),
    (INCIDENT, f"{GENERIC}, {ADMINS}, GenericOAuthenticator: {{authorize_url: 'https://github.com/login/oauth/authorize'}}", ANYBODY, CRITICAL),
    (HUB_5, f"{GENERIC}, {ADMINS}", "Only 2 admins may log in.", FINE),
    (HUB_5, f"{GENERIC}, {ALL}, GenericOAuthenticator: {{token_url: 'https://sso.ulisboa.pt/token'}}", "Anybody with an account at sso.ulisboa.pt may log in.", HIGH),
    (HUB_3, f"{GENERIC}, GenericOAuthenticator: {{allowed_groups: [geo]}}", "Members of the group geo may log in.", FINE),
    (HUB_4, f"{GENERIC}, GenericOAuthenticator: {{allowed_groups: [geo]}}", "Members of the group geo may log in.", FINE),
    (HUB_5, f"{GENERIC}, GenericOAuthenticator: {{allowed_groups: [geo]}}", NOBODY, FINE),
    (HUB_5, f"{GENERIC}, GenericOAuthenticator: {{allowed_groups: [geo, bio], manage_groups: true}}", "Members of the groups geo and bio may log in.", FINE),
    # Patterns on names: one domain, a list of names, more than an institution, and no end, so that more match.
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^(.+@ulisboa\\.pt|ana@gmail\\.com|checker)$'}}", "Anybody with a Google account whose name matches ^(.+@ulisboa\\.pt|ana@gmail\\.com|checker)$ may log in.", FINE),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^(ana@gmail\\.com|checker)$'}}", "Anybody with a Google account whose name matches ^(ana@gmail\\.com|checker)$ may log in.", FINE),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^.+@(geo|bio)\\.ulisboa\\.pt$'}}", "Anybody with a Google account whose name matches ^.+@(geo|bio)\\.ulisboa\\.pt$ may log in.", FINE),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^(.+@ulisboa\\.pt|.+@gmail\\.com)$'}}", "Anybody with a Google account whose name matches ^(.+@ulisboa\\.pt|.+@gmail\\.com)$ may log in.", CRITICAL),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^.+@(gmail|yahoo)\\.com$'}}", "Anybody with a Google account whose name matches ^.+@(gmail|yahoo)\\.com$ may log in.", CRITICAL),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^.+@(.+\\.)?ulisboa\\.pt$'}}", "Anybody with a Google account whose name matches ^.+@(.+\\.)?ulisboa\\.pt$ may log in.", FINE),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^.+@(geo\\.pt|bio\\.pt)$'}}", "Anybody with a Google account whose name matches ^.+@(geo\\.pt|bio\\.pt)$ may log in.", FINE),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^.+@(gmail\\.com|olive\\.com)$'}}", "Anybody with a Google account whose name matches ^.+@(gmail\\.com|olive\\.com)$ may log in.", CRITICAL),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^.+@(a|b)\\.olive\\.com$'}}", "Anybody with a Google account whose name matches ^.+@(a|b)\\.olive\\.com$ may log in.", FINE),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '^(.+|ana@ulisboa\\.pt)$'}}", "Anybody with a Google account whose name matches ^(.+|ana@ulisboa\\.pt)$ may log in.", CRITICAL),
    (HUB_3, f"{GOOGLE}, Authenticator: {{username_pattern: '.+@ulisboa\\.pt'}}", "Anybody with a Google account whose name matches .+@ulisboa\\.pt may log in.", CRITICAL),
    (HUB_3, f"{GENERIC}, Authenticator: {{username_pattern: '^.+@ulisboa\\.pt$'}}", "Anybody with an account at its OAuth provider whose name matches ^.+@ulisboa\\.pt$ may log in.", FINE),
    (HUB_5, f"{GENERIC}, OAuthenticator: {{allowed_scopes: [hub-users]}}", "Whoever is granted hub-users may log in.", FINE),
    # Google.
    (HUB_3, GOOGLE, "Anybody with a Google account may log in.", CRITICAL),
    (HUB_3, f"{GOOGLE}, GoogleOAuthenticator: {{hosted_domain: [ulisboa.pt]}}", "Anybody with a Google account at ulisboa.pt may log in.", FINE),
    (HUB_5, f"{GOOGLE}, GoogleOAuthenticator: {{hosted_domain: [ulisboa.pt]}}", NOBODY, FINE),
    (HUB_5, f"{GOOGLE}, GoogleOAuthenticator: {{hosted_domain: [ulisboa.pt, uporto.pt], allow_all: true}}", "Anybody with a Google account at ulisboa.pt and uporto.pt may log in.", FINE),
    (HUB_5, f"{GOOGLE}, GoogleOAuthenticator: {{allow_all: true}}", "Anybody with a Google account may log in.", CRITICAL),
    (HUB_1, f"{GOOGLE}, GoogleOAuthenticator: {{hosted_domain: gmail.com}}", "Anybody with a Google account at gmail.com may log in.", CRITICAL),
    (HUB_1, f"{GOOGLE}, GoogleOAuthenticator: {{hosted_domain: yahoo.com}}", "Anybody with a Google account at yahoo.com may log in.", CRITICAL),
    (HUB_5, f"{CILOGON}, CILogonOAuthenticator: {{allowed_idps: {{'{BY_GOOGLE}': {{allowed_domains: ['*.edu']}}}}}}", "Anybody with a Google account at *.edu may log in.", CRITICAL),
    (HUB_5, f"{CILOGON}, CILogonOAuthenticator: {{allowed_idps: {{'{BY_GOOGLE}': {{allowed_domains: ['*.ulisboa.pt']}}}}}}", "Anybody with a Google account at *.ulisboa.pt may log in.", FINE),
    (HUB_5, f"{GOOGLE}, GoogleOAuthenticator: {{allowed_google_groups: {{ulisboa.pt: []}}}}", NOBODY, FINE),
    (HUB_5, f"{GOOGLE}, GoogleOAuthenticator: {{allowed_google_groups: {{ulisboa.pt: [geo]}}}}", "Members of the Google group geo at ulisboa.pt may log in.", FINE),
    # CILogon: the same key means the world or one university, by where it stands.
    (HUB_5, f"{CILOGON}, CILogonOAuthenticator: {{allowed_idps: {{'{ULISBOA}': {{allow_all: true}}}}}}", "Anybody of idp.ulisboa.pt may log in.", FINE),
    (HUB_5, f"{CILOGON}, CILogonOAuthenticator: {{allow_all: true, allowed_idps: {{'{BERKELEY}': {{}}}}}}", "Anybody of berkeley.edu may log in.", FINE),
    (HUB_5, f"{CILOGON}, CILogonOAuthenticator: {{allowed_idps: {{'{PUBLIC}': {{allow_all: true}}, '{BERKELEY}': {{allow_all: true}}}}}}", ANYBODY, CRITICAL),
    (HUB_4, f"{CILOGON}, {ADMINS}, CILogonOAuthenticator: {{allowed_idps: {{'{PUBLIC}': {{}}, '{BERKELEY}': {{allow_all: true}}}}}}", "Anybody of berkeley.edu and 2 admins may log in.", FINE),
    (HUB_5, f"{CILOGON}, CILogonOAuthenticator: {{allowed_idps: {{'{BY_GOOGLE}': {{allowed_domains: [ulisboa.pt]}}}}}}", "Anybody with a Google account at ulisboa.pt may log in.", FINE),
    (HUB_5, f"{CILOGON}, CILogonOAuthenticator: {{allowed_idps: {{'{BY_GOOGLE}': {{allowed_domains: ['*']}}}}}}", "Anybody with a Google account may log in.", CRITICAL),
    (HUB_3, f"{CILOGON}, {ADMINS}, CILogonOAuthenticator: {{allowed_idps: {{'{PUBLIC}': {{}}, '{BERKELEY}': {{}}}}}}", "Anybody with a GitHub account or of berkeley.edu may log in.", CRITICAL),
    (HUB_3, CILOGON, "Anybody with an account that CILogon knows may log in.", CRITICAL),
    (HUB_5, f"{CILOGON}, {LISTED}, CILogonOAuthenticator: {{allowed_idps: {{'{PUBLIC}': {{}}}}}}", "3 named users may log in.", FINE),
    # Others that ask a provider.
    (HUB_5, "JupyterHub: {authenticator_class: gitlab}, GitLabOAuthenticator: {allowed_gitlab_groups: [geo], allowed_project_ids: [7, 9]}", "Members of the GitLab group geo and members of the GitLab projects 7 and 9 may log in.", FINE),
    (HUB_3, "JupyterHub: {authenticator_class: globus}, GlobusOAuthenticator: {identity_provider: ulisboa.pt}", "Anybody with a Globus account at ulisboa.pt may log in.", FINE),
    (HUB_5, "JupyterHub: {authenticator_class: azuread}, AzureAdOAuthenticator: {tenant_id: 1234, allow_all: true}", "Anybody of the Microsoft tenant 1234 may log in.", FINE),
    (HUB_3, "JupyterHub: {authenticator_class: auth0}", "Anybody with an account at its Auth0 may log in.", CRITICAL),
    (HUB_5, "JupyterHub: {authenticator_class: mediawiki}, OAuthenticator: {allow_all: true}", "Anybody with a Wikimedia account may log in.", CRITICAL),
    (HUB_3, "JupyterHub: {authenticator_class: bitbucket}, BitbucketOAuthenticator: {allowed_teams: [geo]}", "Members of the Bitbucket team geo may log in.", FINE),
    (HUB_4, "JupyterHub: {authenticator_class: ldapauthenticator.LDAPAuthenticator}", "Anybody in the directory may log in.", FINE),
    (HUB_5, "JupyterHub: {authenticator_class: ldapauthenticator.LDAPAuthenticator}, LDAPAuthenticator: {allowed_groups: ['cn=geo']}", "Members of the group cn=geo may log in.", FINE),
    (HUB_5, "JupyterHub: {authenticator_class: ltiauthenticator.LTIAuthenticator}, Authenticator: {allow_all: true}", "Anybody who comes from the learning platform may log in.", FINE),
    (HUB_5, "JupyterHub: {authenticator_class: pam}, Authenticator: {admin_users: [ana]}", NOBODY, FINE),
    (HUB_5, "JupyterHub: {authenticator_class: my.OwnAuthenticator}", "Who may log in is not known: OwnAuthenticator is no authenticator that is known here.", MEDIUM),
    # Dummy: open by default, always, and the chart's own choice.
    (HUB_3, "{}", "Anybody may log in with any name, without a password.", CRITICAL),
    (HUB_5, "{}", "Anybody may log in with any name, without a password.", CRITICAL),
    (HUB_6, f"{DUMMY}, {ADMINS}", "Anybody may log in with any name, without a password.", CRITICAL),
    (HUB_5, f"{DUMMY}, DummyAuthenticator: {{password: geo}}", "Anybody who knows the shared password may log in with any name.", MEDIUM),
    (HUB_4, f"{DUMMY}, Authenticator: {{allowed_users: [ana, rui]}}", "Anybody may log in as one of 2 named users, without a password.", CRITICAL),
    (HUB_5, f"{DUMMY}, Authenticator: {{allow_all: false}}", NOBODY, FINE),
    # Shared password.
    (HUB_5, f"{SHARED}, {ALL}, SharedPasswordAuthenticator: {{user_password: geography}}", "Anybody who knows the shared password may log in with any name.", MEDIUM),
    (HUB_6, f"{SHARED}, {LISTED}, SharedPasswordAuthenticator: {{user_password: geography}}", "Anybody who knows the shared password may log in as one of 3 named users.", MEDIUM),
    (HUB_5, f"{SHARED}, SharedPasswordAuthenticator: {{user_password: geography}}", NOBODY, FINE),
    (HUB_6, f"{SHARED}, {ALL}, SharedPasswordAuthenticator: {{manage_groups: true, password_groups: {{geography: [geo]}}}}", "Anybody who knows the shared password may log in with any name.", MEDIUM),
    (HUB_5, f"{SHARED}, {ALL}", NOBODY, FINE),
    # Null, tmp, native, first use.
    (HUB_5, "JupyterHub: {authenticator_class: 'null'}", "Nobody may log in at the hub itself; its null authenticator leaves that to services such as BinderHub.", FINE),
    (HUB_3, TMP, "Anybody gets a temporary account, without logging in.", CRITICAL),
    (HUB_5, f"{TMP}, {ALL}", "Anybody gets a temporary account, without logging in.", CRITICAL),
    (HUB_5, TMP, NOBODY, FINE),
    (HUB_4, NATIVE, "Whoever signs up and is approved by an admin may log in.", FINE),
    (HUB_5, f"{NATIVE}, {ALL}, NativeAuthenticator: {{open_signup: true}}", "Anybody may sign up and log in at once.", CRITICAL),
    (HUB_4, f"{NATIVE}, NativeAuthenticator: {{enable_signup: false}}", "Whoever has an account already may log in.", FINE),
    (HUB_5, f"{NATIVE}, NativeAuthenticator: {{open_signup: true}}", NOBODY, FINE),
    (HUB_5, f"{NATIVE}, {LISTED}", "3 named users may log in, once they have signed up.", FINE),
    (HUB_5, FIRST, "Anybody may log in with a new name and choose its password.", CRITICAL),
    (HUB_5, f"{FIRST}, FirstUseAuthenticator: {{create_users: false}}", "Whoever an admin has added may log in.", FINE),
    (HUB_4, f"{FIRST}, {LISTED}", "3 named users may log in, with the password that is given first.", FINE),
]  # fmt: skip


@pytest.mark.parametrize(("at_hand", "settings", "sentence", "severity"), CASES)
def test_who_may_log_in_is_said_in_one_sentence(
    tmp_path: Path, at_hand: str, settings: str, sentence: str, severity: str
) -> None:
    values = config(settings if settings == "{}" else f"{{{settings}}}")

    report = report_on(tmp_path, values, given=versions(at_hand))

    assert report.hubs[0].who == sentence
    assert [str(found.severity) for found in told(report) if found.kind in {"open", "unknown"}] == [severity] * bool(
        severity
    )


def test_the_finding_names_class_versions_settings_and_what_to_do(tmp_path: Path) -> None:
    values = config(f"\n    {GITHUB}\n    Authenticator:\n      admin_users: [ana]")

    (found,) = told(report_on(tmp_path, values, given=versions(INCIDENT)))

    assert found.sentence == (
        "Anybody with a GitHub account may log in. GitHubOAuthenticator, JupyterHub 4.1, OAuthenticator 15: "
        "admin_users is set, allowed_users is not; before JupyterHub 5 an empty list admits everybody."
    )
    assert found.mend == "set Authenticator.allowed_users, or declare `policy: open` with an owner"
    assert found.at.line == 5


def test_a_password_may_stand_in_a_file_that_is_encrypted(tmp_path: Path) -> None:
    secret = "sops: {mac: ENC, version: 3.9.0}\nhub: ENC\n"

    report = report_on(tmp_path, config("{JupyterHub: {authenticator_class: dummy}}"), secret, given=versions(HUB_5))

    assert report.hubs[0].who == "Anybody may log in with any name, without a password, unless an unseen file sets one."
    assert [str(found.severity) for found in told(report)] == ["high", "low"]
