"""The stretch of time that a report is about: a local day, an ISO week, a month, by its date in any zone. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from aggregator.errors import BadQuery
from aggregator.rollups.buckets import Bucket, Resolution, day_number, holding, numbered
from aggregator.store.instants import EPOCH, MILLISECOND, milliseconds

NAMED = "a week such as 2026-W47, a day such as 2026-11-16 or a month such as 2026-11"


class Kind(StrEnum):
    """How long the period is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


RESOLUTIONS = {Kind.DAILY: Resolution.DAY, Kind.WEEKLY: Resolution.WEEK, Kind.MONTHLY: Resolution.MONTH}


@dataclass(frozen=True, slots=True)
class Period:
    """One of them, by its first date; its bounds are midnights of the zone. Hubs of other zones have theirs."""

    kind: Kind
    first: date
    zone: str

    @property
    def name(self) -> str:
        """`2026-W47`, `2026-11-16` or `2026-11`."""
        year, week, _ = self.first.isocalendar()
        return {
            Kind.DAILY: self.first.isoformat(),
            Kind.WEEKLY: f"{year}-W{week:02}",
            Kind.MONTHLY: f"{self.first:%Y-%m}",
        }[self.kind]

    @property
    def resolution(self) -> Resolution:
        return RESOLUTIONS[self.kind]

    @property
    def number(self) -> int:
        """That of its bucket, the same in every zone."""
        return day_number(self.first)

    @property
    def end_number(self) -> int:
        """That of the first day after it."""
        return day_number(self.following)

    @property
    def following(self) -> date:
        """The first date after it."""
        if self.kind is Kind.MONTHLY:
            return (self.first + timedelta(days=31)).replace(day=1)
        return self.first + timedelta(days=7 if self.kind is Kind.WEEKLY else 1)

    @property
    def last(self) -> date:
        return self.following - timedelta(days=1)

    @property
    def start(self) -> datetime:
        return EPOCH + self.bucket().start * MILLISECOND

    @property
    def end(self) -> datetime:
        return EPOCH + self.bucket().end * MILLISECOND

    def bucket(self, zone: str | None = None) -> Bucket:
        """Its bucket in its own zone, or in another one."""
        return numbered(self.resolution, self.number, ZoneInfo(zone or self.zone))

    def earlier(self, steps: int) -> "Period":
        """The one so many before; a day is compared with the same day of the week."""
        if self.kind is not Kind.MONTHLY:
            return replace(self, first=self.first - timedelta(days=7 * steps))
        months = self.first.year * 12 + self.first.month - 1 - steps
        return replace(self, first=date(months // 12, months % 12 + 1, 1))


def last_period(kind: Kind, zone: str, now: datetime) -> Period:
    """The latest one that is over."""
    running = holding(RESOLUTIONS[kind], milliseconds(now), ZoneInfo(zone))
    over = holding(RESOLUTIONS[kind], running.start - 1, ZoneInfo(zone))
    return Period(kind, over.first_day, zone)


def period_named(text: str, zone: str) -> Period:
    """The period of a name; raises BadQuery."""
    for pattern, kind, first in _FORMS:
        if re.fullmatch(pattern, text, re.ASCII):
            try:
                return Period(kind, date.fromisoformat(f"{text}{first}"), zone)
            except ValueError:
                break
    raise BadQuery(f"{text!r} is no period; write {NAMED}")


_FORMS = (
    (r"\d{4}-W\d{2}", Kind.WEEKLY, "-1"),
    (r"\d{4}-\d{2}-\d{2}", Kind.DAILY, ""),
    (r"\d{4}-\d{2}", Kind.MONTHLY, "-01"),
)
"""How names look, and what makes the first date of them."""
