"""One cluster: so many questions at once, and of its replicas whichever answers."""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from aggregator.clusters.values import Cluster
from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation.breaker import State
from aggregator.federation.client import Client
from aggregator.federation.hedge import first_good
from aggregator.federation.question import Question, Reply, T
from aggregator.federation.replica import Outcome, Replica
from aggregator.federation.turns import Turns
from aggregator.federation.wording import count, span

# Told of each reply: the cluster, how it failed if it did, the seconds it took, the bytes that travelled.
Observer = Callable[[str, FailureKind | None, float, int], None]

# How much of its time a replica is given before the other is asked as well.
HEDGE = 0.1

# What every replica would say again.
OF_THE_QUESTION = {FailureKind.LIMIT, FailureKind.TOO_LARGE}

BEST_FIRST: tuple[State, ...] = ("closed", "half_open", "open")


class Channel:
    """What one cluster is asked through."""

    def __init__(self, cluster: Cluster, client: Client, observe: Observer) -> None:
        self._cluster = cluster
        self._client = client
        self._observe = observe
        self._turns = Turns(cluster.prometheus.max_in_flight)
        self._replicas = [Replica(url, cluster.prometheus, client) for url in cluster.prometheus.urls]

    def state(self) -> State:
        """How the cluster is: as its best replica."""
        return min((replica.state() for replica in self._replicas), key=BEST_FIRST.index)

    async def ask(self, question: Question[T], form: bytes, deadline: float) -> Reply[T]:
        """The cluster's reply; waiting for a turn counts into the deadline, not into the cluster's own timeout."""
        started = time.monotonic()
        if self._turns.take() or await self._turns.wait(deadline - started):
            try:
                outcome = await self._from_replicas(question, form, deadline)
            finally:
                self._turns.give()
        else:
            outcome = self._without_turn(question, deadline - started)
        kind = outcome.reply.kind if isinstance(outcome.reply, ClusterFailed) else None
        self._observe(question.cluster, kind, time.monotonic() - started, outcome.size)
        return outcome.reply

    async def close(self) -> None:
        await self._client.close()

    def _without_turn(self, question: Question[T], seconds: float) -> Outcome[T]:
        others = count(self._cluster.prometheus.max_in_flight, "other question")
        reason = f"no turn in {span(seconds)}: it has {others} to answer"
        return Outcome(ClusterFailed(question.cluster, FailureKind.TIMEOUT, reason))

    def _from_replicas(self, question: Question[T], form: bytes, deadline: float) -> Awaitable[Outcome[T]]:
        until = min(deadline, time.monotonic() + self._cluster.prometheus.timeout)
        if len(self._replicas) == 1:
            return self._replicas[0].ask(question, form, until)
        return self._first_good(question, form, until)

    async def _first_good(self, question: Question[T], form: bytes, until: float) -> Outcome[T]:
        attempts = [partial(replica.ask, question, form, until) for replica in self._replicas]
        return together(await first_good(attempts, self._cluster.prometheus.timeout * HEDGE, settles))


def settles(outcome: Outcome[T]) -> bool:
    """Is this the cluster's reply, whatever its other replica would say?"""
    return not isinstance(outcome.reply, ClusterFailed) or outcome.reply.kind in OF_THE_QUESTION


def together(outcomes: Sequence[Outcome[T]]) -> Outcome[T]:
    """The one outcome of several: the last if it settles the matter, otherwise every failure in one."""
    size = sum(outcome.size for outcome in outcomes)
    last = outcomes[-1]
    failures = [outcome.reply for outcome in outcomes if isinstance(outcome.reply, ClusterFailed)]
    if len(outcomes) == 1 or settles(last):
        return Outcome(last.reply, size)
    # A replica that was asked later was waited for less; that is the same reason still.
    reasons = {
        failure.kind if failure.kind is FailureKind.TIMEOUT else failure.reason: failure.reason
        for failure in reversed(failures)
    }
    asked = [failure.kind for failure in failures if failure.kind is not FailureKind.BREAKER]
    kind = asked[0] if asked else FailureKind.BREAKER
    return Outcome(ClusterFailed(failures[0].cluster, kind, "; its replica: ".join(reversed(reasons.values()))), size)
