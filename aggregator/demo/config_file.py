"""The crosshub.yaml of a demo: its clusters where they listen, its hubs as their owners would declare them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from aggregator.demo.fleet import ClusterPlan, HubPlan, Login

_POLICY = {Login.EMAIL: "institution", Login.GITHUB: "org", Login.PASSWORD: "shared-password"}
_HEAD = "# Made by `crosshub demo`, anew each time it starts.\n"


@dataclass(frozen=True, slots=True)
class Told:
    """Where things are: Crosshub, the Prometheus servers by cluster, hubs' health pages, and the database beside the file."""

    listen: str
    urls: Mapping[str, str]
    hubs: str
    database: str = "crosshub.db"


def write_config(path: Path, clusters: Sequence[ClusterPlan], told: Told) -> None:
    """Write the configuration."""
    content = {
        "listen": told.listen,
        "external_url": f"http://{told.listen}",
        "database": f"sqlite:///{told.database}",
        "clusters": [_cluster(cluster, told) for cluster in clusters],
        "communities": [_community(cluster) for cluster in clusters],
    }
    path.write_text(_HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def _cluster(cluster: ClusterPlan, told: Told) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "prometheus": {"url": told.urls[cluster.name]},
        "hubs": [_hub(cluster, hub, f"{told.hubs}/{cluster.name}/{hub.namespace}") for hub in cluster.hubs],
    }


def _hub(cluster: ClusterPlan, hub: HubPlan, url: str) -> dict[str, Any]:
    return {
        "name": hub.namespace,
        "namespace": hub.namespace,
        "community": cluster.name,
        "title": hub.title,
        "url": url,
        "timezone": hub.timezone,
        "access": {
            "policy": _POLICY[hub.login],
            "identities": [f"*@{hub.domain}"] if hub.login is Login.EMAIL else [],
            "expected_people": hub.people,
            "owner": f"owner@{hub.domain}",
        },
    }


def _community(cluster: ClusterPlan) -> dict[str, Any]:
    return {"name": cluster.name, "title": cluster.place, "recipients": [f"hubs@{cluster.name}.example.org"]}
