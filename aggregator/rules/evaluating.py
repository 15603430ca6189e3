"""What all clusters say to a rule at a moment."""

import logging
import math
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from aggregator.clusters.values import Cluster
from aggregator.errors import CannotExecute, CrosshubError, Unavailable
from aggregator.events.values import Alert, labels_of
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.promql.tree import Node, Selector
from aggregator.query.engine import Engine
from aggregator.query.request import Answer, Request
from aggregator.rules.presence import asked_for, counted, is_there, writes
from aggregator.rules.state import Seen
from aggregator.rules.stepping import Looked
from aggregator.rules.templates import expanded_labels
from aggregator.rules.thresholds import NoThreshold, Place, thresholds, with_threshold
from aggregator.rules.values import Rule
from aggregator.series import NAME, Labels, Steps
from aggregator.store.instants import milliseconds

log = logging.getLogger(__name__)

ALERTNAME = "alertname"
NAMESPACE = "namespace"
# So Prometheus begins what it remarks about an expression, which is no sign that anything is missing.
OF_THE_QUERY = ("PromQL warning", "PromQL info")
DUPLICATE = "vector contains metrics with the same labelset after applying alert labels"
# A hub that is down told nothing any more: what it told last counts.
PEOPLE = "last_over_time((sum by (cluster, namespace) (jupyterhub_running_servers))[15m:1m])"


@dataclass(frozen=True, slots=True)
class Row:
    """One series of an answer."""

    labels: Mapping[str, str]
    value: float

    @property
    def place(self) -> Place:
        return self.labels.get("cluster", ""), self.labels.get("namespace", "")


@dataclass(frozen=True, slots=True)
class _Told:
    """What an expression gave, and the clusters that were silent."""

    rows: tuple[Row, ...]
    silent: Mapping[str, str] = field(default_factory=dict)


async def look(engine: Engine, clusters: Iterable[Cluster], rule: Rule, at: datetime) -> Looked:
    """What a look at a rule comes to; what fails is part of it."""
    started = time.monotonic()
    try:
        told = await _with_thresholds(engine, clusters, rule, at)
        found = Looked(_seen(rule, told.rows), told.silent)
    except Unavailable as fault:
        # Nobody answered who was asked: nothing at all was seen.
        found = Looked(silent=dict.fromkeys(engine.clusters, str(fault)))
    except CrosshubError as fault:
        found = Looked(error=str(fault))
    return replace(found, seconds=time.monotonic() - started)


async def missing(engine: Engine, rule: Rule, alerts: Sequence[Alert], at: datetime) -> Mapping[Labels, str]:
    """Which alerts are not seen to be true since there are no series to be seen, and why that is; asked where any would end."""
    if not alerts:
        return {}
    tree = parse(rule.expr)
    try:
        told = {metric: await _asked(engine, counted(metric), at) for metric in asked_for(tree)}
    except CrosshubError as fault:
        return dict.fromkeys((alert.labels for alert in alerts), str(fault))
    # A namespace that a rule writes down itself is not that of its series.
    anywhere = NAMESPACE in dict(rule.labels) or writes(tree, NAMESPACE)
    places = {alert.labels: (alert.label("cluster"), "") if anywhere else _place(alert) for alert in alerts}
    found = {labels: _gone(tree, told, place) for labels, place in places.items()}
    return {labels: why for labels, why in found.items() if why}


def _gone(tree: Node, told: Mapping[Selector, _Told], place: Place) -> str:
    """What is missing at a place for an expression to give anything there, in words; nothing where it is all there."""
    cluster, namespace = place
    silent = [one.silent[cluster] for one in told.values() if cluster in one.silent]
    if silent:
        return silent[0]
    if is_there(tree, lambda metric: _has(told[metric], place)):
        return ""
    names = " and ".join(text_of(metric) for metric, one in told.items() if not _has(one, place))
    where = f"{cluster}/{namespace}" if namespace else cluster
    return f"there are no series of {names}" + (f" in {where}" if where else "")


def _has(told: _Told, place: Place) -> bool:
    """Whether there are series at a place. Those of a machine or a whole cluster have no namespace."""
    cluster, namespace = place
    here = {row.place[1] for row in told.rows if cluster in ("", row.place[0])}
    return namespace in here if namespace and any(here) else bool(here)


async def people_there(engine: Engine, alerts: Sequence[Alert]) -> Mapping[tuple[str, str], int]:
    """How many people had servers when alerts of single hubs became true, by the key of the alert; where that is known."""
    ours = [alert for alert in alerts if all(_place(alert))]
    found: dict[tuple[str, str], int] = {}
    for moment in sorted({alert.active_at for alert in ours}):
        try:
            told = await _asked(engine, PEOPLE, moment)
        except CrosshubError as fault:
            log.info("how many people had servers at %s is not known: %s", moment.isoformat(), fault)
            continue
        counts = {row.place: row.value for row in told.rows}
        found |= {
            alert.key: round(counts[place])
            for alert in ours
            if alert.active_at == moment and math.isfinite(counts.get(place := _place(alert), math.nan))
        }
    return found


def _place(alert: Alert) -> Place:
    return alert.label("cluster"), alert.label("namespace")


async def _with_thresholds(engine: Engine, clusters: Iterable[Cluster], rule: Rule, at: datetime) -> _Told:
    """What a rule gives where each hub is compared with its own threshold."""
    told = await _asked(engine, rule.expr, at)
    for threshold, places in thresholds(clusters, rule.name).items():
        try:
            expr = with_threshold(rule.expr, threshold)
        except NoThreshold as fault:
            log.warning("hubs have a threshold for %s, which changes nothing: %s", rule.name, fault)
            continue
        theirs = await _asked(engine, expr, at)
        others = (row for row in told.rows if row.place not in places)
        own = (row for row in theirs.rows if row.place in places)
        told = _Told((*others, *own), {**theirs.silent, **told.silent})
    return told


async def _asked(engine: Engine, expr: str, at: datetime) -> _Told:
    moment = milliseconds(at)
    request = Request(expr, Steps(moment, moment, 0))
    answer = await engine.answer(request)
    silent = {failure.cluster: str(failure) for failure in answer.failed}
    if any(map(_is_partial, answer.warnings[len(answer.failed) :])):
        silent |= await _partial(engine, request, silent)
    return _Told(_rows(answer), silent)


async def _partial(engine: Engine, request: Request, silent: Container[str]) -> Mapping[str, str]:
    """The clusters whose answers are not whole, as a Thanos' may be, and what they say of it: each is asked by itself."""
    found: dict[str, str] = {}
    for cluster in engine.clusters:
        if cluster in silent:
            continue
        try:
            answer = await Engine(engine.fleet, (cluster,), engine.limits, engine.versions, engine.source).answer(
                request
            )
            said = next(filter(_is_partial, answer.warnings), "")
        except CrosshubError as fault:
            said = str(fault)
        if said:
            found[cluster] = f'cluster "{cluster}": {said}'
    return found


def _is_partial(warning: str) -> bool:
    """Whether it is about what could not be read, not about the query."""
    return not warning.startswith(OF_THE_QUERY)


class _Series(msgspec.Struct):
    metric: dict[str, str] = {}
    value: tuple[float, str] | None = None


def _rows(answer: Answer) -> tuple[Row, ...]:
    text = b"".join(answer.result)
    match answer.result_type:
        case "vector":
            # A native histogram has no value; Prometheus takes it for 0.
            series = msgspec.json.decode(text, type=list[_Series])
            return tuple(Row(one.metric, float(one.value[1]) if one.value else 0.0) for one in series)
        case "scalar":
            return (Row({}, float(msgspec.json.decode(text, type=tuple[float, str])[1])),)
        case _:
            raise CannotExecute("rule result is not a vector or scalar")


def _seen(rule: Rule, rows: Iterable[Row]) -> tuple[Seen, ...]:
    """The alerts that rows are, their labels and annotations expanded; raises CannotExecute where two are the same."""
    found: dict[object, Seen] = {}
    for row in rows:
        labels = {name: value for name, value in row.labels.items() if name != NAME}
        labels |= expanded_labels(rule.labels, row.labels, row.value) | {ALERTNAME: rule.name}
        annotations = expanded_labels(rule.annotations, row.labels, row.value)
        seen = Seen(labels_of(labels), tuple(sorted(annotations.items())), row.value)
        if seen.labels in found:
            raise CannotExecute(DUPLICATE)
        found[seen.labels] = seen
    return tuple(found.values())
