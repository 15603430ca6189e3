"""What the configuration says about clusters, hubs and queries, as frozen values; at the same time its schema.

Each class is a mapping of the file, each field one of its keys, each annotation says how the key is read, and a field
without a default is a key that must be there. Durations are seconds, sizes are bytes, moments are aware and in UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from aggregator.clusters.addresses import Listen
from aggregator.clusters.alerting import Digest, Heartbeat, Inhibit, Maintenance, Receiver, Route
from aggregator.clusters.forms import Key, Keyed, OneOf, Pairs, Single
from aggregator.clusters.kinds import (
    HEADER_NAME,
    HEADER_VALUE,
    Address,
    Age,
    Bytes,
    Database,
    Day,
    Endpoint,
    File,
    Glob,
    HealthPath,
    Moment,
    Name,
    Proxy,
    Seconds,
    Url,
    Zone,
    whole,
)
from aggregator.clusters.reporting import Community, Reports, Smtp
from aggregator.clusters.secrets import Secret

UTC = ZoneInfo("UTC")
DAY = 86400.0
LONGEST_WINDOW = timedelta(days=14)
"""An open window without an end counts for so long."""


@dataclass(frozen=True, slots=True)
class Basic:
    """User and password."""

    username: Name
    password: Secret


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token, sent as `Authorization: Bearer`."""

    token: Secret


@dataclass(frozen=True, slots=True)
class Tls:
    """How the far side is known, and how we are known to it."""

    ca_file: File | None = None
    cert_file: File | None = None
    key_file: File | None = None
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Breaker:
    """After so many failures in a row a cluster is left alone for so long."""

    failures: Annotated[int, whole(1)] = 5
    open: Seconds = 30.0


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every cluster that does not say otherwise."""

    timeout: Seconds = 20.0
    max_in_flight: Annotated[int, whole(1, 1000)] = 10
    max_body: Bytes = 64 * 2**20
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(frozen=True, slots=True)
class Prometheus:
    """How to ask one cluster; of several `urls`, either can answer."""

    urls: Annotated[tuple[str, ...], OneOf({"url": Single(Url), "urls": tuple[Url, ...]})]
    auth: Annotated[Basic | Bearer | None, OneOf({"basic": Basic, "bearer": Bearer}, inside=True)] = None
    tls: Tls = field(default_factory=Tls)
    # Not shown: keys of APIs travel in headers too.
    headers: Annotated[tuple[tuple[str, str], ...], Pairs(HEADER_NAME, HEADER_VALUE)] = field(default=(), repr=False)
    proxy: Proxy | None = None
    encoding: Literal["auto", "identity", "gzip"] = "auto"
    timeout: Seconds = 20.0
    max_in_flight: Annotated[int, whole(1, 1000)] = 10
    max_body: Bytes = 64 * 2**20
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A declared time in which a hub is open to all. One without an end is allowed, and found to be too long.

    `end` is when it stops to count.
    """

    since: Annotated[Moment, Key("from")]
    until: Moment | None = None
    expected_people: Annotated[int, whole(0)] | None = None
    reason: str = ""
    contact: Address | None = None

    @property
    def end(self) -> datetime:
        return self.since + LONGEST_WINDOW if self.until is None else self.until


@dataclass(frozen=True, slots=True)
class Access:
    """Who is meant to be able to log in."""

    policy: Literal["closed", "org", "institution", "shared-password", "open", "ephemeral"]
    identities: tuple[Name, ...] = ()
    expected_people: Annotated[int, whole(0)] | None = None
    staff: tuple[Name, ...] = ()
    owner: Address | None = None
    review_by: Day | None = None
    open_windows: tuple[OpenWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertChange:
    """Another threshold for one alert of one hub, or quiet for a while."""

    alert: Name
    threshold: float | None = None
    mute_until: Moment | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hub:
    """One JupyterHub."""

    name: Name
    namespace: Name = ""
    title: Name = ""
    url: Url | None = None
    health_path: HealthPath = "/hub/health"
    api_token: Secret | None = None
    timezone: Zone = UTC
    community: Name | None = None
    ephemeral: bool = False
    access: Access | None = None
    alerts: Annotated[tuple[AlertChange, ...], Keyed(AlertChange, "alert")] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """What has one Prometheus; its name is the value of the label `cluster`."""

    name: Name
    prometheus: Prometheus
    community: Name | None = None
    hubs: tuple[Hub, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Limits of one query."""

    deadline: Seconds = 25.0
    partial_response: bool = True
    max_points: Annotated[int, whole(1)] = 11000
    ranges: Literal["auto", "closed", "left-open"] = "auto"


@dataclass(frozen=True, slots=True)
class Every:
    """How often things are looked at."""

    health: Seconds = 60.0
    rules: Seconds = 60.0
    access: Seconds = 300.0
    rollups: Seconds = 3600.0
    schedules: Seconds = 30.0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept; None is for ever."""

    hours: Age = 400 * DAY
    days: Age = None
    people: Age = 400 * DAY
    events: Age = 3 * 365 * DAY


@dataclass(frozen=True, slots=True)
class Grafana:
    """The Grafana that reads Crosshub."""

    public_url: Url | None = None
    url: Url | None = None
    token: Secret | None = None
    user_dashboards: bool = True


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file. `rules` and `runbooks` of None are the ones that come with Crosshub."""

    clusters: tuple[Cluster, ...]
    # Not shown: it may hold a password, from the environment.
    database: Database = field(default="sqlite:///crosshub.db", repr=False)
    listen: Endpoint = field(default=Listen("127.0.0.1", 9099))
    external_url: Url = "http://127.0.0.1:9099"
    people_key_file: File = Path("crosshub.people-key")
    query: Query = field(default_factory=Query)
    every: Every = field(default_factory=Every)
    retention: Retention = field(default_factory=Retention)
    defaults: Defaults = field(default_factory=Defaults)
    communities: tuple[Community, ...] = ()
    reports: Reports = field(default_factory=Reports)
    smtp: Smtp | None = None
    receivers: tuple[Receiver, ...] = ()
    routes: tuple[Route, ...] = ()
    inhibit: tuple[Inhibit, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    digest: Digest | None = None
    heartbeat: Heartbeat | None = None
    runbooks: Url | None = None
    rules: tuple[Glob, ...] | None = None
    grafana: Grafana = field(default_factory=Grafana)
