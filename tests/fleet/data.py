"""Every series of the fleet as a pure function of a seed; the table says which metrics there are."""

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from numpy.random import Generator

from aggregator.series import CLUSTER, NAME, Labels
from tests.fleet import hubs, machines, oddities
from tests.fleet.places import INTERVAL, PLACES, SAMPLES, START
from tests.fleet.values import Place, Series, Shape

Kind = Literal["gauge", "counter", "bucket", "info"]

METRICS: dict[str, tuple[Kind, Callable[[Place, Generator], Iterator[Shape]]]] = {
    "jupyterhub_running_servers": ("gauge", hubs.running_servers),
    "jupyterhub_active_users": ("gauge", hubs.active_users),
    "jupyterhub_requests_total": ("counter", hubs.requests),
    "jupyterhub_spawn_seconds_bucket": ("bucket", hubs.spawn_buckets),
    "jupyterhub_poll_seconds_bucket": ("bucket", hubs.poll_buckets),
    "jupyterhub_build_info": ("info", hubs.build_info),
    "dirsize_total_size_bytes": ("gauge", hubs.home_sizes),
    "up": ("gauge", hubs.ups),
    "kube_pod_info": ("info", machines.pod_info),
    "kube_pod_labels": ("info", machines.pod_labels),
    "kube_pod_resource_limits": ("gauge", machines.memory_limits),
    "kube_node_info": ("info", machines.node_info),
    "kube_namespace_created": ("gauge", machines.created),
    "container_cpu_usage_seconds_total": ("counter", machines.container_cpu),
    "container_memory_working_set_bytes": ("gauge", machines.container_memory),
    "node_cpu_seconds_total": ("counter", machines.node_cpu),
    "node_memory_free_bytes": ("gauge", machines.node_free),
    "odd_values": ("gauge", oddities.odd_values),
    "room_temperature_celsius": ("gauge", oddities.temperatures),
    "fair_share": ("gauge", oddities.shares),
    "ties": ("gauge", oddities.ties),
    "many": ("gauge", oddities.many),
    "backup_runs_total": ("counter", oddities.backups),
    "fleet_version": ("gauge", oddities.fleet_version),
}


def series_of(place: Place, seed: int) -> Iterator[Series]:
    """All series of one cluster, without the label `cluster`."""
    times = START + place.shift + np.arange(SAMPLES, dtype=np.int64) * INTERVAL
    for number, (metric, (_, shapes)) in enumerate(METRICS.items()):
        rng = np.random.default_rng([seed, number, *place.name.encode()])
        for shape in shapes(place, rng):
            labels = tuple(sorted({NAME: metric, **shape.labels}.items()))
            yield Series(labels, times[shape.there], shape.values[shape.there])


def series_of_union(seed: int) -> Iterator[Series]:
    """The same series of all clusters, each with its label `cluster`."""
    for place in PLACES:
        for series in series_of(place, seed):
            labels: Labels = tuple(sorted((*series.labels, (CLUSTER, place.name))))
            yield Series(labels, series.times, series.values)
