"""A day of JupyterHubs on Kubernetes as a pure function of the cluster: some 1,800 series, a third of them come and go."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator

from aggregator.demo.samples import About, Family, labelled, of_rows
from aggregator.series import Bools, Floats
from tests.bench.places import BEGIN, INTERVAL, SAMPLES, Place
from tests.fleet.shapes import walk

TIMES = BEGIN + np.arange(SAMPLES, dtype=np.int64) * INTERVAL

_USERS_A_HUB = 15
_SYSTEM = ("hub", "proxy", "user-scheduler")
_NODES = 10
_SPAWN = ("1", "2.5", "5", "10", "15", "30", "60", "+Inf")
_REQUEST = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "5", "+Inf")
_DAY = 24 * 60

_Labels = dict[str, str]


def families(place: Place, extra: _Labels) -> Iterator[Family]:
    """All series of one cluster; `extra` labels go onto every one of them."""
    rng = np.random.default_rng([7, place.number])
    for name, labels, values, present in (*_hubs(place, rng), *_nodes(rng), *_pods(place, rng)):
        sets = [labelled(name, each, **extra) for each in labels]
        yield of_rows(About(name, "unknown", ""), sets, TIMES, values, present)


_Rows = tuple[str, list[_Labels], Floats, Bools | None]


def _hubs(place: Place, rng: Generator) -> Iterator[_Rows]:
    hubs: list[_Labels] = [{"namespace": each, "job": "hub", "instance": f"hub.{each}"} for each in place.namespaces]
    yield "jupyterhub_running_servers", hubs, _gauges(rng, len(hubs), 0, 40), None
    yield "jupyterhub_total_users", hubs, _gauges(rng, len(hubs), 100, 900), None
    periods = _crossed(hubs, "period", ("24h", "7d", "30d"))
    yield "jupyterhub_active_users", periods, _gauges(rng, len(periods), 5, 300), None
    spawns = _crossed(hubs, "status", ("success", "failure"))
    yield (
        "jupyterhub_server_spawn_duration_seconds_bucket",
        _crossed(spawns, "le", _SPAWN),
        _buckets(rng, len(spawns), 0.02, _SPAWN),
        None,
    )
    requests = _crossed(hubs, "handler", ("jupyterhub.handlers.base", "jupyterhub.apihandlers.users"))
    yield (
        "jupyterhub_request_duration_seconds_bucket",
        _crossed(requests, "le", _REQUEST),
        _buckets(rng, len(requests), 4.0, _REQUEST),
        None,
    )
    homes = [{**hub, "directory": f"person-{n:03}"} for hub in hubs for n in range(10)]
    yield "dirsize_total_size_bytes", homes, _gauges(rng, len(homes), 1e7, 9e10), None
    yield "up", hubs, np.ones((len(hubs), SAMPLES)), None


def _nodes(rng: Generator) -> Iterator[_Rows]:
    nodes: list[_Labels] = [{"node": f"node-{n:02}", "instance": f"10.0.0.{n}:9100"} for n in range(_NODES)]
    yield "node_memory_MemAvailable_bytes", nodes, _gauges(rng, _NODES, 4e9, 6e10), None
    yield "node_memory_MemTotal_bytes", nodes, np.full((_NODES, SAMPLES), 64.0 * 2**30), None
    cores = _crossed(_crossed(nodes, "cpu", ("0", "1")), "mode", ("idle", "user", "system", "iowait"))
    yield "node_cpu_seconds_total", cores, _counters(rng, len(cores), 15.0), None
    allocatable = _crossed(nodes, "resource", ("cpu", "memory"))
    amounts = np.where(np.arange(len(allocatable)) % 2 == 0, 15.89, 62.0 * 2**30)
    yield "kube_node_status_allocatable", allocatable, np.repeat(amounts[:, None], SAMPLES, axis=1), None


def _pods(place: Place, rng: Generator) -> Iterator[_Rows]:
    """Users' servers that come and go, and the pods of the hubs, which stay."""
    pods, present = _pods_there(place, rng)
    ones = np.ones(present.shape)
    containers = [{**pod, "container": "notebook" if pod["pod"].startswith("jupyter-") else "main"} for pod in pods]
    yield "container_memory_working_set_bytes", containers, _gauges(rng, len(pods), 1e8, 4e9), present
    yield "container_cpu_usage_seconds_total", containers, _counters(rng, len(pods), 6.0), present
    yield "kube_pod_info", [{**pod, "node": f"node-{i % _NODES:02}"} for i, pod in enumerate(pods)], ones, present
    yield "kube_pod_labels", [{**pod, **_told(pod["pod"])} for pod in pods], ones, present
    for resource, amount in (("cpu", 0.5), ("memory", 2.0**31)):
        requests = [{**each, "resource": resource} for each in containers]
        yield "kube_pod_container_resource_requests", requests, ones * amount, present


def _pods_there(place: Place, rng: Generator) -> tuple[list[_Labels], Bools]:
    users = [
        {"namespace": hub, "pod": f"jupyter-{hub}-{place.name}-{n:02}"}
        for hub in place.namespaces
        for n in range(_USERS_A_HUB)
    ]
    system = [
        {"namespace": hub, "pod": f"{what}-{rng.integers(1 << 36):09x}"} for hub in place.namespaces for what in _SYSTEM
    ]
    begin = rng.uniform(-6 * 60, _DAY + 60, len(users))[:, None]
    minutes = rng.uniform(2 * 60, 11 * 60, len(users))[:, None]
    when = np.arange(SAMPLES)[None, :]
    lives = (when >= begin) & (when < begin + minutes)
    return users + system, np.concatenate([lives, np.ones((len(system), SAMPLES), dtype=np.bool_)])


def _told(pod: str) -> _Labels:
    if pod.startswith("jupyter-"):
        return {"label_component": "singleuser-server", "label_hub_jupyter_org_username": pod.rpartition("-")[2]}
    return {"label_component": pod.partition("-")[0], "label_app": "jupyterhub"}


def _crossed(rows: Sequence[_Labels], label: str, values: Sequence[str]) -> list[_Labels]:
    return [{**row, label: value} for row in rows for value in values]


def _gauges(rng: Generator, count: int, low: float, high: float) -> Floats:
    return np.stack([walk(rng, SAMPLES, low, high) for _ in range(count)])


def _counters(rng: Generator, count: int, each: float) -> Floats:
    """Seconds of CPU: growing, in thousandths."""
    grown: Floats = rng.gamma(1.2, each, (count, SAMPLES))
    return np.asarray(np.round(np.cumsum(grown, axis=1), 3))


def _buckets(rng: Generator, count: int, each: float, bounds: Sequence[str]) -> Floats:
    """Cumulative over the bounds and over time, in the order of labels crossed with `le`."""
    events = rng.poisson(each, (count, len(bounds), SAMPLES)).astype(np.float64)
    return np.cumsum(np.cumsum(events, axis=1), axis=2).reshape(-1, SAMPLES)
