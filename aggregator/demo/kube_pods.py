"""What kube-state-metrics and cAdvisor say about pods."""

from collections.abc import Callable, Iterator

import numpy as np

from aggregator.demo import draws
from aggregator.demo.pods import USER, Pod, Pods
from aggregator.demo.samples import About, Family, Stays, of_stays, stays
from aggregator.demo.usage import appetites, cpu_seconds, memory_bytes
from aggregator.series import Bools, Floats, Ints

KUBE = {"job": "kube-state-metrics", "instance": "10.0.0.9:8080"}
_PHASES = ("Pending", "Running", "Succeeded", "Failed", "Unknown")
_RESOURCES = (("cpu", "core"), ("memory", "byte"))

Labelling = Callable[[Pod], dict[str, str]]


def pod_families(pods: Pods, times: Ints, *, detail: bool) -> Iterator[Family]:
    """All that is said about pods; without detail, of users' servers what is worth keeping for weeks."""
    seen = pods if detail else pods.of(USER)
    yield from _lasting(seen, times)
    yield _images(seen, times)
    yield from _usage(seen, times, detail=detail)
    if detail:
        yield from _phases(seen, times)
        yield from _scheduled(seen, times)
        yield from _containers(seen, times)


def _lasting(pods: Pods, times: Ints) -> Iterator[Family]:
    where = stays(times, pods.created, pods.gone)
    users = pods.of(USER)
    of_users = stays(times, users.created, users.gone)
    yield _told(
        About("kube_pod_annotations", "gauge", "Kubernetes annotations converted to Prometheus labels"),
        users,
        of_users,
        of_users.ones,
        lambda pod: {"annotation_hub_jupyter_org_username": pod.user},
    )
    yield _told(
        About("kube_pod_labels", "gauge", "Kubernetes labels converted to Prometheus labels"),
        pods,
        where,
        where.ones,
        lambda pod: {"label_app": pod.kind.app, "label_component": pod.kind.component},
    )
    created = (pods.created // 1000)[where.owner].astype(np.float64)
    yield _told(About("kube_pod_created", "gauge", "Unix creation timestamp"), pods, where, created, _always())
    yield from _resources(pods, where)


def _resources(pods: Pods, where: Stays) -> Iterator[Family]:
    """Requests and limits; a limit that is not set is not said."""
    for what, position in (("requests", 0), ("limits", 1)):
        for resource, unit in _RESOURCES:
            amounts = np.array([_amount(pod, resource, position) for pod in pods.rows])
            some = _only(where, amounts > 0)
            yield _told(
                About(f"kube_pod_container_resource_{what}", "gauge", f"The {what} of a container for a resource"),
                pods,
                some,
                amounts[some.owner],
                _placed(resource=resource, unit=unit),
            )


def _images(pods: Pods, times: Ints) -> Family:
    """Of containers from when their pod was placed: an image is named before it is there."""
    where = stays(times, pods.scheduled, pods.gone)
    return _told(
        About("kube_pod_container_info", "gauge", "Information about a container in a pod"),
        pods,
        where,
        where.ones,
        lambda pod: {"container": pod.kind.container, "image": pod.image, "image_spec": pod.image},
    )


def _amount(pod: Pod, resource: str, position: int) -> float:
    return float((pod.kind.cpus if resource == "cpu" else pod.kind.bytes)[position])


def _phases(pods: Pods, times: Ints) -> Iterator[Family]:
    """Five series a pod, one of which is 1."""
    where = stays(times, pods.created, pods.gone)
    runs = where.times >= pods.started[where.owner]
    info = "The pods current phase"
    for phase in _PHASES:
        values = {"Pending": ~runs, "Running": runs}.get(phase, np.zeros_like(runs)).astype(np.float64)
        yield _told(About("kube_pod_status_phase", "gauge", info), pods, where, values, _always(phase=phase))


def _scheduled(pods: Pods, times: Ints) -> Iterator[Family]:
    where = stays(times, pods.created, pods.gone)
    placed = where.times >= pods.scheduled[where.owner]
    info = "Describes the status of the scheduling process for the pod"
    for condition, values in (("true", placed), ("false", ~placed)):
        labels = _always(condition=condition)
        yield _told(About("kube_pod_status_scheduled", "gauge", info), pods, where, values.astype(np.float64), labels)


def _containers(pods: Pods, times: Ints) -> Iterator[Family]:
    where = stays(times, pods.scheduled, pods.gone)
    yield _told(About("kube_pod_info", "gauge", "Information about pod"), pods, where, where.ones, _pod_info)
    yield _told(
        About("kube_pod_container_status_restarts_total", "counter", "The number of container restarts per container"),
        pods,
        where,
        _restarts(pods, where),
        lambda pod: {"container": pod.kind.container},
    )


def _restarts(pods: Pods, where: Stays) -> Floats:
    counts = np.zeros(len(where.owner))
    for row, pod in enumerate(pods.rows):
        if pod.restarts:
            mine = where.owner == row
            counts[mine] = np.searchsorted(np.array(pod.restarts), where.times[mine], "right")
    return counts


def _pod_info(pod: Pod) -> dict[str, str]:
    address = draws.uniform(pod.key, np.arange(10, 12)) * 250
    return {
        "node": pod.node,
        "pod_ip": f"10.4.{int(address[0])}.{int(address[1])}",
        "uid": f"{pod.key:016x}",
        "created_by_kind": "<none>" if pod.kind is USER else "ReplicaSet",
    }


def _usage(pods: Pods, times: Ints, *, detail: bool) -> Iterator[Family]:
    """cAdvisor: each container, and once more the whole pod under an empty name, as the real one does."""
    where = stays(times, pods.started, pods.gone)
    eats = appetites(pods)
    age = (where.times - pods.started[where.owner]) / 1000
    for about, values in (
        (
            About("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed"),
            cpu_seconds(eats, where.owner, age),
        ),
        (
            About("container_memory_working_set_bytes", "gauge", "Current working set"),
            memory_bytes(eats, where.owner, age),
        ),
    ):
        yield of_stays(about, [_cadvisor(pod) for pod in pods.rows], where, values)
        if detail:
            yield of_stays(about, [_cadvisor(pod, whole=True) for pod in pods.rows], where, values)


def _cadvisor(pod: Pod, *, whole: bool = False) -> dict[str, str]:
    inside = {} if whole else {"container": pod.kind.container, "name": f"{pod.key % 0xFFFFFFFFFFFF:012x}"}
    return {
        "job": "cadvisor",
        "instance": pod.node,
        "namespace": pod.namespace,
        "pod": pod.name,
        "node": pod.node,
        **inside,
    }


def _told(about: About, pods: Pods, where: Stays, values: Floats, labels: Labelling) -> Family:
    rows = [{**KUBE, "namespace": pod.namespace, "pod": pod.name, **labels(pod)} for pod in pods.rows]
    return of_stays(about, rows, where, values)


def _always(**labels: str) -> Labelling:
    return lambda _: labels


def _placed(**labels: str) -> Labelling:
    return lambda pod: {"container": pod.kind.container, "node": pod.node, **labels}


def _only(where: Stays, rows: Bools) -> Stays:
    """The stays of some rows."""
    kept = where.kept[rows[where.kept]]
    chosen = rows[where.owner]
    seen = np.diff(where.bounds)[rows[where.kept]]
    bounds = np.concatenate([[0], np.cumsum(seen)]).astype(np.int64)
    return Stays(kept, where.owner[chosen], where.times[chosen], bounds)
