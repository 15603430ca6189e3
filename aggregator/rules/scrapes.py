"""What each cluster's Prometheus tells of its hubs now: whether it can scrape them, and how many servers they run.

By its own clock: one that is wrong would hide everything from a question about ours.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from aggregator.errors import ClusterFailed
from aggregator.federation.question import Answered, Fleet, Question, Reply
from aggregator.query.wire import reader

_UP = 'up{component="hub"}'
QUERIES: Mapping[str, str] = {
    "up": f"max by (namespace) ({_UP})",
    "age": f"time() - max by (namespace) (timestamp({_UP}))",
    "earlier": f"max by (namespace) ({_UP} offset 1h)",
    "servers": "sum by (namespace) (jupyterhub_running_servers)",
}

# A cluster that needs longer is taken for silent; each may have a shorter time of its own.
PATIENCE = 25.0
FRESH = 240.0
"""Seconds. An older sample says nothing of now: a Prometheus that does not scrape any more goes on telling it for 300."""

Numbers = Mapping[str, float]
"""By namespace."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one cluster told, by namespace; `failed` says why it told nothing. `earlier` is from an hour ago."""

    failed: str = ""
    up: Numbers = field(default_factory=dict)
    age: Numbers = field(default_factory=dict)
    earlier: Numbers = field(default_factory=dict)
    servers: Numbers = field(default_factory=dict)

    def is_fresh(self, namespace: str) -> bool:
        return self.age.get(namespace, 0.0) <= FRESH


class _Sample(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Vector(msgspec.Struct):
    result: list[_Sample]


_read = reader(_Vector)


async def told_by_all(fleet: Fleet, clusters: Sequence[str]) -> dict[str, Told]:
    """What each of the clusters tells, all of them asked at once."""
    questions = [
        Question(cluster, "query", (("query", text),), _numbers) for cluster in clusters for text in QUERIES.values()
    ]
    replies = await fleet.ask(questions, time.monotonic() + PATIENCE) if questions else ()
    width = len(QUERIES)
    return {cluster: _told(replies[first * width : (first + 1) * width]) for first, cluster in enumerate(clusters)}


def _told(replies: Sequence[Reply[Numbers]]) -> Told:
    """A cluster that does not answer one of the questions is silent: half of what it knows misleads."""
    found: dict[str, Numbers] = {}
    for name, reply in zip(QUERIES, replies, strict=True):
        match reply:
            case Answered(value=numbers):
                found[name] = numbers
            case ClusterFailed(reason=reason):
                return Told(failed=reason)
            case _:
                return Told(failed=f"it refused a question: {reply.error}")
    return Told(**found)  # type: ignore[arg-type]


def _numbers(body: bytes) -> Numbers:
    found = {each.metric.get("namespace", ""): float(each.value[1]) for each in _read(body).result}
    return {namespace: number for namespace, number in found.items() if namespace and number == number}  # noqa: PLR0124 - not NaN
