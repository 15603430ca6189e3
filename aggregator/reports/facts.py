"""What a report is made of, as rows and the configuration have it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.clusters.values import Access
from aggregator.reports.periods import Period
from aggregator.reports.values import Audience, Elsewhere, Fired, Links, Window
from aggregator.rollups.downtime import Span
from aggregator.rollups.images import Hours
from aggregator.rollups.standing import Asked

Where = tuple[str, str]
"""(cluster, namespace); of a whole cluster the namespace is empty"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One bucket: its numbers by measure, and how much of it was seen."""

    share: float
    numbers: Mapping[str, float] = field(default_factory=dict)


NOTHING = Seen(0.0)

Series = Mapping[int, Seen]
"""Buckets of one length by number; those that are not kept are not among them."""


@dataclass(frozen=True, slots=True)
class HubFacts:
    """One hub. `periods` are this one and those before, `days` the last weeks, `hours` those of the period.

    `windows` are those that were declared by a command, beside those of `declared`; `images` are hours of servers by image,
    for this period and those before.
    """

    cluster: str
    namespace: str
    title: str
    zone: str
    ephemeral: bool
    since: datetime
    declared: Access | None
    periods: Series
    days: Series
    hours: Series
    outages: tuple[Span, ...] = ()
    alerts: tuple[Fired, ...] = ()
    findings: tuple[Fired, ...] = ()
    windows: tuple[Window, ...] = ()
    images: Mapping[int, Hours] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CrowdFacts:
    """Different people over all hubs: by period and day, by how many periods ago of 30 days, and new ones by day.

    `since` is the number of the first day on which anybody is known.
    """

    periods: Series
    days: Series
    month: Mapping[int, int]
    new: Mapping[int, int]
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. `asked` is when the service computed rollups, `checked_at` when access was last looked at."""

    audience: Audience
    period: Period
    name: str
    title: str
    hubs: tuple[HubFacts, ...]
    crowd: CrowdFacts
    now: datetime
    elsewhere: tuple[Elsewhere, ...] = ()
    asked: Asked | None = None
    checked_at: datetime | None = None
    next_at: datetime | None = None
    links: Links = field(default_factory=Links)


@dataclass(frozen=True, slots=True)
class Happened:
    """What befell the fleet in a stretch of time, by hub: when it was down, what fired, and what was found about access."""

    outages: Mapping[Where, tuple[Span, ...]] = field(default_factory=dict)
    alerts: Mapping[Where, tuple[Fired, ...]] = field(default_factory=dict)
    findings: Mapping[Where, tuple[Fired, ...]] = field(default_factory=dict)
