"""Alerts of single hubs that nobody is to be told of for a while, as the configuration says it. Pure.

They are evaluated, kept and shown as all others are; only who tells people asks here.
"""

from datetime import datetime

from aggregator.clusters.values import AlertChange, Config
from aggregator.events.values import Alert


def muted(config: Config, alert: Alert, now: datetime) -> str | None:
    """Why nobody is to be told of an alert at that moment; None where nothing is against it."""
    for change in _changes(config, alert.label("cluster"), alert.label("namespace")):
        if change.alert == alert.name and change.mute_until is not None and now < change.mute_until:
            return change.reason or f"muted until {change.mute_until:%Y-%m-%d %H:%M} UTC"
    return None


def _changes(config: Config, cluster: str, namespace: str) -> tuple[AlertChange, ...]:
    return tuple(
        change
        for one in config.clusters
        if one.name == cluster
        for hub in one.hubs
        if (hub.namespace or hub.name) == namespace
        for change in hub.alerts
    )
