"""Questions put to many clusters at once, each with its own connections, turns and time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aggregator.clusters.values import Cluster
from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation import verdict
from aggregator.federation.client import AiohttpClient, Client, Fault
from aggregator.federation.forms import address, encoded_forms, with_query
from aggregator.federation.names import Names
from aggregator.federation.question import Question, Reply, T
from aggregator.federation.tls import TlsContexts

Observer = Callable[[str, FailureKind | None, float, int], None]


def unobserved(cluster: str, kind: FailureKind | None, seconds: float, size: int) -> None:
    """Looks away."""


class Lane:
    def __init__(self, cluster: Cluster, client: Client, observe: Observer) -> None:
        self._cluster = cluster
        self._client = client
        self._observe = observe
        self._turns = asyncio.Semaphore(cluster.prometheus.max_in_flight)

    async def ask(self, question: Question[T], form: bytes, deadline: float) -> Reply[T]:
        started = time.monotonic()
        seconds = min(deadline - started, self._cluster.prometheus.timeout)
        url = address(self._cluster.prometheus.urls[0], question.path)
        size = 0
        reply: Reply[T]
        try:
            async with asyncio.timeout(seconds), self._turns:
                if question.method == "GET":
                    received = await self._client.exchange(with_query(url, form), None)
                else:
                    received = await self._client.exchange(url, form)
        except TimeoutError:
            reply = ClusterFailed(question.cluster, FailureKind.TIMEOUT, f"no answer in {seconds:.3g} s")
        except Fault as fault:
            reply = ClusterFailed(question.cluster, fault.kind, fault.reason)
            size = fault.size
        else:
            reply = verdict.reply(question, received, self._cluster.prometheus.auth)
            size = received.size
        kind = reply.kind if isinstance(reply, ClusterFailed) else None
        self._observe(question.cluster, kind, time.monotonic() - started, size)
        return reply

    async def close(self) -> None:
        await self._client.close()


class HttpFleet:
    """The clusters of the configuration, asked over HTTP."""

    def __init__(self, clusters: Sequence[Cluster], observe: Observer) -> None:
        self._names = Names()
        contexts = TlsContexts()
        self._lanes = {
            cluster.name: Lane(cluster, AiohttpClient(cluster.prometheus, self._names, contexts), observe)
            for cluster in clusters
        }

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        forms = encoded_forms(questions)
        return tuple(
            await asyncio.gather(
                *(self._lanes[question.cluster].ask(question, forms[question.form], deadline) for question in questions)
            )
        )

    def breakers(self) -> dict[str, str]:
        return dict.fromkeys(self._lanes, "closed")

    async def close(self) -> None:
        for lane in self._lanes.values():
            await lane.close()
        await self._names.close()


@asynccontextmanager
async def open_fleet(clusters: Sequence[Cluster], observe: Observer = unobserved) -> AsyncIterator[HttpFleet]:
    fleet = HttpFleet(clusters, observe)
    try:
        yield fleet
    finally:
        await fleet.close()
