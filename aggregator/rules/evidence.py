"""What is seen of hubs and clusters at one moment, by looks that know nothing of each other; and what was seen before."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from aggregator.events.heard import cluster_of
from aggregator.events.values import Alert
from aggregator.series import Labels

UTC = ZoneInfo("UTC")

Where = tuple[str, str]
"""(cluster, namespace): a hub, wherever it is named."""


class Sight(StrEnum):
    """What a look came to."""

    OK = "ok"
    FAILING = "failing"
    UNKNOWN = "unknown"


class Up(StrEnum):
    """What a cluster's Prometheus says of its scrapes of a hub.

    *Vanished*: there were some, and there are none now. *Absent*: there never were any, or the last one is old.
    *Silent*: the Prometheus itself does not answer.
    """

    UP = "up"
    DOWN = "down"
    VANISHED = "vanished"
    ABSENT = "absent"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody who asks from outside gets: in words where it fails, and how often in a row during this look.

    Where earlier looks failed as well, `since` is when that began.
    """

    sight: Sight = Sight.UNKNOWN
    words: str = ""
    times: int = 0
    since: datetime | None = None


NOT_SEEN = Look()


@dataclass(frozen=True, slots=True)
class HubSeen:
    """A hub and what is seen of it.

    One with a `url` is looked at from outside. One that is not `known` is named by no configuration: its metrics are
    there. `certificate` fails when browsers refuse it; `ends` is when it stops being valid. `people` have servers there.
    """

    cluster: str
    namespace: str
    up: Up
    health: Look = NOT_SEEN
    rest: Look = NOT_SEEN
    up_since: datetime | None = None
    certificate: Look = NOT_SEEN
    ends: datetime | None = None
    url: bool = True
    known: bool = True
    name: str = ""
    title: str = ""
    community: str = ""
    zone: ZoneInfo = UTC
    people: int | None = None

    @property
    def where(self) -> Where:
        return self.cluster, self.namespace

    @property
    def called(self) -> str:
        """`University of Lisbon (lisbon/prod)`."""
        place = f"{self.cluster}/{self.name or self.namespace}"
        return f"{self.title} ({place})" if self.title and self.title != self.name else place


@dataclass(frozen=True, slots=True)
class ClusterSeen:
    """A cluster and its hubs; `failed` says why its Prometheus does not answer, and is empty where it does.

    It has been so since `since`.
    """

    name: str
    hubs: tuple[HubSeen, ...] = ()
    failed: str = ""
    since: datetime | None = None
    community: str = ""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """An alert that always fires elsewhere, so that its silence is heard; `labels` are those it came with.

    One that is not `regular` is told of so seldom, or was heard so lately for the first time, that silence says nothing.
    """

    origin: str
    labels: Labels
    heard_at: datetime
    fires: bool = True
    regular: bool = True

    @property
    def teller(self) -> str:
        """The cluster whose own Prometheus tells of it when asked, nothing where somebody posts it."""
        return cluster_of(self.origin)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is seen at a moment. `down` are hubs whose being down is noted and has no end yet.

    Somebody looks again after each `interval`.
    """

    at: datetime
    clusters: tuple[ClusterSeen, ...]
    watchdogs: tuple[Watchdog, ...] = ()
    down: frozenset[Where] = field(default=frozenset())
    interval: timedelta = timedelta(minutes=1)

    @property
    def hubs(self) -> tuple[HubSeen, ...]:
        return tuple(hub for cluster in self.clusters for hub in cluster.hubs)

    def cluster(self, name: str) -> ClusterSeen | None:
        """The cluster of that name, where the configuration names it."""
        return next((each for each in self.clusters if each.name == name), None)

    def hub(self, alert: Alert) -> HubSeen | None:
        """The hub that an alert is about, where that is one that is known of."""
        where = alert.label("cluster"), alert.label("namespace")
        return next((each for each in self.hubs if each.where == where), None)


SOON = timedelta(days=14)
"""So long before it ends somebody is told of a certificate."""

VERY_SOON = timedelta(days=3)
