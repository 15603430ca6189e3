"""Which receivers an alert is for, and with which others it is told of. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from aggregator.clusters.alerting import Route
from aggregator.clusters.values import Config
from aggregator.events.values import Alert
from aggregator.notify.matching import ESCAPES, conditions_text, fulfils
from aggregator.series import Labels

ALL_LABELS = ("...",)
# PostgreSQL has no more than 2,704 bytes in an index, and a group shares them with a receiver's name.
LONGEST_KEY = 1000
READABLE = 200
OWN = "community/"
"""The receiver that is a community's own Slack begins with it."""


@dataclass(frozen=True, slots=True)
class Way:
    """A route as alerts take it; `key` tells it from all others, also after a restart."""

    key: str
    receivers: tuple[str, ...]
    group_by: tuple[str, ...]
    group_wait: timedelta
    group_interval: timedelta
    repeat_interval: timedelta
    send_resolved: bool


@dataclass(frozen=True, slots=True)
class Routing:
    """The routes, in their order, and the community whose own Slack hears of outages of a (cluster, namespace)."""

    routes: tuple[tuple[Route, Way], ...]
    own: dict[tuple[str, str], Way]

    def ways(self, alert: Alert) -> Iterator[Way]:
        """Where an alert goes: the first route that takes it, and the communities' own Slacks when hubs of theirs are out."""
        labels = dict(alert.labels)
        first = next((way for route, way in self.routes if fulfils(labels, route.match)), None)
        if first is not None and first.receivers:
            yield first
        if alert.source == "outage":
            yield from self._communities(labels)

    def _communities(self, labels: Mapping[str, str]) -> Iterable[Way]:
        cluster, scope = labels.get("cluster", ""), labels.get("scope")
        if scope == "hub":
            own = self.own.get((cluster, labels.get("namespace", "")))
            return () if own is None else (own,)
        # While a cluster is out, its hubs are told of by its outage alone.
        hubs = self.own.items() if scope == "cluster" else ()
        return dict.fromkeys(way for (of, _), way in hubs if of == cluster)


def routing_of(config: Config) -> Routing:
    """The routing that a configuration asks for; without any route everybody is told everything."""
    everybody = Route(tuple(receiver.name for receiver in config.receivers))
    routes = config.routes or (everybody,)
    # A draft is for nobody outside.
    speaking = {each.name for each in config.communities if each.slack is not None and not each.draft}
    own = {
        (cluster.name, hub.namespace): _way(Route((OWN + hub.community,)), OWN + hub.community)
        for cluster in config.clusters
        for hub in cluster.hubs
        if hub.community in speaking
    }
    return Routing(tuple((route, _way(route, f"{{}}/{conditions_text(route.match)}")) for route in routes), own)


def group_labels(alert: Alert, way: Way) -> Labels:
    """The labels that an alert shares with the others of its group; one it does not have is none of them."""
    if way.group_by == ALL_LABELS:
        return alert.labels
    return tuple(pair for pair in alert.labels if pair[0] in way.group_by)


def group_key(way: Way, labels: Labels) -> str:
    """What tells a group from all others: printable, and of bounded length, since databases have it as a key."""
    written = ", ".join(f'{name}="{value.translate(ESCAPES)}"' for name, value in labels)
    whole = f"{way.key}:{{{written}}}"
    key = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in whole)
    if len(key.encode()) <= LONGEST_KEY:
        return key
    return f"{key[:READABLE]}… {hashlib.sha256(key.encode()).hexdigest()}"


def _way(route: Route, key: str) -> Way:
    return Way(
        key,
        tuple(dict.fromkeys(route.receivers)),
        route.group_by,
        timedelta(seconds=route.group_wait),
        timedelta(seconds=route.group_interval),
        timedelta(seconds=route.repeat_interval),
        route.send_resolved,
    )
