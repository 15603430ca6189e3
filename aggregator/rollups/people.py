"""Who used a hub on a local day.

Definition 1: a person is a user name, in lower case, the same person wherever it appears. They used a hub on a day on which
a pod of theirs was there, or, where the hub's REST API can be asked, on which the hub saw them last. The hub's staff are
nobody. Hubs whose accounts are made for each session (`ephemeral`) have no people, only sessions.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.errors import ClusterFailed, ClusterRefused
from aggregator.rollups.asking import Cluster, Place
from aggregator.rollups.buckets import Bucket
from aggregator.rollups.catalogue import PRESENT, Exporter
from aggregator.rollups.subjects import Subject

DEFINITION = 1
USERNAME = "annotation_hub_jupyter_org_username"

_SERVER = '$hubs,pod=~"jupyter-.*"'
NAMES = f'group by (namespace, {USERNAME}) (last_over_time(kube_pod_annotations{{{_SERVER},{USERNAME}!=""}}[$w]))'
PODS = f"count by (namespace) (last_over_time(kube_pod_created{{{_SERVER}}}[$w]))"


@dataclass(frozen=True, slots=True)
class Seen:
    """User names by hub and day. Where pods ran whose people cannot be known, or nobody tells of pods, there is no entry.

    `refused` has the words of a cluster that would not tell.
    """

    names: Mapping[Place, frozenset[str]]
    refused: Mapping[str, str] = field(default_factory=dict)


async def seen_in_pods(cluster: Cluster, hubs: Sequence[Subject], days: Sequence[Bucket]) -> Seen | ClusterFailed:
    """Whose pods there were in each hub on each day, as one cluster tells it; staff are left out."""
    namespaces = [hub.namespace for hub in hubs]
    names = await cluster.samples(NAMES, namespaces, days)
    pods = await cluster.ask(PODS, namespaces, days)
    tellers = await cluster.ask(PRESENT[Exporter.KUBE], namespaces, days)
    for answer in (names, pods, tellers):
        if isinstance(answer, ClusterFailed):
            return answer
        if isinstance(answer, ClusterRefused):
            return Seen({}, {"people": answer.error})
    assert isinstance(names, list)
    assert isinstance(pods, dict)
    assert isinstance(tellers, dict)
    found: defaultdict[Place, set[str]] = defaultdict(set)
    for labels, number, _ in names:
        found[labels["namespace"], number].add(labels[USERNAME].lower())
    for hub in hubs:
        for day in days:
            if (hub.namespace, day.number) not in pods and ("", day.number) in tellers:
                found[hub.namespace, day.number] = set()
    staff = {hub.namespace: hub.staff for hub in hubs}
    return Seen({place: frozenset(who - staff[place[0]]) for place, who in found.items() if place[0] in staff})
