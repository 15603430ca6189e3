"""Which images servers ran, and for how many hours: what a cluster tells of each local day, bounded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import fsum

from aggregator.errors import ClusterFailed, ClusterRefused, printable
from aggregator.rollups.asking import Cluster, Place, Told, settled
from aggregator.rollups.buckets import Bucket

MOST = 20
"""Images of a hub that are kept by name for a day, those with the most hours: where people build their own there is no end."""

LONGEST = 200
"""Characters of a name that are kept."""

OTHERS = ""
"""In the place of a name: the hours of all that are not kept by theirs."""

# `image` is what the machine made of it, sometimes only a digest; `image_spec`, which older ones do not tell, is what was
# asked for. Told by two it is one pod all the same.
_RAN = 'group by (namespace, pod, image_spec, image) (kube_pod_container_info{$hubs,pod=~"jupyter-.*",container="notebook"})'
IMAGES = f"sum_over_time(count by (namespace, image_spec, image) ({_RAN})[$w:1m]) / 60"

Hours = Mapping[str, float]
"""Of servers, by the image that they ran."""


async def with_images(
    cluster: Cluster, told: Told, namespaces: Sequence[str], days: Sequence[Bucket]
) -> Told | ClusterFailed:
    """What the cluster told, and what ran in each hub on each day."""
    found = await cluster.samples(IMAGES, namespaces, days)
    if isinstance(found, ClusterFailed):
        return found
    if isinstance(found, ClusterRefused):
        return replace(told, refused={**told.refused, "images": found.error})
    by_place: defaultdict[Place, list[tuple[str, float]]] = defaultdict(list)
    for labels, number, hours in found:
        name = labels.get("image_spec") or labels.get("image", OTHERS)
        by_place[labels["namespace"], number].append((_kept_name(name), hours))
    return replace(told, images={place: bounded(some) for place, some in by_place.items()})


def bounded(some: Iterable[tuple[str, float]]) -> Hours:
    """The hours of each image added up; of more than are kept, those with the fewest are others."""
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for name, hours in some:
        parts[name].append(hours)
    # Exactly added up, so that it does not matter who comes first.
    whole = {name: settled(fsum(hours)) for name, hours in parts.items()}
    named = sorted((name for name in whole if name != OTHERS), key=lambda name: (-whole[name], name))
    others = fsum(whole[name] for name in (*named[MOST:], *(whole.keys() & {OTHERS})))
    return {name: whole[name] for name in named[:MOST]} | ({OTHERS: settled(others)} if others else {})


def _kept_name(name: str) -> str:
    """As any database holds it: one of them knows no zero bytes."""
    return printable(name).strip()[:LONGEST]
