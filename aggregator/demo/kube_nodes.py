"""What kube-state-metrics and node-exporter say about nodes."""

from collections.abc import Iterator

import numpy as np

from aggregator.demo import draws
from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.kube_pods import KUBE
from aggregator.demo.pods import GIB, Pods
from aggregator.demo.samples import About, Family, Stays, of_stays, stays
from aggregator.demo.truth import Node
from aggregator.demo.usage import appetites, cpu_seconds, memory_bytes
from aggregator.series import Bools, Floats, Ints

_CORE_CPUS, _CORE_BYTES = 4, 16 * GIB
_DISK = 100 * GIB


def node_families(
    cluster: ClusterPlan, nodes: tuple[Node, ...], pods: Pods, times: Ints, *, detail: bool
) -> Iterator[Family]:
    """All that is said about nodes; without detail, how many there were and how large."""
    booted = np.array([node.booted for node in nodes], dtype=np.int64)
    where = stays(times, booted + 60_000, np.array([node.gone for node in nodes], dtype=np.int64))
    yield from _objects(cluster, nodes, where, detail=detail)
    if detail:
        age = (where.times - booted[where.owner]) / 1000
        yield from _machine(cluster, nodes, pods, where, age)
        yield from _devices(nodes, where, age)


def _objects(cluster: ClusterPlan, nodes: tuple[Node, ...], where: Stays, *, detail: bool) -> Iterator[Family]:
    base = [{**KUBE, "node": node.name} for node in nodes]
    info = About("kube_node_info", "gauge", "Information about a cluster node")
    version = {"kubelet_version": "v1.33.4", "os_image": "Container-Optimized OS"}
    yield of_stays(info, [{**labels, **version} for labels in base], where, where.ones)
    labelling = About("kube_node_labels", "gauge", "Kubernetes labels converted to Prometheus labels")
    rows = [{**labels, **_node_labels(cluster, node)} for labels, node in zip(base, nodes, strict=True)]
    yield of_stays(labelling, rows, where, where.ones)
    for what, share in (("capacity", 1.0), ("allocatable", 0.94)) if detail else (("capacity", 1.0),):
        about = About(f"kube_node_status_{what}", "gauge", f"The {what} for different resources of a node")
        for resource, unit, amounts in (
            ("cpu", "core", np.array([_cpus(cluster, node) for node in nodes]) * share),
            ("memory", "byte", np.rint(np.array([_bytes(cluster, node) for node in nodes]) * share)),
        ):
            rows = [{**labels, "resource": resource, "unit": unit} for labels in base]
            yield of_stays(about, rows, where, amounts[where.owner])


def _node_labels(cluster: ClusterPlan, node: Node) -> dict[str, str]:
    kind = "n2-highmem-4" if node.pool == "core" else f"n2-highmem-{cluster.cpus}"
    purpose = {"label_hub_jupyter_org_node_purpose": node.pool} if node.pool == "user" else {}
    pool = {"label_cloud_google_com_gke_nodepool": f"{node.pool}-pool"}
    return {"label_node_kubernetes_io_instance_type": kind, **pool, **purpose}


def _cpus(cluster: ClusterPlan, node: Node) -> int:
    return _CORE_CPUS if node.pool == "core" else cluster.cpus


def _bytes(cluster: ClusterPlan, node: Node) -> int:
    return _CORE_BYTES if node.pool == "core" else cluster.gibibytes * GIB


def _exporter(node: Node, **more: str) -> dict[str, str]:
    return {"job": "node-exporter", "instance": f"{node.name}:9100", "node": node.name, **more}


def _machine(cluster: ClusterPlan, nodes: tuple[Node, ...], pods: Pods, where: Stays, age: Floats) -> Iterator[Family]:
    """CPU and memory: what the pods on each node use, and a little for the machine itself."""
    used, held = _of_pods(nodes, pods, where)
    cpus = np.array([_cpus(cluster, node) for node in nodes])[where.owner]
    total = np.array([_bytes(cluster, node) for node in nodes], dtype=np.float64)[where.owner]
    user, system, waiting = used + 0.03 * age, 0.08 * used + 0.05 * age, 0.004 * age
    idle = cpus * age - user - system - waiting
    about = About("node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode")
    for mode, seconds in (("idle", idle), ("iowait", waiting), ("system", system), ("user", user)):
        values = np.rint(100 * seconds / cpus) / 100
        for cpu in range(int(cpus.max(initial=0))):
            yield _of_some(
                about, [_exporter(node, mode=mode, cpu=str(cpu)) for node in nodes], where, values, cpus > cpu
            )
    available = np.maximum(total - held - GIB, GIB // 4)
    cached = np.rint(available * 0.4 / 4096) * 4096
    for name, says, values in (
        ("node_memory_MemTotal_bytes", "Memory information field MemTotal", total),
        ("node_memory_MemAvailable_bytes", "Memory information field MemAvailable", available),
        ("node_memory_MemFree_bytes", "Memory information field MemFree", available - cached),
        ("node_memory_Cached_bytes", "Memory information field Cached", cached),
        ("node_memory_Buffers_bytes", "Memory information field Buffers", np.full_like(total, GIB // 16)),
    ):
        yield of_stays(About(name, "gauge", says), [_exporter(node) for node in nodes], where, values)


def _of_pods(nodes: tuple[Node, ...], pods: Pods, where: Stays) -> tuple[Floats, Floats]:
    """CPU time that pods have used since each node's boot, those already gone included, and memory they hold now."""
    used, held = np.zeros(len(where.owner)), np.zeros(len(where.owner))
    eats = appetites(pods)
    numbers = {node.name: number for number, node in enumerate(nodes)}
    on = np.array([numbers.get(pod.node, -1) for pod in pods.rows], dtype=np.int64)
    for first, last in zip(where.bounds[:-1].tolist(), where.bounds[1:].tolist(), strict=True):
        rows = np.flatnonzero(on == where.owner[first])
        if not len(rows):
            continue
        at = where.times[None, first:last]
        began, gone = pods.started[rows, None], pods.gone[rows, None]
        age = (np.clip(at, began, gone) - began) / 1000
        columns = np.broadcast_to(rows[:, None], age.shape)
        used[first:last] = cpu_seconds(eats, columns, age).sum(axis=0)
        held[first:last] = np.where((at >= began) & (at < gone), memory_bytes(eats, columns, age), 0).sum(axis=0)
    return used, held


def _of_some(
    about: About,
    labels: list[dict[str, str]],
    where: Stays,
    values: Floats,
    some: Bools,
) -> Family:
    """A family of those samples alone; a series has all of its samples or none."""
    chosen = some[where.bounds[:-1]]
    seen = np.diff(where.bounds)[chosen]
    part = Stays(where.kept[chosen], where.owner[some], where.times[some], np.concatenate([[0], np.cumsum(seen)]))
    return of_stays(about, labels, part, values[some])


def _devices(nodes: tuple[Node, ...], where: Stays, age: Floats) -> Iterator[Family]:
    """Disk, network, and when the machine began."""
    luck = np.array([draws.one(draws.key(node.name)) for node in nodes])[where.owner]
    busy = age * (0.02 + 0.05 * luck)
    disk = {"device": "/dev/sda1", "fstype": "ext4", "mountpoint": "/"}
    left = np.rint((_DISK * 0.7 - np.minimum(age * 20_000, _DISK * 0.4) * (0.5 + luck / 2)) / 4096) * 4096
    booted = np.array([node.booted / 1000 for node in nodes])[where.owner]
    for name, kind, says, extra, values in (
        ("node_boot_time_seconds", "gauge", "Node boot time, in unixtime", {}, booted),
        ("node_filesystem_size_bytes", "gauge", "Filesystem size in bytes", disk, np.full_like(age, _DISK)),
        ("node_filesystem_avail_bytes", "gauge", "Filesystem space available", disk, left),
        (
            "node_disk_io_time_seconds_total",
            "counter",
            "Total seconds spent doing I/Os",
            {"device": "sda"},
            _cents(busy),
        ),
        (
            "node_network_receive_bytes_total",
            "counter",
            "Received bytes",
            {"device": "eth0"},
            np.rint(age * 9000 * (1 + luck)),
        ),
        (
            "node_network_transmit_bytes_total",
            "counter",
            "Sent bytes",
            {"device": "eth0"},
            np.rint(age * 4000 * (1 + luck)),
        ),
        ("up", "gauge", "1 if the instance answered its scrape", {}, where.ones),
    ):
        yield of_stays(About(name, kind, says), [_exporter(node, **extra) for node in nodes], where, values)


def _cents(values: Floats) -> Floats:
    rounded: Floats = np.rint(values * 100) / 100
    return rounded
