"""Alerts as series: how many are open, now and at any time that is remembered, and since when with which evidence."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from aggregator.clusters.values import Config
from aggregator.events.values import Alert, Change, Event, labels_of
from aggregator.own_series.declared import LAST, whose
from aggregator.own_series.stretches import Stretch
from aggregator.series import NAME, Labels
from aggregator.store.instants import milliseconds

ALERTS, FIRED = "crosshub_alerts", "crosshub_alert_fired_timestamp_seconds"
MEANS = {
    ALERTS: "How many alerts of a name and a severity are open, of rules, outages and findings; with their history.",
    FIRED: "For each alert that is open now, since when; with what it says.",
}
CHANGES = (Change.FIRING, Change.RESOLVED)
KEPT = ("alertname", "severity", "kind", "cluster", "namespace", "community", "node")
"""Labels of alerts that their series have; others would make a series of each alert."""
LONGEST = 400
"""Letters of evidence that a label holds."""

Known = Mapping[tuple[str, str], Mapping[str, str]]
"""The labels of a hub by its cluster and namespace."""

Key = tuple[str, str]


def known_hubs(config: Config) -> Known:
    """All hubs that the configuration names."""
    hubs = (whose(cluster, hub) for cluster in config.clusters for hub in cluster.hubs)
    return {(each["cluster"], each["namespace"]): each for each in hubs}


def open_alerts(happened: Sequence[Event], now_open: Iterable[Alert], known: Known) -> tuple[Stretch, ...]:
    """How many were open at each moment. `happened`, oldest first, reaches to now from the first moment that matters."""
    turns: dict[Labels, list[tuple[int, int]]] = defaultdict(list)
    for labels, start, end in _times(happened, now_open):
        turns[_counted(labels, known)] += [(start, 1), (end, -1)]
    return tuple(stretch for labels, some in turns.items() for stretch in _steps(labels, sorted(some)))


def since_when(now_open: Iterable[Alert], known: Known, external_url: str) -> tuple[Stretch, ...]:
    """Each alert that is open, with its summary, its evidence, and the address of its page."""
    ours = external_url.rstrip("/")
    return tuple(
        Stretch(
            _told(alert, known, f"{ours}/alerts/{alert.fingerprint}"),
            milliseconds(alert.fired_at),
            LAST,
            alert.fired_at.timestamp(),
            lasting=True,
        )
        for alert in now_open
        if alert.fired_at is not None
    )


def _times(happened: Sequence[Event], now_open: Iterable[Alert]) -> Iterator[tuple[Labels, int, int]]:
    """When each alert was open. One whose end is all that is remembered was open from the beginning."""
    began: dict[Key, tuple[datetime, Labels]] = {}
    for event in happened:
        key = event.rule, event.fingerprint
        if event.change is Change.FIRING:
            began.setdefault(key, (event.at, event.labels))
        else:
            start = milliseconds(began.pop(key)[0]) if key in began else 0
            yield event.labels, start, milliseconds(event.at)
    for alert in now_open:
        if alert.fired_at is not None:
            at, labels = began.get(alert.key, (alert.fired_at, alert.labels))
            yield labels, milliseconds(at), LAST


def _steps(labels: Labels, turns: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    """A stretch for each number of alerts, from turn to turn."""
    count = 0
    for (at, change), (until, _) in zip(turns, [*turns[1:], (LAST, 0)], strict=True):
        count += change
        if count and until > at:
            yield Stretch(labels, at, until, count)


def _counted(labels: Labels, known: Known) -> Labels:
    own = dict(labels)
    some = {name: own[name] for name in KEPT if name in own}
    hub = known.get((own.get("cluster", ""), own.get("namespace", "")), {})
    return labels_of({**some, **hub, NAME: ALERTS})


def _told(alert: Alert, known: Known, page: str) -> Labels:
    said = dict(alert.annotations).get("summary", "")
    whole = "; ".join(alert.evidence)
    evidence = whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"
    own = {NAME: FIRED, "summary": said, "evidence": evidence, "page": page}
    return labels_of({**dict(_counted(alert.labels, known)), **own})
