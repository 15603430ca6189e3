"""Whatever stands in values files, there is a report, and its sentences are sentences."""

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.audit.audit import audit
from aggregator.audit.deployments import Deployment
from aggregator.audit.machine_formats import as_json, as_sarif
from aggregator.audit.read_hub import Given
from aggregator.audit.trees import Map, Place, tree_in
from aggregator.clusters.values import Access
from aggregator.clusters.yaml_lines import tree_of
from tests.audit.looking import NAME, NOON

KEYS = st.sampled_from(
    "jupyterhub basehub hub config auth type extraConfig JupyterHub authenticator_class Authenticator OAuthenticator "
    "GitHubOAuthenticator CILogonOAuthenticator DummyAuthenticator GithubOauthenticator allowed_users admin_users "
    "allow_all allowed_idps allowed_organizations hosted_domain password username_pattern whatever sops".split()
)
TEXTS = st.sampled_from(
    [
        "github",
        "cilogon",
        "dummy",
        "null",
        "shared-password",
        "a.b.Own",
        "*",
        "",
        "c.JupyterHub.authenticator_class = X",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS | st.lists(TEXTS, max_size=2)
VALUES = st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)
FILES = st.dictionaries(KEYS, VALUES, max_size=4)
CHARTS = st.sampled_from([None, "0.9.0", "2.0.0", "4.3.5", "latest"])
POLICIES = st.sampled_from([None, "closed", "org", "institution", "shared-password", "open", "ephemeral"])


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(FILES, min_size=1, max_size=3), CHARTS, POLICIES, st.sampled_from([None, (), ("jupyterhub",)]))
def test_whatever_is_deployed_there_is_a_report(
    files: list[dict[str, Any]], chart: str | None, policy: Any, prefix: tuple[str, ...] | None
) -> None:
    layers = [tree_in("values.yaml", tree_of(yaml.safe_dump(each).encode())[0]) for each in files]
    maps = tuple(layer for layer in layers if isinstance(layer, Map))
    hub = Deployment(*NAME, layers=maps, at=Place("values.yaml", 0), chart=chart, prefix=prefix)

    report = audit([hub], {NAME: Access(policy)} if policy else {}, Given(), NOON)

    assert all(said.endswith((".", "?")) for said in (report.hubs[0].who, *(each.sentence for each in report.findings)))
    assert not any(each.mend.endswith(".") for each in report.findings)
    assert json.dumps(as_json(report))
    assert json.dumps(as_sarif(report, "1"))
