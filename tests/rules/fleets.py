"""Made-up fleets to be judged: clusters and hubs of which everything works, unless somebody says otherwise."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.rules.evidence import ClusterSeen, Evidence, HubSeen, Look, Sight, Up

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

FLEET: Mapping[str, str] = {"lisbon": "abcd", "oslo": "ef"}
"""Clusters and their hubs, a letter each."""

SILENCE = "no answer in 20 s"


def looked(sight: Sight) -> Look:
    return Look(sight, "502", 3) if sight is Sight.FAILING else Look(sight)


def hub(cluster: str, namespace: str, up: Up = Up.UP, health: Sight = Sight.OK, rest: Sight = Sight.OK) -> HubSeen:
    return HubSeen(cluster, namespace, up, looked(health), looked(rest), name=namespace)


def seen(hubs: Collection[HubSeen], at: datetime = NOON, clusters: Collection[str] = tuple(FLEET)) -> Evidence:
    """The evidence of these hubs; a cluster is silent where one of its hubs says so."""
    found = []
    for name in clusters:
        own = [each for each in hubs if each.cluster == name]
        silent = any(each.up is Up.SILENT for each in own)
        told = tuple(replace(each, up=Up.SILENT) if silent else each for each in own)
        found.append(ClusterSeen(name, told, failed=SILENCE if silent else ""))
    return Evidence(at, tuple(found))


def fleet_with(odd: Collection[str], up: Up, health: Sight, rest: Sight, *, url: bool = True) -> Evidence:
    """The fleet, of which the hubs of these letters are seen so, and all others are well."""
    hubs = []
    for cluster, letters in FLEET.items():
        for letter in letters:
            each = hub(cluster, letter, up, health, rest) if letter in odd else hub(cluster, letter)
            hubs.append(replace(each, url=url) if letter in odd else each)
    return seen(hubs)
