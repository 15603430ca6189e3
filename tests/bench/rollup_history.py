"""Five weeks of 150 hubs, scraped every five minutes: the fewest series from which most measures can be computed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator

from aggregator.clusters.values import Hub
from aggregator.demo.samples import About, Family, labelled, of_rows
from aggregator.rollups.buckets import DAY, HOUR
from aggregator.series import Floats
from tests.fleet.shapes import walk

INTERVAL = 300_000
DAYS = 35
BEGIN = 1_767_571_200_000  # 2026-01-05 00:00 UTC, a Monday
END = BEGIN + DAYS * DAY
# Zones begin their days up to half a day earlier, and counters grow from a sample before.
TIMES = np.arange(BEGIN - 12 * HOUR, END + HOUR, INTERVAL, dtype=np.int64)

_HUBS = 50
_BOUNDS = ("5", "30", "60", "+Inf")
_REQUESTS = (
    {"handler": "jupyterhub.handlers.pages.HomeHandler", "method": "GET", "code": "200"},
    {"handler": "jupyterhub.handlers.login.LoginHandler", "method": "POST", "code": "302"},
    {"handler": "jupyterhub.handlers.login.LoginHandler", "method": "POST", "code": "403"},
)

_Labels = dict[str, str]
_Rows = tuple[str, Sequence[_Labels], Floats]


@dataclass(frozen=True, slots=True)
class Region:
    """One cluster, whose hubs have their days in common."""

    number: int
    name: str
    zone: ZoneInfo

    def hubs(self) -> tuple[Hub, ...]:
        return tuple(Hub(f"hub-{n:02}", timezone=self.zone, community=f"{self.name}-{n % 5}") for n in range(_HUBS))


REGIONS = tuple(
    Region(number, name, ZoneInfo(zone))
    for number, (name, zone) in enumerate(
        [("lisbon", "Europe/Lisbon"), ("pune", "Asia/Kolkata"), ("toronto", "America/Toronto")]
    )
)


def families(region: Region) -> Iterator[Family]:
    """All series of one cluster."""
    rng = np.random.default_rng([11, region.number])
    hubs = [{"namespace": hub.name} for hub in region.hubs()]
    for name, labels, values in (*_of_hubs(hubs, rng), *_of_pods(hubs, rng)):
        yield of_rows(About(name, "unknown", ""), [labelled(name, each) for each in labels], TIMES, values)


def _of_hubs(hubs: Sequence[_Labels], rng: Generator) -> Iterator[_Rows]:
    scraped = [{**hub, "job": "hub", "component": "hub"} for hub in hubs]
    yield "up", scraped, _always(hubs, 1)
    yield "process_start_time_seconds", scraped, _always(hubs, BEGIN / 1000 - 86400)
    yield "jupyterhub_running_servers", hubs, _gauges(rng, len(hubs), 0, 40)
    yield "jupyterhub_total_users", hubs, _gauges(rng, len(hubs), 100, 900)
    periods = [{**hub, "period": period} for hub in hubs for period in ("24h", "7d", "30d")]
    yield "jupyterhub_active_users", periods, _gauges(rng, len(periods), 5, 300)
    spawns = "jupyterhub_server_spawn_duration_seconds"
    success = [{**hub, "status": "success"} for hub in hubs]
    starts = rng.poisson(0.1, (len(hubs), len(_BOUNDS), len(TIMES))).cumsum(axis=1).cumsum(axis=2)
    buckets = [{**each, "le": bound} for each in success for bound in _BOUNDS]
    yield f"{spawns}_bucket", buckets, starts.reshape(-1, len(TIMES)).astype(np.float64)
    yield f"{spawns}_count", success, starts[:, -1].astype(np.float64)
    yield f"{spawns}_count", [{**hub, "status": "failure"} for hub in hubs], _counters(rng, len(hubs), 0.01)
    yield f"{spawns}_sum", success, 20.0 * starts[:, -1]
    requests = [{**hub, **request} for hub in hubs for request in _REQUESTS]
    yield "jupyterhub_request_duration_seconds_count", requests, _counters(rng, len(requests), 3)
    yield "jupyterhub_request_duration_seconds_sum", requests, _counters(rng, len(requests), 1)
    homes = [{**hub, "directory": f"person-{n}"} for hub in hubs for n in range(2)]
    yield "dirsize_total_size_bytes", homes, _gauges(rng, len(homes), 1e7, 9e10)
    volumes = [{**hub, "persistentvolumeclaim": "home-nfs"} for hub in hubs]
    yield "kubelet_volume_stats_capacity_bytes", volumes, _always(hubs, 2.0**42)
    yield "kubelet_volume_stats_available_bytes", volumes, _gauges(rng, len(hubs), 1e10, 4e12)


def _of_pods(hubs: Sequence[_Labels], rng: Generator) -> Iterator[_Rows]:
    pods = [{**hub, "pod": "jupyter-person-1"} for hub in hubs]
    notebooks = [{**pod, "container": "notebook"} for pod in pods]
    # One a day: it is another one once it was created anew.
    created = np.floor(np.broadcast_to(TIMES, (len(hubs), len(TIMES))) / DAY) * (DAY / 1000) + 28_800
    yield "kube_pod_info", pods[:1], _always(hubs[:1], 1)
    yield "kube_pod_created", pods, created
    named = [{**pod, "annotation_hub_jupyter_org_username": f"person-{n % 30}"} for n, pod in enumerate(pods)]
    yield "kube_pod_annotations", named, _always(hubs, 1)
    yield "container_cpu_usage_seconds_total", notebooks, _counters(rng, len(hubs), 60)
    yield "container_memory_working_set_bytes", notebooks, _gauges(rng, len(hubs), 1e8, 4e9)
    for resource, amount in (("cpu", 0.5), ("memory", 2.0**31)):
        asked = [{**each, "resource": resource} for each in notebooks]
        yield "kube_pod_container_resource_requests", asked, _always(hubs, amount)


def _always(hubs: Sequence[_Labels], value: float) -> Floats:
    return np.full((len(hubs), len(TIMES)), value)


def _gauges(rng: Generator, count: int, low: float, high: float) -> Floats:
    return np.stack([walk(rng, len(TIMES), low, high) for _ in range(count)])


def _counters(rng: Generator, count: int, each: float) -> Floats:
    return rng.poisson(each, (count, len(TIMES))).cumsum(axis=1).astype(np.float64)
