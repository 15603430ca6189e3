"""Crosshub's own metrics, `crosshub_server_*`: what clusters answered, and how long queries took here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from aggregator.traffic import Traffic

CONTENT_TYPE = CONTENT_TYPE_LATEST
BREAKER_STATES = ("closed", "half_open", "open")

ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
)
"""How the names of samples end, by the type of their family."""

NOBODY: Mapping[str, str] = MappingProxyType({})

Breakers = Callable[[], Mapping[str, str]]


class Telemetry:
    """One registry, and what is written into it. `breakers` tells the state of each, when somebody looks."""

    def __init__(self, version: str) -> None:
        # A second series for each of ours, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        own = self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=own)
        self._failures = Counter(
            "crosshub_server_cluster_failures",
            "Questions that a cluster did not answer.",
            ["cluster", "kind"],
            registry=own,
        )
        self._partial = Counter(
            "crosshub_server_partial_answers", "Queries answered without all clusters.", registry=own
        )
        self._errors = Counter("crosshub_server_query_errors", "Queries answered by an error.", ["type"], registry=own)
        self._config = Gauge(
            "crosshub_server_config_last_reload_successful", "Whether the file as it stands is in use.", registry=own
        )
        Gauge("crosshub_server_build_info", "Which Crosshub this is.", ["version"], registry=own).labels(version).set(1)
        self._config.set(1)
        self._pieces = Counter("crosshub_server_rollup_pieces", "Pieces of rollups that were kept.", registry=own)
        self._not_told = Counter(
            "crosshub_server_rollup_failures",
            "Clusters that failed while rollups were computed.",
            ["cluster"],
            registry=own,
        )
        self._rolled_up = Gauge(
            "crosshub_server_rollups_last_computed_timestamp_seconds", "When rollups were last computed.", registry=own
        )
        self._rule_seconds = Gauge(
            "crosshub_server_rule_group_last_duration_seconds",
            "How long the last look at a group of rules took.",
            ["group"],
            registry=own,
        )
        self._rule_looks = Counter("crosshub_server_rule_evaluations", "Looks at rules.", ["group"], registry=own)
        self._rule_failures = Counter(
            "crosshub_server_rule_evaluation_failures",
            "Looks at rules that could not see everything, or failed.",
            ["group"],
            registry=own,
        )
        self._rule_looked = Gauge(
            "crosshub_server_rule_group_last_evaluation_timestamp_seconds",
            "When a group of rules was last looked at.",
            ["group"],
            registry=own,
        )
        self._tries = Counter(
            "crosshub_server_messages",
            "Tries to send a message: sent, later (it is tried again), refused.",
            ["receiver", "outcome"],
            registry=own,
        )
        self._waiting = Gauge(
            "crosshub_server_messages_waiting", "Messages that are still to be sent.", ["receiver"], registry=own
        )
        self._beats = Counter(
            "crosshub_server_heartbeats", "Heartbeats, by whether their URL took them.", ["outcome"], registry=own
        )
        self._reports = Gauge(
            "crosshub_server_reports_this_week",
            "Reports of the last seven days: due, made, late (by more than an hour), missed.",
            ["outcome"],
            registry=own,
        )
        self._report_mails = Gauge(
            "crosshub_server_report_mails_this_week",
            "Mails with reports of the last seven days: due, waiting, sent, refused, left out.",
            ["outcome"],
            registry=own,
        )
        self._size = Gauge("crosshub_server_database_bytes", "How large the database is.", registry=own)
        self._rows = Gauge("crosshub_server_database_rows", "Rows of a table.", ["table"], registry=own)
        self._traffic = Traffic()
        own.register(self._traffic)
        self.breakers: Breakers = dict
        own.register(_BreakerStates(self))

    def replied(self, cluster: str, kind: str | None, seconds: float, size: int) -> None:
        """A cluster answered, or failed in some way."""
        self._traffic.clusters[cluster].add(seconds, size)
        if kind is not None:
            self._failures.labels(cluster, kind).inc()

    def answered(self, lane: str, seconds: float, missing: Mapping[str, str] = NOBODY) -> None:
        """A query was answered, less the clusters that are `missing`, each with the kind of its failure."""
        self._traffic.lanes[lane].add(seconds)
        if not missing:
            return
        self._partial.inc()
        for cluster, kind in missing.items():
            # All other kinds are those of single replies; that a cluster is too old shows when others understand.
            if kind == "unsupported":
                self._failures.labels(cluster, kind).inc()

    def refused(self, kind: str) -> None:
        """A query was answered by an error of that type."""
        self._errors.labels(kind).inc()

    def reloaded(self, *, successfully: bool) -> None:
        self._config.set(successfully)

    def rolled_up(self, kept: int, failed: Iterable[str]) -> None:
        """Rollups were computed: so many pieces were kept, and these clusters failed."""
        self._pieces.inc(kept)
        for cluster in failed:
            self._not_told.labels(cluster).inc()
        self._rolled_up.set_to_current_time()

    def looked_at_rules(self, group: str, rules: int, failures: int, seconds: float) -> None:
        """A group of so many rules was looked at; so many of them could not be judged, or not everywhere."""
        self._rule_seconds.labels(group).set(seconds)
        self._rule_looks.labels(group).inc(rules)
        self._rule_failures.labels(group).inc(failures)
        self._rule_looked.labels(group).set_to_current_time()

    def tried_to_send(self, receiver: str, outcome: str) -> None:
        """A message was sent to a receiver, or is tried again later, or was refused."""
        self._tries.labels(receiver, outcome).inc()

    def waits(self, messages: Mapping[str, int]) -> None:
        """So many messages are still to be sent to each of the receivers, and no other has any."""
        self._waiting.clear()
        for receiver, count in messages.items():
            self._waiting.labels(receiver).set(count)

    def beat(self, *, went_out: bool) -> None:
        """A heartbeat went out, or did not."""
        self._beats.labels("sent" if went_out else "failed").inc()

    def reported(self, reports: Mapping[str, int], mails: Mapping[str, int]) -> None:
        """How many reports and mails of the last seven days had which outcome."""
        for gauge, counts in ((self._reports, reports), (self._report_mails, mails)):
            for outcome, count in counts.items():
                gauge.labels(outcome).set(count)

    def keeps(self, size: int, rows: Mapping[str, int]) -> None:
        """How large the database is, in bytes, and how many rows each table has."""
        self._size.set(size)
        for table, count in rows.items():
            self._rows.labels(table).set(count)

    def names(self) -> frozenset[str]:
        """The metric names that samples may have."""
        families = ((own_name(family.name), ENDINGS[family.type]) for family in self._registry.collect())
        return frozenset(f"{name}{ending}" for name, endings in families for ending in endings if name)

    def samples(self) -> Iterator[tuple[tuple[tuple[str, str], ...], float]]:
        """What every number of ours is now, those of the process among them, by its labels in their order."""
        for family in self._registry.collect():
            for sample in family.samples:
                name = own_name(sample.name)
                if name:
                    yield tuple(sorted({**sample.labels, "__name__": name}.items())), sample.value

    def text(self) -> bytes:
        """Everything, as Prometheus scrapes it."""
        return generate_latest(self._registry)


def own_name(name: str) -> str:
    """What a number of ours is called beside those of others, empty for one that is not told there."""
    if name.startswith("process_"):
        return f"crosshub_server_{name}"
    return name if name.startswith("crosshub_server_") else ""


class _BreakerStates(Collector):
    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def collect(self) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "crosshub_server_cluster_breaker", "Which state a cluster's breaker is in.", labels=["cluster", "state"]
        )
        for cluster, current in self._telemetry.breakers().items():
            for state in BREAKER_STATES:
                states.add_metric([cluster, state], state == current)
        yield states
