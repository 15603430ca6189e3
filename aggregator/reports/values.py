"""A report as numbers and facts, without a word of any language, and what is made of it.

`Report` is all that a mail says; it is what is frozen, and kept as JSON without loss (`snapshot.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from aggregator.reports.periods import Period


class Audience(StrEnum):
    """For whom it is: the people of a community, or those who run Crosshub, about all hubs."""

    COMMUNITY = "community"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class Compared:
    """A number beside that of the period before, and the usual one: the median of up to eight before. None is not known.

    `partial`: of this period or of the one before too little was seen to compare them.
    """

    value: float | None
    before: float | None = None
    usual: float | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class DayCount:
    """People on a local day, or sessions where there are no people; `share` of the day was seen."""

    date: date
    count: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a hub was down, as far as it lies in the period; `goes_on` where it has no end yet."""

    start: datetime
    end: datetime
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Reliability:
    """`up` is a share of the period. `looked`: Crosshub looked at the hub all the while; otherwise its scrapes tell."""

    up: float | None
    down_minutes: float | None
    looked: bool
    outages: tuple[Outage, ...] = ()


@dataclass(frozen=True, slots=True)
class Storage:
    """Home directories in bytes. `days_to_full` is at the pace of the last four weeks, `soon_full` at that of this period."""

    used: float
    size: float | None = None
    free: float | None = None
    grown: float | None = None
    days_to_full: float | None = None
    soon_full: float | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A number that is more than usual; `of` is what it is a part of, `window` a declared one that may be why."""

    measure: str
    value: float
    usual: float
    of: float | None = None
    window: str = ""


class Unknown(StrEnum):
    """Why a stretch of time was not seen."""

    SILENT = "the cluster did not answer"
    UNASKED = "not asked yet"
    UNSEEN = "nothing of the hub was seen"
    IN_PART = "seen in part"


@dataclass(frozen=True, slots=True)
class Unseen:
    """A stretch of time of which nothing, or not all, is known."""

    start: datetime
    end: datetime
    why: Unknown


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that fired in the period, or did so still: in the words of its rule, and how often it began."""

    name: str
    severity: str
    summary: str
    times: int
    since: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A declared time in which a hub is open to all."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """Who may log in as declared; `policy` is empty where nobody declared it. `findings` contradict it.

    `patterns` are the identities that name nobody, `named` is how many do.
    """

    policy: str = ""
    patterns: tuple[str, ...] = ()
    named: int = 0
    owner: str = ""
    review_by: date | None = None
    windows: tuple[Window, ...] = ()
    checked_at: datetime | None = None
    findings: tuple[Fired, ...] = ()


@dataclass(frozen=True, slots=True)
class HubReport:
    """One hub over the period; `numbers` by the catalogue's names, `share` of the period was seen.

    `peak_at` is the hour in which most servers ran, `lacking` what nobody tells of, `idle_for` the number of periods in
    a row, up to this one, in which it was seen well and nobody used it. `images` are hours of servers by what they ran.
    """

    cluster: str
    namespace: str
    title: str
    zone: str
    ephemeral: bool
    share: float
    numbers: Mapping[str, Compared]
    reliability: Reliability
    access: AccessFacts
    days: tuple[DayCount, ...] = ()
    peak_at: datetime | None = None
    storage: Storage | None = None
    flags: tuple[Flag, ...] = ()
    alerts: tuple[Fired, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    lacking: tuple[str, ...] = ()
    idle_for: int = 0
    images: Mapping[str, float] = field(default_factory=dict)

    def number(self, measure: str) -> Compared:
        """A number by its name; one that is not known where there is none."""
        return self.numbers.get(measure, Compared(None))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What fired at no hub of the report: at a cluster as a whole, at a hub that nobody named, about Crosshub itself."""

    cluster: str
    namespace: str
    alerts: tuple[Fired, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Where to go on from the mail; empty where there is nothing to go to."""

    archive: str = ""
    grafana: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a mail says. `people` are different people over all hubs, `month` those of the 30 days up to its end.

    `days` are those of the period, `past` the weeks up to its end, for the picture. Of what fired `elsewhere` only
    operators are told. One that is sent `by_hand` goes to somebody once, who may be nobody's recipient.
    """

    audience: Audience
    period: Period
    name: str
    title: str
    made_at: datetime
    people: Compared
    month: Compared
    new: Compared
    hubs: tuple[HubReport, ...]
    days: tuple[DayCount, ...] = ()
    past: tuple[DayCount, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    next_at: datetime | None = None
    links: Links = field(default_factory=Links)
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that HTML shows by `cid:`."""

    cid: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the mail; `kind` is its media type."""

    name: str
    kind: str
    content: bytes


STOP_LINK = "https://stop.crosshub.invalid/"
"""Stands in text and HTML where each recipient's own link to pause or stop belongs: `render.addressed` puts it there."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report in one language, ready to be sent but for each recipient's own link."""

    subject: str
    text: str
    html: str
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
