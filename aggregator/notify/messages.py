"""What a receiver is told of a group: its alerts as a notice. Pure; names from outside stay as they are."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from aggregator.clusters.values import UTC, Config, Hub
from aggregator.events.values import Alert, Health, worse_first
from aggregator.notify.deciding import Group, Telling
from aggregator.notify.wording import clock_time
from aggregator.outbox.notice import Item, Link, Notice
from aggregator.rules.shipped import names_of_shipped_runbooks

# Of outages, which have no rule file that could say it: what is told while it fires, and when it is over.
OUTAGES = {
    "hub": ("{place} is down", "{place} is back"),
    "cluster": ("Cluster {place} cannot be reached", "Cluster {place} is back"),
    "crosshub": ("Crosshub cannot see any cluster", "Crosshub sees the clusters again"),
}
ON_CALL = "/d/crosshub-on-call"
"""The dashboard that somebody looks at who was woken up, below Grafana's address."""
OVER = "Over: "
"""So begins what is over and has no words of its own for that."""
# So begins the evidence of rules that are true.
GAVE = "its expression gave "
HELD = {
    Health.NO_DATA: "no data since {since}: whether it is over is not known",
    Health.ERROR: "its rule fails since {since}: whether it is over is not known",
    Health.STALE: "nobody has looked since {since}: whether it is over is not known",
}


def notice_of(config: Config, group: Group, telling: Telling, now: datetime) -> Notice:
    """The notice for one receiver, alerts that fire first, and of them the worst."""
    ordered = sorted(
        telling.alerts, key=lambda alert: (not alert.is_open, worse_first(alert), alert.active_at, alert.labels)
    )
    zones = {_zone(config, alert).key for alert in ordered}
    return Notice(
        group_key=group.key,
        receiver=telling.receiver,
        labels=group.labels,
        status="firing" if any(alert.is_open for alert in ordered) else "resolved",
        reason=str(telling.reason),
        at=now,
        zone=zones.pop() if len(zones) == 1 else UTC.key,
        items=tuple(item_of(config, alert, now) for alert in ordered),
    )


def item_of(config: Config, alert: Alert, now: datetime) -> Item:
    """One alert, in words."""
    annotations = dict(alert.annotations)
    return Item(
        fingerprint=alert.fingerprint,
        status="firing" if alert.is_open else "resolved",
        labels=alert.labels,
        annotations=alert.annotations,
        title=_title(config, alert, annotations),
        since=alert.active_at,
        until=None if alert.is_open else alert.resolved_at,
        # What to do about it, and what showed that it was true, would be read as if it still were.
        text=annotations.get("description", "") if alert.is_open else "",
        severity=alert.label("severity"),
        evidence=alert.evidence if alert.is_open else tuple(_why_it_ended(alert)),
        people=alert.people,
        held=held_words(alert, _zone(config, alert), now),
        links=tuple(links(config, alert)),
    )


def held_words(alert: Alert, zone: ZoneInfo, now: datetime) -> str:
    """Why it is not known whether an alert is over; nothing where it is known."""
    if not alert.is_open or alert.health is Health.OK:
        return ""
    return HELD[alert.health].format(since=clock_time(alert.held_since or alert.true_at, zone, now))


def place(config: Config, alert: Alert) -> str:
    """Where an alert is, as people say it: `University of Lisbon (lisbon/prod)`; nothing where it is everywhere."""
    cluster, namespace = alert.label("cluster"), alert.label("namespace")
    hub = _hub(config, cluster, namespace)
    if hub is None:
        return f"{cluster}/{namespace}" if cluster and namespace else cluster or namespace
    path = f"{cluster}/{hub.name}"
    return path if hub.title in {"", hub.name} else f"{hub.title} ({path})"


def links(config: Config, alert: Alert) -> Iterable[Link]:
    """Where to go on from an alert, in the order in which one would."""
    annotations = dict(alert.annotations)
    ours = config.external_url.rstrip("/")
    runbooks = (config.runbooks or f"{ours}/runbooks").rstrip("/")
    # A rule of somebody's own has no page among ours.
    there = config.runbooks is not None or alert.name in names_of_shipped_runbooks()
    named = f"{runbooks}/{quote(alert.name, safe='')}" if there else ""
    if runbook := annotations.get("runbook_url") or named:
        yield Link("Runbook", runbook)
    if config.grafana.public_url is not None:
        where = {"var-cluster": alert.label("cluster"), "var-hub": alert.label("namespace")}
        chosen = urlencode({name: value for name, value in where.items() if value})
        yield Link("Grafana", config.grafana.public_url.rstrip("/") + ON_CALL + (f"?{chosen}" if chosen else ""))
    yield Link("Silence", f"{ours}/alerts/{alert.fingerprint}/silence")
    yield Link("Alert", f"{ours}/alerts/{alert.fingerprint}")


def _title(config: Config, alert: Alert, annotations: dict[str, str]) -> str:
    where = place(config, alert)
    named = f"{alert.name} on {where}" if where else alert.name
    firing, over = OUTAGES.get(alert.label("scope"), ("", "")) if alert.source == "outage" else ("", "")
    said = annotations.get("summary", "") or firing.format(place=where)
    if not alert.is_open:
        # What is over is said in its own words where there are some: "is down" would not be true any more.
        own = annotations.get("summary_resolved", "") or over.format(place=where)
        return _sentence(own) or OVER + (_sentence(said) or named)
    return _sentence(said) or named


def _sentence(text: str) -> str:
    return text.strip().removesuffix(".")


def _why_it_ended(alert: Alert) -> Iterable[str]:
    """What a rule's alert says besides what it gave when it was true; an outage says it in its title."""
    return (each for each in alert.evidence if alert.source == "rule" and not each.startswith(GAVE))


def _zone(config: Config, alert: Alert) -> ZoneInfo:
    hub = _hub(config, alert.label("cluster"), alert.label("namespace"))
    return UTC if hub is None else hub.timezone


def _hub(config: Config, cluster: str, namespace: str) -> Hub | None:
    hubs = (hub for one in config.clusters if one.name == cluster for hub in one.hubs)
    return next((hub for hub in hubs if hub.namespace == namespace), None)
