"""Alerts as the pages show them: sentences out of values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.events.heard import Heard
from aggregator.events.values import Alert, Health
from aggregator.outbox.notice import Link
from aggregator.series import CLUSTER, Labels

HELD = {
    Health.NO_DATA: "Nothing is seen since {since}: whether it is over is not known.",
    Health.ERROR: "It cannot be looked at since {since}: whether it is over is not known.",
    Health.STALE: "Nobody has looked since {since}.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert of ours. `held` and `muted` are empty where nothing is to be said."""

    fingerprint: str
    name: str
    title: str
    where: str
    state: str
    severity: str
    since: datetime
    until: datetime | None
    held: str
    muted: str
    text: str
    people: int | None
    evidence: tuple[str, ...]
    labels: Labels
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ShownHeard:
    """An alert that others tell of, by all who do; `ours` where we have it too."""

    title: str
    where: str
    since: datetime
    origins: tuple[str, ...]
    times: int
    ours: bool


def shown(alert: Alert, moment: str, muted: str = "", links: Sequence[Link] = ()) -> Shown:
    """The alert; `moment` says since when nothing was seen of it, where that is so."""
    said = dict(alert.annotations)
    held = HELD[alert.health].format(since=moment) if alert.health in HELD and moment else ""
    return Shown(
        alert.fingerprint,
        alert.name,
        said.get("summary", alert.name),
        where(alert.labels),
        alert.state,
        alert.label("severity"),
        alert.active_at,
        alert.resolved_at,
        held,
        muted,
        said.get("description", ""),
        alert.people,
        alert.evidence,
        alert.labels,
        tuple(links),
    )


def shown_heard(heard: Iterable[Heard], ours: Iterable[Alert]) -> tuple[ShownHeard, ...]:
    """What fires for others, one row an alert whoever tells of it; the latest first."""
    known = {alert.fingerprint for alert in ours}
    by_fingerprint: dict[str, list[Heard]] = {}
    for each in heard:
        if each.state == "firing":
            by_fingerprint.setdefault(each.fingerprint, []).append(each)
    rows = [_together(told, fingerprint in known) for fingerprint, told in by_fingerprint.items()]
    return tuple(sorted(rows, key=lambda row: row.since, reverse=True))


def where(labels: Labels) -> str:
    """Cluster and namespace, as far as an alert has them."""
    by_name = dict(labels)
    return "/".join(by_name[name] for name in (CLUSTER, "namespace") if name in by_name)


def _together(told: Sequence[Heard], ours: bool) -> ShownHeard:  # noqa: FBT001 - read in one place
    first = told[0]
    title = dict(first.annotations).get("summary") or dict(first.labels)["alertname"]
    since, times = min(each.starts_at for each in told), max(each.count for each in told)
    return ShownHeard(title, where(first.labels), since, tuple(each.origin for each in told), times, ours)
