"""Whom numbers are about: each hub, and for distinct people also each cluster, each community, and everybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aggregator.clusters.values import Cluster, Config, Hub
from aggregator.rollups.catalogue import About
from aggregator.rollups.hub_api import Api

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Subject:
    """One of them. `key` tells it from others of its kind and stays when names change: of a hub, cluster and namespace.

    `zone` is where its days are; `staff` are never counted as people; through `api` a hub tells of its users.
    """

    about: About
    key: str
    zone: ZoneInfo
    cluster: str = ""
    namespace: str = ""
    name: str = ""
    title: str = ""
    community: str = ""
    ephemeral: bool = False
    staff: frozenset[str] = frozenset()
    api: Api | None = None


def subjects(config: Config) -> tuple[Subject, ...]:
    """All that the configuration names, hubs first."""
    hubs = [(cluster, hub) for cluster in config.clusters for hub in cluster.hubs]
    found = [_of_hub(cluster, hub) for cluster, hub in hubs]
    found += [Subject(About.CLUSTER, cluster.name, UTC, cluster=cluster.name) for cluster in config.clusters]
    found += _of_communities(found)
    return (*found, Subject(About.FLEET, "", UTC))


def _of_hub(cluster: Cluster, hub: Hub) -> Subject:
    namespace = hub.namespace or hub.name
    return Subject(
        About.HUB,
        f"{cluster.name}/{namespace}",
        hub.timezone,
        cluster=cluster.name,
        namespace=namespace,
        name=hub.name,
        title=hub.title,
        community=hub.community or cluster.community or "",
        ephemeral=hub.ephemeral,
        staff=frozenset(name.lower() for name in (hub.access.staff if hub.access else ())),
        api=Api(hub.url, hub.api_token) if hub.url and hub.api_token else None,
    )


def _of_communities(hubs: list[Subject]) -> Iterator[Subject]:
    """In the zone of its first hub."""
    zones: dict[str, ZoneInfo] = {}
    for hub in hubs:
        if hub.about is About.HUB and hub.community:
            zones.setdefault(hub.community, hub.zone)
    return (Subject(About.COMMUNITY, name, zone, community=name) for name, zone in zones.items())
