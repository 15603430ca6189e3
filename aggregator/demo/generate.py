"""All series of a cluster at some moments: a pure function of the plan and the times, whichever other times are asked."""

from collections.abc import Iterator

import numpy as np

from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.history import truth_of
from aggregator.demo.home_metrics import group_families, home_families, volume_families
from aggregator.demo.hub_metrics import hub_families, hub_sight
from aggregator.demo.kube_nodes import node_families
from aggregator.demo.kube_pods import KUBE, pod_families
from aggregator.demo.pods import pods_of
from aggregator.demo.rhythm import DAY, SECOND
from aggregator.demo.samples import About, Family, labelled, of_rows
from aggregator.demo.truth import Gap, Truth
from aggregator.series import Ints

# `active_users` looks back thirty days, and counters to the hub's last start.
LOOKS_BACK = 33 * DAY


def scrape_times(cluster: ClusterPlan, start: int, end: int, step: int) -> Ints:
    """When the cluster scrapes in [start, end): every step, at its own second, whatever the stretch."""
    phase = cluster.phase * SECOND % step
    return np.arange(start + (phase - start) % step, end, step, dtype=np.int64)


def truth_for(cluster: ClusterPlan, start: int, end: int) -> Truth:
    """As much truth as the series in [start, end) are made from."""
    return truth_of(cluster, start - LOOKS_BACK, end)


def families(cluster: ClusterPlan, truth: Truth, times: Ints, *, detail: bool) -> Iterator[Family]:
    """Every series at these times, or without detail those worth keeping for weeks.

    The truth has to be `truth_for` a stretch that holds the times; more of it changes nothing.
    """
    times = without_gaps(times, truth.gaps)
    if not len(times):
        return
    # A node's counters hold what pods long gone have used, so all pods of the truth are at hand.
    pods = pods_of(cluster, truth)
    yield from pod_families(pods.between(int(times[0]), int(times[-1]) + 1), times, detail=detail)
    yield from node_families(cluster, truth.nodes, pods, times, detail=detail)
    yield _services(cluster, times)
    for number, hub in enumerate(cluster.hubs):
        yield from hub_families(hub_sight(hub, number, truth, times), detail=detail)
        yield from volume_families(hub, truth, times)
        if detail and "dirsize" not in cluster.lacks:
            yield from home_families(hub, truth, times)
        if detail and "groups" not in cluster.lacks:
            yield from group_families(hub, truth, times)


def without_gaps(times: Ints, gaps: tuple[Gap, ...]) -> Ints:
    """The times at which the cluster's Prometheus ran."""
    ran = np.ones(len(times), dtype=np.bool_)
    for gap in gaps:
        ran &= ~((times >= gap.start) & (times < gap.end))
    return times[ran]


def _services(cluster: ClusterPlan, times: Ints) -> Family:
    about = About("kube_service_labels", "gauge", "Kubernetes labels converted to Prometheus labels")
    rows = [
        labelled(
            about.name,
            KUBE,
            namespace=hub.namespace,
            service=service,
            label_app="jupyterhub",
            label_component=component,
        )
        for hub in cluster.hubs
        for service, component in (("hub", "hub"), ("proxy-public", "proxy-public"), ("proxy-api", "proxy-api"))
    ]
    return of_rows(about, rows, times, np.ones((len(rows), len(times))))
