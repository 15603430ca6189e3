"""Hand-made histories of hubs, written as a cluster's Prometheus would have recorded them, and kept as its blocks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from aggregator.demo.servers import backfill
from aggregator.series import NAME, Bools, Floats, Ints
from tests.fleet.blocks import openmetrics
from tests.fleet.values import Series

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
PHASE = 20 * SECOND
"""When in its minute everything is scraped."""

SPAWNS = "jupyterhub_server_spawn_duration_seconds"
REQUESTS = "jupyterhub_request_duration_seconds"
STATUSES = ("success", "failure", "already-pending", "throttled", "too-many-users")

Span = tuple[int, int]
"""[start, end) in milliseconds."""


def at(text: str) -> int:
    """The instant of `2026-03-29 00:00` in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


@dataclass(frozen=True)
class Pod:
    """A server of somebody."""

    user: str
    created: int
    gone: int


@dataclass(frozen=True)
class Counted:
    """A counter of a hub, with the moments at which it counted; it is there from the hub's start, or from its first event."""

    name: str
    labels: dict[str, str]
    events: Sequence[int]
    is_born_early: bool = False


@dataclass(frozen=True, kw_only=True)
class Made:
    """A hub over some time. After a restart its counters begin anew; if it `moves`, it is another pod then.

    `silent` are times in which the cluster's Prometheus was away, `down` those in which the hub was.
    """

    namespace: str
    life: Span
    pods: Sequence[Pod] = ()
    counters: Sequence[Counted] = ()
    restarts: Sequence[int] = ()
    moves: bool = False
    silent: Sequence[Span] = ()
    down: Sequence[Span] = ()
    accounts: int = 40
    step: int = MINUTE
    has_names: bool = True
    has_kube: bool = True
    more: Sequence[Series] = field(default=())

    def series(self) -> Iterator[Series]:
        """Everything that was recorded."""
        start, end = self.life
        times = np.arange(start // self.step * self.step + PHASE, end, self.step, dtype=np.int64)
        times = times[~_within(times, self.silent)]
        lives = [start, *self.restarts, end]
        for number in range(len(lives) - 1):
            while_it_ran = times[(times >= lives[number]) & (times < lives[number + 1])]
            yield from self._of_process(number, lives[number], while_it_ran)
        if self.has_kube:
            yield from self._of_pods(times)
        yield from self.more

    def _of_process(self, number: int, began: int, times: Ints) -> Iterator[Series]:
        instance = f"10.0.0.{number if self.moves else 0}:8081"
        labels = {"namespace": self.namespace, "component": "hub", "instance": instance, "job": "hub"}
        answers = ~_within(times, self.down)
        yield _series("up", labels, times, answers.astype(np.float64))
        times = times[answers]
        created, gone = np.sort([pod.created for pod in self.pods]), np.sort([pod.gone for pod in self.pods])
        running = np.searchsorted(created, times, "right") - np.searchsorted(gone, times, "right")
        yield _series("jupyterhub_running_servers", labels, times, running)
        yield _series("jupyterhub_total_users", labels, times, np.full(len(times), self.accounts))
        yield _series("process_start_time_seconds", labels, times, np.full(len(times), began / 1000))
        for counter in self.counters:
            events = np.array(sorted(each for each in counter.events if each >= began), dtype=np.int64)
            counts = np.searchsorted(events, times, "right")
            there = np.full(len(times), True) if counter.is_born_early else counts > 0
            yield _series(counter.name, labels | counter.labels, times[there], counts[there])

    def _of_pods(self, times: Ints) -> Iterator[Series]:
        of_hub = {"namespace": self.namespace, "pod": "hub-7f9c", "job": "kube-state-metrics"}
        yield _series("kube_pod_info", of_hub, times, np.ones(len(times)))
        for name in sorted({pod.user for pod in self.pods}):
            pods = [pod for pod in self.pods if pod.user == name]
            labels = {"namespace": self.namespace, "pod": f"jupyter-{name.lower()}", "job": "kube-state-metrics"}
            there = np.zeros(len(times), dtype=np.bool_)
            created = np.zeros(len(times))
            for pod in pods:
                lives = (times >= pod.created) & (times < pod.gone)
                there |= lives
                created[lives] = pod.created // SECOND
            yield _series("kube_pod_created", labels, times[there], created[there])
            if self.has_names:
                who = {"annotation_hub_jupyter_org_username": name}
                yield _series("kube_pod_annotations", labels | who, times[there], np.ones(there.sum()))


def spawns(events: Iterable[tuple[int, str, str]], *, six: bool) -> list[Counted]:
    """The counters of spawns that ended at a moment with a status and, in version 6, for a reason."""
    by_kind: dict[tuple[str, str], list[int]] = {
        kind: [] for kind in ([("success", ""), ("error", "")] if six else [(status, "") for status in STATUSES])
    }
    early = set(by_kind)
    for when, status, reason in events:
        by_kind.setdefault((status, reason), []).append(when)
    return [
        Counted(
            f"{SPAWNS}_count",
            {"status": status} | ({"reason": reason} if reason else {}),
            moments,
            is_born_early=(status, reason) in early,
        )
        for (status, reason), moments in by_kind.items()
    ]


def keep_blocks(hubs: Iterable[Made], data: Path) -> None:
    """Puts the histories into the data of a Prometheus that has not been started yet."""
    data.mkdir(parents=True, exist_ok=True)
    for hub in hubs:
        text = data.parent / f"{hub.namespace}.om"
        with text.open("w", encoding="utf-8") as lines:
            lines.writelines(openmetrics(each for each in hub.series() if len(each.times)))
        backfill(text, data, max_block_duration="162h")
        text.unlink()


def _series(name: str, labels: dict[str, str], times: Ints, values: Floats | Ints) -> Series:
    return Series(tuple(sorted({NAME: name, **labels}.items())), times, np.asarray(values, dtype=np.float64))


def _within(times: Ints, spans: Sequence[Span]) -> Bools:
    found = np.zeros(len(times), dtype=np.bool_)
    for start, end in spans:
        found |= (times >= start) & (times < end)
    return found
