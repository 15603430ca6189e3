"""A deployment read: which class, which versions, and the settings that reach it."""

from dataclasses import dataclass

from aggregator.audit.authenticators import class_named
from aggregator.audit.deployments import CONFIG, Deployment
from aggregator.audit.old_chart import from_auth, reads_auth
from aggregator.audit.settings import Settings
from aggregator.audit.snippets import Snippets, snippets_in
from aggregator.audit.trees import Map, Place, at_path, is_deleted, map_at, overlaid, text_at, without_nulls
from aggregator.audit.versions import Release, Versions, versions_of

CLASS = ("JupyterHub", "authenticator_class")
# What Zero to JupyterHub takes where nobody chooses, and JupyterHub itself where a null takes that away.
CHARTS_OWN, JUPYTERHUBS_OWN = "dummy", "pam"
# With `auth0.connection` the class only says how Auth0 is spoken to.
BY_AUTH0 = frozenset({"GenericOAuthenticator", "Auth0OAuthenticator"})
# Where the chart of JupyterHub may find its values, the deepest first.
PREFIXES: tuple[tuple[str, ...], ...] = (("basehub", "jupyterhub"), ("binderhub", "jupyterhub"), ("jupyterhub",), ())


@dataclass(frozen=True, slots=True)
class HubRead:
    """One hub, ready to be judged. `whole` is all that Helm is given, `chart` the part for JupyterHub's chart."""

    deployment: Deployment
    whole: Map
    prefix: tuple[str, ...]
    chart: Map
    settings: Settings
    chosen_at: Place
    connection: str | None
    snippets: Snippets

    @property
    def versions(self) -> Versions:
        """The versions at hand."""
        return self.settings.versions


@dataclass(frozen=True, slots=True)
class Given:
    """Versions that the caller knows better than the files."""

    jupyterhub: Release | None = None
    oauthenticator: Release | None = None
    chart: str | None = None


def read_hub(deployment: Deployment, given: Given) -> HubRead:
    """What the files of a hub come to."""
    raw = overlaid(deployment.layers)
    whole = without_nulls(raw)
    prefix = _prefix(whole) if deployment.prefix is None else deployment.prefix
    chart = map_at(whole, prefix)
    versions = versions_of(given.chart or deployment.chart, given.jupyterhub, given.oauthenticator)
    config = from_auth(chart) if reads_auth(versions) else map_at(chart, CONFIG)
    snippets = snippets_in(chart)
    chosen = at_path(config, CLASS)
    text = text_at(config, CLASS) or snippets.chosen
    name = class_named(text) if text else None
    connection = deployment.provider if name is None or name in BY_AUTH0 or text == snippets.chosen else None
    if connection is not None and name not in BY_AUTH0:
        name = "GenericOAuthenticator"
    otherwise = JUPYTERHUBS_OWN if is_deleted(raw, (*prefix, *CONFIG, *CLASS)) else CHARTS_OWN
    return HubRead(
        deployment=deployment,
        whole=whole,
        prefix=prefix,
        chart=chart,
        settings=Settings(name or class_named(otherwise), config, versions),
        chosen_at=chosen.at if chosen is not None else deployment.at,
        connection=connection,
        snippets=snippets,
    )


def _prefix(whole: Map) -> tuple[str, ...]:
    """The first place at which there are settings of a hub, or else values of any kind."""
    with_hub = (prefix for prefix in PREFIXES if "hub" in map_at(whole, prefix).entries)
    return next(with_hub, next(prefix for prefix in PREFIXES if map_at(whole, prefix).entries or not prefix))
