"""What is counted at every question and every answer, in plain numbers: prometheus_client's own take twenty times as long."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)

_BOUNDS = (*map(floatToGoString, SECONDS), "+Inf")


class Tally:
    """How many there were by how long they took, the seconds of all of them, and their bytes."""

    __slots__ = ("by_bound", "seconds", "size")

    def __init__(self) -> None:
        self.by_bound = [0] * len(_BOUNDS)
        self.seconds = 0.0
        self.size = 0

    def add(self, seconds: float, size: int = 0) -> None:
        self.by_bound[bisect_left(SECONDS, seconds)] += 1
        self.seconds += seconds
        self.size += size


class Traffic(Collector):
    """The questions put to each cluster, and the queries answered in each lane. Counted by one thread alone."""

    def __init__(self) -> None:
        self.clusters: defaultdict[str, Tally] = defaultdict(Tally)
        self.lanes: defaultdict[str, Tally] = defaultdict(Tally)

    def collect(self) -> Iterator[Metric]:
        asked, answered = dict(self.clusters), dict(self.lanes)
        many = {cluster: sum(tally.by_bound) for cluster, tally in asked.items()}
        yield _counter("crosshub_server_cluster_queries", "Questions put to a cluster.", "cluster", many)
        sizes = {cluster: tally.size for cluster, tally in asked.items()}
        yield _counter("crosshub_server_cluster_bytes", "Bytes that a cluster sent.", "cluster", sizes)
        yield _histogram("crosshub_server_cluster_seconds", "How long a cluster took.", "cluster", asked)
        yield _histogram("crosshub_server_query_seconds", "How long an answer took.", "lane", answered)
        many = {lane: sum(tally.by_bound) for lane, tally in answered.items()}
        yield _counter("crosshub_server_queries", "Queries answered.", "lane", many)


def _counter(name: str, words: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _histogram(name: str, words: str, label: str, tallies: Mapping[str, Tally]) -> Metric:
    family = HistogramMetricFamily(name, words, labels=[label])
    for key, tally in tallies.items():
        buckets = list(zip(_BOUNDS, accumulate(tally.by_bound), strict=True))
        family.add_metric([key], buckets, tally.seconds)
    return family
