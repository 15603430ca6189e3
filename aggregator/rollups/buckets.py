"""The stretches of time that numbers are kept for: hours of UTC; days, ISO weeks and months as a hub's own zone has them.

Instants are milliseconds since 1970. A bucket holds what lies in [start, end).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
_FIRST_DAY = date(1970, 1, 1).toordinal()


class Resolution(StrEnum):
    """How long a bucket is, as the label `resolution` says it."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1mo"


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """One stretch of time. `number` names it whatever the zone: hours since 1970, or for the others the days from 1970
    to the local date on which it begins.
    """

    resolution: Resolution
    number: int
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def first_day(self) -> date:
        """The local date on which it begins; of an hour the date in UTC."""
        days = self.number if self.resolution is not Resolution.HOUR else self.number // 24
        return date.fromordinal(_FIRST_DAY + days)


def buckets(resolution: Resolution, start: int, end: int, zone: ZoneInfo) -> tuple[Bucket, ...]:
    """The buckets that lie in [start, end) as a whole, in order of time."""
    if resolution is Resolution.HOUR:
        first = -(-start // HOUR)
        return tuple(
            Bucket(resolution, number, number * HOUR, (number + 1) * HOUR) for number in range(first, end // HOUR)
        )
    found = (_bucket(resolution, pair, zone) for pair in pairwise(_dates(resolution, start, end, zone)))
    return tuple(each for each in found if start <= each.start < each.end <= end)


def holding(resolution: Resolution, at: int, zone: ZoneInfo) -> Bucket:
    """The bucket that an instant lies in."""
    if resolution is Resolution.HOUR:
        return Bucket(resolution, at // HOUR, at // HOUR * HOUR, (at // HOUR + 1) * HOUR)
    found = (_bucket(resolution, pair, zone) for pair in pairwise(_dates(resolution, at, at + 1, zone)))
    return next(each for each in found if each.start <= at < each.end)


def numbered(resolution: Resolution, number: int, zone: ZoneInfo) -> Bucket:
    """The bucket of that number in a zone."""
    if resolution is Resolution.HOUR:
        return Bucket(resolution, number, number * HOUR, (number + 1) * HOUR)
    first = date.fromordinal(_FIRST_DAY + number)
    return _bucket(resolution, (first, _STEPS[resolution][1](first)), zone)


def with_day(resolution: Resolution, number: int, zone: ZoneInfo) -> Bucket:
    """The day, week or month that the day of that number is part of."""
    # Not at its first instant, which comes twice where clocks go back at midnight.
    return holding(resolution, numbered(Resolution.DAY, number, zone).start + HOUR, zone)


def day_number(day: date) -> int:
    """The number of the bucket of that local date, in any zone."""
    return day.toordinal() - _FIRST_DAY


def days_of(bucket: Bucket, zone: ZoneInfo) -> tuple[Bucket, ...]:
    """The days that a week or a month is made of."""
    return buckets(Resolution.DAY, bucket.start, bucket.end, zone)


@lru_cache(maxsize=65536)
def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day.

    Where clocks skip midnight, that is the moment of the skip: `datetime` reads a time that does not exist with the
    offset from before it (PEP 495). Where midnight comes twice, it is the first one.
    """
    return round(datetime.combine(day, time.min, zone).timestamp()) * SECOND


def _bucket(resolution: Resolution, dates: tuple[date, date], zone: ZoneInfo) -> Bucket:
    first, following = dates
    return Bucket(resolution, day_number(first), midnight(first, zone), midnight(following, zone))


def _dates(resolution: Resolution, start: int, end: int, zone: ZoneInfo) -> Iterator[date]:
    """The first dates of buckets, from one that begins before `start` to one that begins after `end`."""
    first, following = _STEPS[resolution]
    day = first(datetime.fromtimestamp(start / SECOND, UTC).astimezone(zone).date() - timedelta(days=1))
    yield day
    while midnight(day, zone) <= end:
        day = following(day)
        yield day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


_STEPS: dict[Resolution, tuple[Callable[[date], date], Callable[[date], date]]] = {
    Resolution.DAY: (lambda day: day, lambda day: day + timedelta(days=1)),
    Resolution.WEEK: (_monday, lambda monday: monday + timedelta(days=7)),
    Resolution.MONTH: (lambda day: day.replace(day=1), _next_month),
}
"""For each resolution the date on which the bucket of a date begins, and from there that of the next one."""
