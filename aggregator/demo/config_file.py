"""The crosshub.yaml of a demo: its clusters where they listen, its hubs as their owners would declare them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from aggregator.demo.fleet import ClusterPlan, HubPlan, Login

_POLICY = {Login.EMAIL: "institution", Login.GITHUB: "org", Login.PASSWORD: "shared-password"}
_HEAD = "# Made by `crosshub demo`, anew each time it starts.\n"


def write_config(path: Path, listen: str, clusters: Sequence[ClusterPlan], urls: Mapping[str, str], hubs: str) -> None:
    """Write the configuration; `urls` are the Prometheus servers by cluster, `hubs` is where hubs' health pages are."""
    told = {
        "listen": listen,
        "external_url": f"http://{listen}",
        "clusters": [_cluster(cluster, urls[cluster.name], hubs) for cluster in clusters],
        "communities": [_community(cluster) for cluster in clusters],
    }
    path.write_text(_HEAD + yaml.safe_dump(told, sort_keys=False, allow_unicode=True))


def _cluster(cluster: ClusterPlan, url: str, hubs: str) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "community": cluster.name,
        "prometheus": {"url": url},
        "hubs": [_hub(hub, f"{hubs}/{cluster.name}/{hub.namespace}") for hub in cluster.hubs],
    }


def _hub(hub: HubPlan, url: str) -> dict[str, Any]:
    return {
        "name": hub.namespace,
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
