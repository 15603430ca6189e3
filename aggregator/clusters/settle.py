"""What the file leaves out because something else says it: a namespace is the hub's name, a report's zone its hub's."""

from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from aggregator.clusters.reporting import Community
from aggregator.clusters.values import UTC, Cluster, Config, Hub

DUE = {"daily": "0 8 * * *", "weekly": "0 8 * * MON", "monthly": "0 8 1 * *"}


def settled(config: Config, written: Container[str], folder: Path) -> Config:
    """The configuration with such gaps filled; `written` are the paths that stand in the file, which is in `folder`."""
    clusters = tuple(_cluster(cluster) for cluster in config.clusters)
    communities = tuple(_community(community, clusters) for community in config.communities)
    settled = replace(config, clusters=clusters, communities=communities)
    if "database" not in written:
        settled = replace(settled, database=f"sqlite:///{folder / 'crosshub.db'}")
    if "people_key_file" not in written:
        settled = replace(settled, people_key_file=folder / config.people_key_file)
    return settled


def _cluster(cluster: Cluster) -> Cluster:
    return replace(cluster, hubs=tuple(_hub(hub, cluster) for hub in cluster.hubs))


def _hub(hub: Hub, cluster: Cluster) -> Hub:
    return replace(
        hub,
        namespace=hub.namespace or hub.name,
        title=hub.title or hub.name,
        community=hub.community or cluster.community,
    )


def _community(community: Community, clusters: tuple[Cluster, ...]) -> Community:
    zone = _zone_of(community, clusters)
    reports = tuple(
        replace(report, cron=report.cron or DUE[report.kind], timezone=report.timezone or zone)
        for report in community.reports
    )
    return replace(community, title=community.title or community.name, reports=reports)


def _zone_of(community: Community, clusters: tuple[Cluster, ...]) -> ZoneInfo:
    """The zone of its first hub."""
    hubs = (hub for cluster in clusters for hub in cluster.hubs)
    return next((hub.timezone for hub in hubs if hub.community == community.name), UTC)
