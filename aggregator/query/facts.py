"""What there is to know of clusters, asked of each at once: version, clock, hubs, what it lacks."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import msgspec

from aggregator.clusters.facts import CAPABILITIES, ClusterFacts, failure, lacking, plain_version, skew, software_of
from aggregator.clusters.values import Cluster
from aggregator.errors import ClusterFailed, ClusterRefused, FailureKind
from aggregator.federation.question import UNREADABLE, Answered, Fleet, Form, NotPrometheus, Question, Reply

T = TypeVar("T")

# A gauge that every JupyterHub has had since it has metrics; other exporters share the prefix.
HUBS = "count by (namespace) (jupyterhub_running_servers)"
HAS = " or ".join(f'label_replace(count({each.series}), "has", "{each.name}", "", "")' for each in CAPABILITIES)
# Series of this long ago count when looking for the label.
LATELY = 3600


async def facts_of(fleet: Fleet, clusters: Sequence[Cluster], now: Callable[[], float]) -> tuple[ClusterFacts, ...]:
    """One set of facts a cluster, in their order; `now` is our clock, in seconds since 1970."""
    return tuple(await asyncio.gather(*(all_of(fleet, cluster, now) for cluster in clusters)))


async def all_of(fleet: Fleet, cluster: Cluster, now: Callable[[], float]) -> ClusterFacts:
    """Everything about one cluster, with queries that cost it something."""
    return await looked_further(fleet, cluster, await glance(fleet, cluster, now), now)


async def glance(fleet: Fleet, cluster: Cluster, now: Callable[[], float]) -> ClusterFacts:
    """Whether a cluster answers, its version and its clock: what costs it nothing."""
    asking = _Asking(fleet, cluster)
    # First, so that the seconds below are not those of a handshake.
    build = await asking.get("status/buildinfo", (), _Build)
    if isinstance(build, ClusterFailed) and build.kind not in {FailureKind.STATUS, FailureKind.NOT_PROMETHEUS}:
        return _failed(cluster, build)
    asked = now()
    clock = await asking.query("time()", _Scalar)
    answered = now()
    if not isinstance(clock, Answered):
        return _failed(cluster, clock)
    told = build.value if isinstance(build, Answered) else _Build()
    version = plain_version(told.version)
    return ClusterFacts(
        cluster.name,
        software=software_of(told.application, version),
        version=version,
        seconds=answered - asked,
        skew_seconds=skew(clock.value.result[1], asked, answered),
    )


async def looked_further(fleet: Fleet, cluster: Cluster, facts: ClusterFacts, now: Callable[[], float]) -> ClusterFacts:
    """What a glance found, and the hubs of the cluster, what it lacks, and whether it has the label."""
    if facts.failed is not None:
        return facts
    asking, end = _Asking(fleet, cluster), int(now())
    hubs, has, label = await asyncio.gather(
        asking.query(HUBS, _Vector),
        asking.query(HAS, _Vector),
        asking.get("label/cluster/values", (("start", str(end - LATELY)), ("end", str(end))), list[str]),
    )
    if not (isinstance(hubs, Answered) and isinstance(has, Answered) and isinstance(label, Answered)):
        return replace(facts, unseen=next(_reason(reply) for reply in (hubs, has, label) if _reason(reply)))
    namespaces = tuple(sorted(series.metric.get("namespace", "") for series in hubs.value.result))
    names = {series.metric.get("has", "") for series in has.value.result}
    return replace(facts, hubs=namespaces, lacks=lacking(namespaces, names), carries_label=bool(label.value))


class _Envelope(msgspec.Struct, Generic[T]):
    data: T


class _Build(msgspec.Struct):
    version: str = ""
    application: str = ""


class _Series(msgspec.Struct):
    metric: dict[str, str]


class _Vector(msgspec.Struct):
    result: list[_Series]


class _Scalar(msgspec.Struct):
    result: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Asking:
    """One cluster, asked one thing after another. The time it has is its own, once for each question."""

    fleet: Fleet
    cluster: Cluster

    async def query(self, text: str, shape: type[T]) -> Reply[T]:
        return await self._ask(Question(self.cluster.name, "query", (("query", text),), _reader(shape)))

    async def get(self, path: str, form: Form, shape: type[T]) -> Reply[T]:
        return await self._ask(Question(self.cluster.name, path, form, _reader(shape), "GET"))

    async def _ask(self, question: Question[T]) -> Reply[T]:
        return (await self.fleet.ask([question], time.monotonic() + self.cluster.prometheus.timeout))[0]


def _failed(cluster: Cluster, reply: ClusterFailed | ClusterRefused) -> ClusterFacts:
    words = failure(cluster, reply) if isinstance(reply, ClusterFailed) else _reason(reply)
    return ClusterFacts(cluster.name, failed=words)


def _reason(reply: Reply[Any]) -> str:
    match reply:
        case ClusterFailed():
            return reply.reason
        case ClusterRefused():
            return f"{reply.status}: {reply.error}"
        case Answered():
            return ""


def _reader(shape: type[T]) -> Callable[[bytes], T]:
    """Reads `data` of an answer as that shape."""
    decoder = msgspec.json.Decoder(_Envelope[shape], strict=False)  # type: ignore[valid-type]  # msgspec reads it here

    def read(body: bytes) -> T:
        try:
            return decoder.decode(body).data
        except UNREADABLE as fault:
            raise NotPrometheus(str(fault)) from None

    return read
