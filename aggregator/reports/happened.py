"""What fired and what was found in a period, hub by hub, out of the history of alerts. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from aggregator.events.values import Alert, Event
from aggregator.reports.facts import Happened, Where
from aggregator.reports.values import Elsewhere, Fired
from aggregator.rollups.downtime import Span
from aggregator.rules.verdicts import CLUSTER_DOWN, HUB_DOWN, HUB_VANISHED
from aggregator.series import CLUSTER, Labels

ACCESS = "access"
QUIET = ("info",)
"""Severities that nobody is told of."""

OUTAGES = (HUB_DOWN, HUB_VANISHED, CLUSTER_DOWN)
"""What is told by the times in which hubs were down."""


def happened(
    events: Sequence[Event], alerts: Sequence[Alert], outages: Iterable[tuple[Where, Span]], end: datetime
) -> Happened:
    """What befell each hub; `events` are those of the period that began to fire, `alerts` those not resolved before it."""
    spans: dict[Where, list[Span]] = defaultdict(list)
    for where, span in outages:
        spans[where].append(span)
    stood = {alert.key: alert for alert in alerts if alert.fired_at is not None and alert.fired_at < end}
    began: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        began[event.rule, event.fingerprint].append(event)
    fired: dict[Where, list[Fired]] = defaultdict(list)
    found: dict[Where, list[Fired]] = defaultdict(list)
    for key in {**stood, **began}:
        alert = stood.get(key)
        labels = dict(alert.labels if alert is not None else began[key][-1].labels)
        if labels.get("alertname") in OUTAGES or labels.get("severity") in QUIET:
            continue
        where = labels.get(CLUSTER, ""), labels.get("namespace", "")
        is_access = labels.get("kind") == ACCESS or (alert is not None and alert.source == ACCESS)
        (found if is_access else fired)[where].append(_fired(labels, alert, began.get(key, []), end))
    return Happened(_frozen(spans), _sorted(fired), _sorted(found))


def elsewhere(fleet: Happened, hubs: Collection[Where]) -> tuple[Elsewhere, ...]:
    """What fired at none of these hubs, findings first."""
    places = sorted({*fleet.alerts, *fleet.findings} - set(hubs))
    return tuple(Elsewhere(*each, (*fleet.findings.get(each, ()), *fleet.alerts.get(each, ()))) for each in places)


def _fired(labels: dict[str, str], alert: Alert | None, began: Sequence[Event], end: datetime) -> Fired:
    annotations: Labels = alert.annotations if alert is not None else began[-1].annotations
    is_open = alert is not None and (alert.resolved_at is None or alert.resolved_at >= end)
    since = began[0].at if began else alert.fired_at if alert is not None and alert.fired_at else end
    name = labels.get("alertname", "")
    return Fired(
        name, labels.get("severity", ""), dict(annotations).get("summary", name), max(1, len(began)), since, is_open
    )


def _sorted(found: dict[Where, list[Fired]]) -> dict[Where, tuple[Fired, ...]]:
    """What still stands first, then the oldest."""
    return {
        where: tuple(sorted(some, key=lambda each: (not each.is_open, each.since, each.name)))
        for where, some in found.items()
    }


def _frozen(spans: dict[Where, list[Span]]) -> dict[Where, tuple[Span, ...]]:
    return {where: tuple(sorted(some, key=lambda span: span[0])) for where, some in spans.items()}
