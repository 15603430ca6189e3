"""What Crosshub's own work costs, without a network: passing bytes through, and planning."""

import time
from collections.abc import Mapping, Sequence
from statistics import median

from aggregator.api.bodies import success
from aggregator.clusters.values import Query as Limits
from aggregator.federation.question import Answered, Question, Reply, T
from aggregator.promql import parse as parsing
from aggregator.query.engine import Engine
from aggregator.query.request import Request
from tests.bench.bare import planned
from tests.bench.queries import Query

_MEGABYTE = 1e6


class InMemory:
    """Clusters whose answers are there already, as bytes."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        self._bodies = bodies

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        return tuple(Answered(each.cluster, each.decode(self._bodies[each.cluster])) for each in questions)


async def splice_ms_per_megabyte(bodies: Mapping[str, bytes], query: Query, repeats: int) -> tuple[float, float]:
    """What an answer costs from the clusters' bytes to ours; and how many megabytes it was measured on."""
    engine = Engine(InMemory(bodies), tuple(bodies), Limits(), lambda: dict.fromkeys(bodies, (2, 42)))
    taken = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        answer = await engine.answer(Request(query.text, query.steps))
        body = success([b'{"resultType":"matrix","result":', *answer.result, b"}"])
        taken.append(time.perf_counter() - started)
    megabytes = len(body) / _MEGABYTE
    return median(taken[1:]) * 1000 / megabytes, megabytes


def planning_ms(queries: Sequence[Query], clusters: tuple[str, ...], repeats: int) -> dict[Query, float]:
    """For each query the median of reading and planning it, as if it had never been seen."""
    return {query: median(_planning(query, clusters) for _ in range(repeats)) * 1000 for query in queries}


def _planning(query: Query, clusters: tuple[str, ...]) -> float:
    parsing._kept.cache_clear()
    started = time.perf_counter()
    planned(query, clusters)
    return time.perf_counter() - started
