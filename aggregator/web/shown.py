"""Alerts as the pages show them: sentences out of values. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.clusters.values import Config
from aggregator.events.heard import Heard
from aggregator.events.values import Alert
from aggregator.notify.messages import item_of
from aggregator.notify.silences import Mute
from aggregator.outbox.notice import Item
from aggregator.series import CLUSTER, Labels


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert of ours, as a message would tell of it. `muted` is empty where people are told."""

    item: Item
    name: str
    where: str
    state: str
    muted: str


@dataclass(frozen=True, slots=True)
class ShownHeard:
    """An alert that others tell of, by all who do, and when one of them last did; `ours` where we have it too."""

    title: str
    where: str
    since: datetime
    heard_at: datetime
    origins: tuple[str, ...]
    times: int
    ours: bool


def shown(config: Config, alert: Alert, mute: Mute | None, now: datetime) -> Shown:
    """One alert."""
    return Shown(item_of(config, alert, now), alert.name, where(alert.labels), alert.state, muted_words(mute))


def shown_heard(heard: Iterable[Heard], ours: Iterable[Alert]) -> tuple[ShownHeard, ...]:
    """What fires for others, one row an alert whoever tells of it; the latest first."""
    known = {alert.fingerprint for alert in ours}
    by_fingerprint: dict[str, list[Heard]] = {}
    for each in heard:
        if each.state == "firing":
            by_fingerprint.setdefault(each.fingerprint, []).append(each)
    rows = [_together(told, known.__contains__) for told in by_fingerprint.values()]
    return tuple(sorted(rows, key=lambda row: row.since, reverse=True))


def where(labels: Labels) -> str:
    """Cluster and namespace, as far as an alert has them."""
    by_name = dict(labels)
    return "/".join(by_name[name] for name in (CLUSTER, "namespace") if name in by_name)


def muted_words(mute: Mute | None) -> str:
    """Why nobody is told, until when, and what was given as the reason."""
    if mute is None:
        return ""
    if mute.kind == "inhibited":
        return f"silent while {mute.reason} fires"
    until = "" if mute.until is None else f" until {mute.until:%-d %b %H:%M} UTC"
    return f"{mute.kind}{until}" + (f": {mute.reason}" if mute.reason else "")


def _together(told: Sequence[Heard], is_ours: Callable[[str], bool]) -> ShownHeard:
    first = told[0]
    title = dict(first.annotations).get("summary") or dict(first.labels)["alertname"]
    since, times = min(each.starts_at for each in told), max(each.count for each in told)
    heard_at = max(each.heard_at for each in told)
    origins = tuple(each.origin for each in told)
    return ShownHeard(title, where(first.labels), since, heard_at, origins, times, is_ours(first.fingerprint))
