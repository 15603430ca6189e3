"""Questions put to many clusters at once, each with its own connections, turns and time."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any

from aggregator.clusters.values import Cluster
from aggregator.errors import FailureKind
from aggregator.federation.breaker import State
from aggregator.federation.channel import Channel, Observer
from aggregator.federation.client import HttpClient
from aggregator.federation.forms import encoded
from aggregator.federation.names import Names
from aggregator.federation.question import Form, Question, Reply, T
from aggregator.federation.tls import TlsContexts


def unobserved(cluster: str, kind: FailureKind | None, seconds: float, size: int) -> None:
    """Looks away."""


class HttpFleet:
    """The clusters of the configuration, asked over HTTP; the `Fleet` of the running service."""

    def __init__(self, clusters: Sequence[Cluster], observe: Observer) -> None:
        self._names = Names()
        contexts = TlsContexts()
        self._channels = {
            cluster.name: Channel(cluster, HttpClient(cluster.prometheus, self._names, contexts), observe)
            for cluster in clusters
        }
        self._holds = _Holds()

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        """One reply a question, in the order of the questions; never raises for what a cluster does."""
        asking: list[Coroutine[Any, Any, Reply[T]]] = []
        # Most clusters are asked the same.
        forms: dict[Form, bytes] = {}
        for question in questions:
            channel = self._channels[question.cluster]
            form = forms.get(question.form)
            if form is None:
                form = forms[question.form] = encoded(question.form)
            asking.append(channel.ask(question, form, deadline))
        with self._holds:
            return await _all(asking)

    def breakers(self) -> dict[str, State]:
        """Whether each cluster is asked: closed (yes), open (left alone), half_open (tried again)."""
        return {name: channel.state() for name, channel in self._channels.items()}

    def held(self) -> AbstractContextManager[None]:
        """Keeps the fleet open: for a query that asks more than once, while a new configuration takes its place."""
        return self._holds

    async def close(self) -> None:
        """Waits until nobody holds the fleet, then closes every connection."""
        try:
            await self._holds.ended()
        finally:
            for channel in self._channels.values():
                await channel.close()
            await self._names.close()


@asynccontextmanager
async def open_fleet(clusters: Sequence[Cluster], observe: Observer = unobserved) -> AsyncIterator[HttpFleet]:
    """A fleet for as long as the block runs."""
    fleet = HttpFleet(clusters, observe)
    try:
        yield fleet
    finally:
        await fleet.close()


class _Holds:
    """Whoever holds the fleet. One context manager for all of them, since every query enters it."""

    def __init__(self) -> None:
        self._many = 0
        self._ended: asyncio.Event | None = None

    def __enter__(self) -> None:
        self._many += 1

    def __exit__(self, *_: object) -> None:
        self._many -= 1
        if self._ended is not None and not self._many:
            self._ended.set()

    async def ended(self) -> None:
        """Waits until nobody holds it."""
        if self._many:
            self._ended = self._ended or asyncio.Event()
            await self._ended.wait()


async def _all(asking: Sequence[Coroutine[Any, Any, Reply[T]]]) -> tuple[Reply[T], ...]:
    """Every reply. Whoever stops waiting leaves no task behind, and what a decoder raises comes out as it is, once the
    replies before it have come.
    """
    if len(asking) < 2:
        return tuple([await one for one in asking])
    first, *others = asking
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(one) for one in others]
    try:
        return (await first, *[await task for task in tasks])
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
