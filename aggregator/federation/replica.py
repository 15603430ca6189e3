"""One server asked one question: in time, if it is well, and with a judgement on whether it is."""

import time
from typing import Generic

import msgspec

from aggregator.clusters.values import Prometheus
from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation import breaker, verdict
from aggregator.federation.client import Client, Fault
from aggregator.federation.connection import TooLate
from aggregator.federation.forms import address, with_query
from aggregator.federation.question import Question, Reply, T
from aggregator.federation.response import Received
from aggregator.federation.wording import count, span

# A shorter wait than this says nothing about a server: a query may bring its own, tiny, timeout.
TELLING = 5.0
ILL = {FailureKind.CONNECT, FailureKind.TLS, FailureKind.RESET, FailureKind.TIMEOUT}


class Outcome(msgspec.Struct, Generic[T], frozen=True):
    """A reply, and the bytes that travelled for it."""

    reply: Reply[T]
    size: int = 0


class Replica:
    """One of the URLs of a cluster."""

    def __init__(self, base: str, prometheus: Prometheus, client: Client) -> None:
        self._base = base
        self._to = prometheus
        self._client = client
        self._policy = breaker.Policy(prometheus.breaker.failures, prometheus.breaker.open)
        self._breaker = breaker.CLOSED
        self._last = ""

    def state(self) -> breaker.State:
        return breaker.state(self._breaker, self._policy, time.monotonic())

    async def ask(self, question: Question[T], form: bytes, until: float) -> Outcome[T]:
        """What this server replies until a moment of `time.monotonic()`."""
        now = time.monotonic()
        if until <= now:
            return _failed(question, FailureKind.TIMEOUT, "not asked: the time for the query was over")
        admitted = breaker.admit(self._breaker, self._policy, now)
        if admitted is None:
            return _failed(question, FailureKind.BREAKER, self._rests(now))
        self._breaker = admitted
        try:
            url = address(self._base, question.path)
            if question.method == "GET":
                received = await self._client.exchange(with_query(url, form), None, until)
            else:
                received = await self._client.exchange(url, form, until)
            reply = verdict.reply(question, received, self._to.auth)
        except TooLate:
            return self._late(question, until - now)
        except Fault as fault:
            self._learn(fault.reason, ill=fault.kind in ILL)
            return _failed(question, fault.kind, fault.reason, fault.size)
        except BaseException:
            self._breaker = breaker.abandoned(self._breaker)
            raise
        self._judge(received, reply)
        return Outcome(reply, received.size)

    def _late(self, question: Question[T], seconds: float) -> Outcome[T]:
        reason = f"no answer in {span(seconds)}"
        # Four fifths, since a second replica is asked a little later.
        tells = seconds >= min(self._to.timeout * 0.8, TELLING)
        self._learn(reason, ill=True if tells else None)
        return _failed(question, FailureKind.TIMEOUT, reason)

    def _judge(self, received: Received, reply: Reply[T]) -> None:
        """A 5xx is a fault of the server, unless it speaks of a limit the query met."""
        if isinstance(reply, ClusterFailed) and reply.kind is FailureKind.STATUS:
            self._learn(reply.reason, ill=received.status >= 500)
        else:
            self._breaker = breaker.succeeded(self._breaker)

    def _learn(self, reason: str, *, ill: bool | None) -> None:
        match ill:
            case True:
                self._breaker = breaker.failed(self._breaker, self._policy, time.monotonic())
                self._last = reason
            case False:
                self._breaker = breaker.succeeded(self._breaker)
            case None:
                self._breaker = breaker.abandoned(self._breaker)

    def _rests(self, now: float) -> str:
        left = breaker.rest_left(self._breaker, self._policy, now)
        when = f"for another {span(left)}" if left > 0 else "while it is being tried again"
        return f"not asked {when}, after {count(self._breaker.failures, 'failure')} in a row: {self._last}"


def _failed(question: Question[T], kind: FailureKind, reason: str, size: int = 0) -> Outcome[T]:
    return Outcome(ClusterFailed(question.cluster, kind, reason), size)
