"""Alerts of others taken in: those posted to us, and those that the clusters' own Prometheus servers tell when asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from aggregator.errors import BadQuery
from aggregator.events import heard_rows
from aggregator.events.heard import ALERTMANAGER, Heard, checked, of_webhook, origin_of, put_together, silent
from aggregator.events.values import labels_of
from aggregator.federation.question import Answered, Fleet, NotPrometheus, Question
from aggregator.query.wire import reader
from aggregator.series import CLUSTER
from aggregator.store.database import Database

UNHEARD = timedelta(days=6)
"""What an Alertmanager has not told of for so long is over: it may tell of no ends, or be no more.

What still fires it tells again by its `repeat_interval`, and however long that is, once it has forgotten that it told: after
`--data.retention`, which is five days.
"""
KEPT = timedelta(days=7)
"""What is over is forgotten after so long; whoever told of it has the rest."""
UNASKED = timedelta(minutes=10)
"""What a cluster told that nobody has asked for so long is forgotten: another replica may know more clusters than we do."""


class _Told(msgspec.Struct, rename="camel"):
    labels: dict[str, str]
    active_at: datetime
    annotations: dict[str, str] = {}
    state: str = "firing"


class _Alerts(msgspec.Struct):
    alerts: list[_Told] = []


_read = reader(_Alerts)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Everything that listening to others takes."""

    database: Database
    now: Callable[[], datetime]

    async def take_in(self, body: bytes) -> int:
        """How many alerts an Alertmanager told of in what it posted to us. Raises BadQuery."""
        told = of_webhook(body, self.now())
        async with self.database.writing() as connection:
            before = {each.key: each for each in await heard_rows.known(connection, told)}
            await heard_rows.keep(connection, put_together(before, told))
        return len(told)

    async def ask(self, fleet: Fleet, clusters: Sequence[str], deadline: float) -> tuple[str, ...]:
        """Asks the clusters which alerts fire there; gives those that did not answer, of which nothing is taken to be over."""
        now = self.now()
        questions = [Question(cluster, "alerts", (), partial(_fired, cluster, now), "GET") for cluster in clusters]
        replies = await fleet.ask(questions, deadline)
        answered = {
            cluster: reply.value
            for cluster, reply in zip(clusters, replies, strict=True)
            if isinstance(reply, Answered)
        }
        async with self.database.writing() as connection:
            for cluster, told in answered.items():
                firing = await heard_rows.firing(connection, origin_of(cluster))
                fired = {each.key for each in firing}
                others = await heard_rows.known(connection, [each for each in told if each.key not in fired])
                known = {each.key: each for each in (*firing, *others)}
                await heard_rows.keep(connection, (*put_together(known, told), *silent(firing, told, now)))
            await heard_rows.forget(connection, clusters, now - UNASKED)
            await heard_rows.end_unheard(connection, ALERTMANAGER, now - UNHEARD, now)
            await heard_rows.forget_over(connection, now - KEPT)
        return tuple(cluster for cluster in clusters if cluster not in answered)


def _fired(cluster: str, now: datetime, body: bytes) -> tuple[Heard, ...]:
    """The alerts that fire, with the cluster among their labels. Those that are pending are nobody's concern yet."""
    try:
        return tuple(_heard(cluster, each, now) for each in _read(body).alerts if each.state == "firing")
    except BadQuery as fault:
        raise NotPrometheus(str(fault)) from None


def _heard(cluster: str, told: _Told, now: datetime) -> Heard:
    labels = labels_of(told.labels | {CLUSTER: cluster})
    return checked(Heard(origin_of(cluster), labels, labels_of(told.annotations), "firing", told.active_at, now))
