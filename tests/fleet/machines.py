"""What Kubernetes, the nodes and the containers would say: pods that come and go, info metrics to join with."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from aggregator.series import Bools
from tests.fleet.places import SAMPLES as N
from tests.fleet.places import START
from tests.fleet.shapes import constant, counter, gaps, life, walk
from tests.fleet.values import Place, Shape


def pod_info(place: Place, rng: Generator) -> Iterator[Shape]:
    for number, (labels, there) in enumerate(_pods(place)):
        node = place.nodes[number % len(place.nodes)]
        yield Shape({**labels, "node": node, "uid": f"{rng.integers(1 << 40):x}"}, constant(N, 1), there)


def pod_labels(place: Place, rng: Generator) -> Iterator[Shape]:
    """The names of people as label values: quotes, backslashes, other alphabets; singleton pods have none."""
    for labels, there in _pods(place):
        person = labels["pod"].removeprefix("jupyter-")
        odd = {"label_username": person} if person != labels["pod"] else {"label_app": "jupyterhub"}
        yield Shape({**labels, **odd}, constant(N, 1), there)


def container_cpu(place: Place, rng: Generator) -> Iterator[Shape]:
    for labels, there in _pods(place):
        for container in ("main", "sidecar") if labels["pod"] == "hub-0" else ("main",):
            values = counter(rng, N, 2.0, resets=1, fractions=True)
            yield Shape({**labels, "container": container}, values, there)


def container_memory(place: Place, rng: Generator) -> Iterator[Shape]:
    for labels, there in _pods(place):
        yield Shape({**labels, "container": "main"}, walk(rng, N, 2e6, 4e9, grain=4096), there & gaps(rng, N, (26,)))


def memory_limits(place: Place, rng: Generator) -> Iterator[Shape]:
    for labels, there in _pods(place):
        yield Shape({**labels, "container": "main", "resource": "memory"}, constant(N, 4e9), there)


def node_info(place: Place, rng: Generator) -> Iterator[Shape]:
    for node in place.nodes:
        kind = "gpu.large" if node == "gpu-1" else "n2-highmem-4"
        yield Shape({"node": node, "instance_type": kind}, constant(N, 1), gaps(rng, N, ()))


def node_cpu(place: Place, rng: Generator) -> Iterator[Shape]:
    for node in place.nodes:
        for mode in ("idle", "user", "system"):
            values = counter(rng, N, 9.0, resets=0, fractions=True)
            yield Shape({"node": node, "mode": mode, "cpu": "0"}, values, gaps(rng, N, (24, 90)))


def node_free(place: Place, rng: Generator) -> Iterator[Shape]:
    for node in place.nodes:
        yield Shape({"node": node}, walk(rng, N, 1e8, 1.6e10, grain=65536), gaps(rng, N, (60,)))


def created(place: Place, rng: Generator) -> Iterator[Shape]:
    """Timestamps: large and close together, which is where a careless variance loses everything."""
    for namespace in place.namespaces:
        when = START / 1000 - float(rng.integers(1, 400)) * 86_400 - float(rng.integers(0, 86_400))
        yield Shape({"namespace": namespace}, constant(N, when), gaps(rng, N, ()))


def _pods(place: Place) -> Iterator[tuple[dict[str, str], Bools]]:
    """The same pods, with the same lives, for every metric that speaks of them."""
    rng = np.random.default_rng([3, *place.name.encode()])
    for number, namespace in enumerate(place.namespaces):
        yield {"namespace": namespace, "pod": "hub-0"}, gaps(rng, N, (21,))
        for person in place.people if number == 0 else place.people[:1]:
            yield {"namespace": namespace, "pod": f"jupyter-{person}"}, life(rng, N)
