"""Times in which nobody is told: silences, maintenance, and alerts of a hub that the configuration mutes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aggregator.clusters.conditions import Condition
from aggregator.clusters.values import Config
from aggregator.notify.matching import fulfils

Kind = Literal["inhibited", "silenced", "maintenance", "muted"]


@dataclass(frozen=True, slots=True)
class Mute:
    """Why nobody is told of an alert: by what (an alert's fingerprint, a silence's id), until when, and the reason given."""

    kind: Kind
    by: str
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which nobody is told of what fulfils all matchers."""

    id: str
    matchers: tuple[Condition, ...]
    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Quiet:
    """A time of silence, whoever declared it; one without a start has begun."""

    matchers: tuple[Condition, ...]
    since: datetime | None
    mute: Mute

    def active(self, now: datetime) -> bool:
        return (self.since is None or self.since <= now) and (self.mute.until is None or now < self.mute.until)


def quiet_times(config: Config) -> tuple[Quiet, ...]:
    """The maintenance windows of a configuration, and the mutes of single alerts of single hubs."""
    windows = (
        Quiet(each.match, each.since, Mute("maintenance", each.owner or "configuration", each.until, each.reason))
        for each in config.maintenance
    )
    mutes = (
        Quiet(
            (
                Condition("alertname", "=", change.alert),
                Condition("cluster", "=", cluster.name),
                Condition("namespace", "=", hub.namespace),
            ),
            None,
            Mute("muted", "configuration", change.mute_until, change.reason),
        )
        for cluster in config.clusters
        for hub in cluster.hubs
        for change in hub.alerts
        if change.mute_until is not None
    )
    return (*windows, *mutes)


def quiet_of(silence: Silence) -> Quiet:
    """A silence as one of all the times of silence."""
    return Quiet(silence.matchers, silence.starts_at, Mute("silenced", silence.id, silence.ends_at, silence.reason))


def silencing(labels: Mapping[str, str], times: Iterable[Quiet], now: datetime) -> Mute | None:
    """What silences these labels now; None where nothing does."""
    return next((each.mute for each in times if each.active(now) and fulfils(labels, each.matchers)), None)
