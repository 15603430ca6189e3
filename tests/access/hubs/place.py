"""Five real hubs, an OAuth provider for their people, and a Prometheus that scrapes the hubs each second."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.demo.processes import listening
from aggregator.demo.servers import Server, Wanted
from aggregator.demo.servers import running as prometheus_running
from tests.access.hubs.installed import install_all
from tests.access.hubs.start import Hub, Settings, started
from tests.fakes.identities import provider

ADMIN = "ana"
REFUSED = "eve"
"""Whom every hub with a provider refuses."""

DUMMY: Settings = {"JupyterHub.authenticator_class": "dummy", "Authenticator.admin_users": [ADMIN]}
NATIVE: Settings = {"JupyterHub.authenticator_class": "native", "Authenticator.admin_users": [ADMIN]}
# One hub can be several in a configuration: what differs is the policy, and the token that Crosshub has for it.
NAMESPACES: Mapping[str, str] = {
    "incident": "incident",
    "current": "current",
    "form-old": "form-old",
    "form-new": "form-new",
    "native": "native",
    "workshop": "current",
    "few": "incident",
    "activity": "incident",
    "wrong": "incident",
    "none": "incident",
}
"""What is scraped under which namespace."""


@dataclass(frozen=True, slots=True)
class Place:
    """Everything that is there before Crosshub looks; `incident` are the settings of the hub of that name."""

    hubs: Mapping[str, Hub]
    prometheus: Server
    incident: Settings


@contextmanager
def place(directory: Path) -> Iterator[Place]:
    """All of it; ended when the block is left."""
    install_all()
    with ExitStack() as stack:
        (people,) = stack.enter_context(listening([provider(directory)]))
        incident = {**_by_provider(people.url), "Authenticator.admin_users": [ADMIN]}
        current = {
            **_by_provider(people.url),
            "Authenticator.admin_users": [ADMIN],
            "GenericOAuthenticator.allow_all": True,
            "JupyterHub.authenticate_prometheus": False,
        }
        hubs = [
            Hub("incident", "old", incident, directory / "incident"),
            Hub("current", "new", current, directory / "current"),
            Hub("form-old", "old", DUMMY, directory / "form-old"),
            Hub("form-new", "new", DUMMY, directory / "form-new"),
            Hub("native", "new", NATIVE, directory / "native"),
        ]
        stack.enter_context(started(hubs))
        by_name = {hub.name: hub for hub in hubs}
        scrape = tuple(_job(namespace, by_name[name]) for namespace, name in NAMESPACES.items())
        (server,) = stack.enter_context(
            prometheus_running([Wanted(name="lisbon", directory=directory / "prometheus", scrape=scrape)])
        )
        yield Place(by_name, server, incident)


def _by_provider(url: str) -> Settings:
    return {
        "JupyterHub.authenticator_class": "generic-oauth",
        "GenericOAuthenticator.client_id": "hub",
        "GenericOAuthenticator.client_secret": "hunter2",
        "GenericOAuthenticator.authorize_url": f"{url}/authorize",
        "GenericOAuthenticator.token_url": f"{url}/token",
        "GenericOAuthenticator.userdata_url": f"{url}/user",
        "Authenticator.blocked_users": [REFUSED],
    }


def _job(namespace: str, hub: Hub) -> dict[str, Any]:
    labels = {"namespace": namespace, "app": "jupyterhub", "component": "hub"}
    return {
        "job_name": namespace,
        "metrics_path": "/hub/metrics",
        "authorization": {"credentials": hub.tokens["prometheus"]},
        "static_configs": [{"targets": [hub.url.removeprefix("http://")], "labels": labels}],
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
    }
