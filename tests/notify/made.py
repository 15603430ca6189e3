"""Alerts and configurations for tests of what is decided and said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.clusters.alerting import Slack
from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Cluster, Config, Hub, Prometheus
from aggregator.events.values import Alert, State, labels_of

NOON = datetime(2026, 7, 15, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LISBON = Hub("prod", "prod", "University of Lisbon", timezone=ZoneInfo("Europe/Lisbon"), community="lisbon")


def an_alert(
    name: str = "Test", *, source: Any = "rule", annotations: dict[str, str] | None = None, **labels: str
) -> Alert:
    """One that fires since 14 minutes before noon."""
    began = NOON - 14 * MINUTE
    return Alert(
        rule=f"test;{name}",
        source=source,
        labels=labels_of({"alertname": name, **labels}),
        annotations=labels_of(annotations or {}),
        state=State.FIRING,
        active_at=began,
        true_at=NOON,
        looked_at=NOON,
        fired_at=began,
    )


def outage(name: str = "HubDown", scope: str = "hub", summary: str = "", **labels: str) -> Alert:
    words = {"summary": summary}
    return an_alert(name, source="outage", annotations=words, scope=scope, kind="outage", **labels)


def over(alert: Alert, at: datetime = NOON) -> Alert:
    return replace(alert, state=State.RESOLVED, resolved_at=at)


def a_config(*hubs: Hub, slack: Slack | None = None, draft: bool = False, **others: Any) -> Config:
    """One cluster, lisbon, and its community."""
    cluster = Cluster("lisbon", Prometheus(("http://127.0.0.1:1",)), hubs=hubs or (LISBON,))
    community = Community("lisbon", "University of Lisbon", slack=slack, draft=draft)
    return Config((cluster,), communities=(community,), **others)
