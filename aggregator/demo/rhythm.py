"""Days and weeks as the people of a hub live them, in its own time zone. Instants are milliseconds."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from aggregator.series import Floats, Ints

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

# Monday, 1 January 2024: before it there is nobody. Days are counted from it, and so are weeks.
BEGINNING = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) * SECOND
_FIRST_DAY = date(2024, 1, 1).toordinal()
_BUSY = np.array([1.0, 1.05, 1.0, 0.95, 0.8, 0.35, 0.3])


def day_number(at: int) -> int:
    """The number of the UTC day that an instant lies in."""
    return (at - BEGINNING) // DAY


def week_number(at: int) -> int:
    """The number of the UTC week, from Monday on, that an instant lies in."""
    return (at - BEGINNING) // WEEK


def midnights(days: Ints, timezone: str) -> Ints:
    """When each of these days begins in the zone."""
    different, which = np.unique(days, return_inverse=True)
    starts: Ints = np.array([_midnight(int(day), timezone) for day in different], dtype=np.int64)[which]
    return starts


@lru_cache(maxsize=4096)
def _midnight(day: int, timezone: str) -> int:
    start = datetime.combine(date.fromordinal(_FIRST_DAY + day), time.min, ZoneInfo(timezone))
    return round(start.timestamp()) * SECOND


def weekday(days: Ints) -> Ints:
    """0 for Mondays up to 6 for Sundays."""
    return days % 7


def busyness(days: Ints) -> Floats:
    """How busy hubs are on these days, 1 for a full Monday in term: weeks have weekends, years have holidays."""
    of_year = (days % 365) / 365.0
    holidays = np.where((of_year > 0.56) & (of_year < 0.66), 0.5, 1.0) * np.where(of_year > 0.973, 0.3, 1.0)
    busy: Floats = _BUSY[weekday(days)] * holidays
    return busy
