"""Trees of deployment files, grown from values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

INGRESS = {"enabled": True, "hosts": ["prometheus.lisbon.example.org"]}


def support(host: str, username: str | None = None) -> dict[str, Any]:
    """The values of a Prometheus that answers there."""
    secret = {"prometheusAuthSecret": {"username": username}} if username else {}
    return {"prometheus": {"server": {"ingress": {"tls": [{"hosts": [host]}]}}}} | secret


def grown(folder: Path, *clusters: Mapping[str, Any]) -> Path:
    """A tree with these clusters, each in the form of 2021, in their order."""
    hubs = folder / "config/hubs"
    hubs.mkdir(parents=True)
    for index, cluster in enumerate(clusters):
        (hubs / f"{index:02}.cluster.yaml").write_text(yaml.safe_dump(dict(cluster)))
    return folder


def cluster(name: str, *hubs: Mapping[str, Any], host: str = "prometheus.example.org", **more: Any) -> dict[str, Any]:
    """A cluster whose Prometheus answers at `host`."""
    return {"name": name, "support": {"config": support(host)}, "hubs": [dict(hub) for hub in hubs], **more}


def hub(name: str, config: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A hub with this `hub.config`."""
    values = {"jupyterhub": {"hub": {"config": dict(config or {})}}}
    return {"name": name, "domain": "hub.example.org", "helm_chart": "basehub", "config": values, **more}
