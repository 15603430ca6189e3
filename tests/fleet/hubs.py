"""What JupyterHub and what watches it from outside would say: gauges, counters, histograms, info."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from aggregator.series import Bools, Floats
from tests.fleet.places import SAMPLES as N
from tests.fleet.shapes import always, constant, counter, every, gaps, life, walk
from tests.fleet.values import Place, Shape


def running_servers(place: Place, rng: Generator) -> Iterator[Shape]:
    for namespace in place.namespaces:
        yield Shape({"namespace": namespace}, walk(rng, N, 0, 12), gaps(rng, N, (25, 40)))


def active_users(place: Place, rng: Generator) -> Iterator[Shape]:
    for namespace in place.namespaces:
        for period, most in (("24h", 20), ("7d", 40), ("30d", 60)):
            yield Shape({"namespace": namespace, "period": period}, walk(rng, N, 0, most, grain=4), always(N))


def requests(place: Place, rng: Generator) -> Iterator[Shape]:
    """Some series lack the label `code` altogether."""
    for namespace in place.namespaces:
        for code in ({"code": "200"}, {"code": "404"}, {"code": "500"}, {}):
            speed = 3.0 if code.get("code") == "200" else 0.3
            yield Shape({"namespace": namespace, **code}, counter(rng, N, speed, resets=2), gaps(rng, N, (30,)))


def spawn_buckets(place: Place, rng: Generator) -> Iterator[Shape]:
    """Cumulative buckets: the same bounds in two clusters, others elsewhere, and spelt otherwise ("1" and "1.0")."""
    for namespace in place.namespaces:
        for status in ("success", "failure"):
            there = gaps(rng, N, (30,))
            for le, values in zip(place.buckets, _buckets(rng, len(place.buckets)), strict=True):
                yield Shape({"namespace": namespace, "status": status, "le": le}, values, there)


def poll_buckets(place: Place, rng: Generator) -> Iterator[Shape]:
    """A histogram that two clusters have; in one of them its last bucket was lost, so that it has no quantile."""
    if place.name in {"oslo", "quito"}:
        bounds = place.buckets[: -1 if place.name == "quito" else None]
        for le, values in zip(bounds, _buckets(rng, len(bounds)), strict=True):
            yield Shape({"le": le}, values, life(rng, N))


def home_sizes(place: Place, rng: Generator) -> Iterator[Shape]:
    """Written every six minutes only, so that there are moments with nothing within the lookback of five."""
    if place.name in {"lisbon", "perth"}:
        for namespace in place.namespaces:
            for person in place.people[:3]:
                yield Shape(
                    {"namespace": namespace, "directory": person},
                    walk(rng, N, 1e9, 9e12, grain=4096),
                    every(N, 24) & life(rng, N),
                )


def ups(place: Place, rng: Generator) -> Iterator[Shape]:
    for job, instances in (("hub", place.namespaces), ("node", place.nodes)):
        for instance in instances:
            yield Shape({"job": job, "instance": instance}, np.sign(walk(rng, N, 0, 8)), gaps(rng, N, (22, 60)))


def build_info(place: Place, rng: Generator) -> Iterator[Shape]:
    """An upgrade: the series of the one version ends when the other's begins."""
    for namespace in place.namespaces:
        upgraded = np.arange(N) >= rng.integers(N // 4, 3 * N // 4)
        for version, there in (("5.2.1", ~upgraded), ("6.0.0", upgraded)):
            yield Shape({"namespace": namespace, "version": version}, constant(N, 1), there)


def _buckets(rng: Generator, count: int) -> list[Floats]:
    """Cumulative counters, one a bound; now and then one runs behind the one below it, as scrapes do show."""
    each = [counter(rng, N, rng.uniform(0.05, 1.5), resets=0) for _ in range(count)]
    total = list(np.cumsum(each, axis=0))
    late: Bools = rng.random(N) < 0.02
    total[-1] = np.where(late, np.maximum(total[-1] - 3, 0), total[-1])
    return total
