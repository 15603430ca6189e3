"""Settings of charts before 0.10, which had words of their own under `auth`, in the words of JupyterHub."""

from aggregator.audit.trees import Leaf, Map, Value, at_path, map_at, text_at
from aggregator.audit.versions import LAST_OF_AUTH, Versions, release

AUTH = "auth"
# Read from that chart's jupyterhub_config.py.
PATHS = {
    ("admin", "users"): ("Authenticator", "admin_users"),
    ("whitelist", "users"): ("Authenticator", "whitelist"),
    ("dummy", "password"): ("DummyAuthenticator", "password"),
    ("github", "orgWhitelist"): ("GitHubOAuthenticator", "github_organization_whitelist"),
    ("gitlab", "gitlabGroupWhitelist"): ("GitLabOAuthenticator", "gitlab_group_whitelist"),
    ("gitlab", "gitlabProjectIdWhitelist"): ("GitLabOAuthenticator", "gitlab_project_id_whitelist"),
    ("google", "hostedDomain"): ("GoogleOAuthenticator", "hosted_domain"),
    ("globus", "identityProvider"): ("GlobusOAuthenticator", "identity_provider"),
    ("ldap", "allowedGroups"): ("LDAPAuthenticator", "allowed_groups"),
}


def reads_auth(versions: Versions) -> bool:
    """Whether the chart at hand looks at `auth`."""
    try:
        return release(versions.chart or "") <= LAST_OF_AUTH
    except ValueError:
        return False


def from_auth(chart: Map) -> Map:
    """`hub.config` as such a chart would make it."""
    auth = map_at(chart, (AUTH,))
    sections: dict[str, dict[str, Value]] = {}
    for path, (section, trait) in PATHS.items():
        if (value := at_path(auth, path)) is not None:
            sections.setdefault(section, {})[trait] = value
    kind = text_at(auth, ("type",)) or "dummy"
    chosen = text_at(auth, ("custom", "className")) if kind == "custom" else kind
    at = auth.entries["type"].at if "type" in auth.entries else auth.at
    sections["JupyterHub"] = {"authenticator_class": Leaf(at, chosen or kind)}
    return Map(auth.at, {section: Map(auth.at, entries) for section, entries in sections.items()})
