"""The calendar of a moment given in seconds since 1970, in UTC: what Go's package time says of it.

Every float has an answer. Fractions are cut off; what does not fit 64 bits, and NaN, is the least 64-bit integer; and
sums wrap around, as Go's do. (The year of NaN is 292277026596.)
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aggregator.series import Floats, Ints

# Go counts seconds without sign from the start of a year that begins a cycle of 400, on a Monday. Moments before that
# wrap around to the end of time.
_FIRST_YEAR = -292_277_022_399
_SECONDS_TO_1970 = np.uint64(9_223_372_028_715_321_600)
_DAY, _WEEK = 86_400, 7 * 86_400
_DAYS_OF_400_YEARS, _DAYS_OF_100_YEARS, _DAYS_OF_4_YEARS = 146_097, 36_524, 1_461
_MONTH_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_DAYS_BEFORE_MONTH = np.concatenate([[0], np.cumsum(_MONTH_LENGTHS)[:-1]])
_DAYS_BEFORE_MONTH_IN_LEAP_YEAR = _DAYS_BEFORE_MONTH + (np.arange(12) >= 2)


def minute(seconds: Floats) -> Floats:
    """0 to 59."""
    return (_elapsed(seconds) % 3600 // 60).astype(np.float64)


def hour(seconds: Floats) -> Floats:
    """0 to 23."""
    return (_elapsed(seconds) % _DAY // 3600).astype(np.float64)


def day_of_week(seconds: Floats) -> Floats:
    """0 (Sunday) to 6."""
    return ((_elapsed(seconds) + np.uint64(_DAY)) % _WEEK // _DAY).astype(np.float64)


def day_of_year(seconds: Floats) -> Floats:
    """1 to 366."""
    return (_date(seconds)[1] + 1).astype(np.float64)


def day_of_month(seconds: Floats) -> Floats:
    """1 to 31."""
    return (_month_and_day(seconds)[1] + 1).astype(np.float64)


def days_in_month(seconds: Floats) -> Floats:
    """28 to 31."""
    months, leap = _month_and_day(seconds)[0], _is_leap(_date(seconds)[0])
    lengths: Ints = _MONTH_LENGTHS[months] + (leap & (months == 1))
    return lengths.astype(np.float64)


def month(seconds: Floats) -> Floats:
    """1 to 12."""
    return (_month_and_day(seconds)[0] + 1).astype(np.float64)


def year(seconds: Floats) -> Floats:
    return _date(seconds)[0].astype(np.float64)


def _elapsed(seconds: Floats) -> NDArray[np.uint64]:
    fits = (seconds >= -(2.0**63)) & (seconds < 2.0**63)
    whole = np.where(fits, np.where(fits, seconds, 0).astype(np.int64), np.iinfo(np.int64).min)
    return whole.astype(np.uint64) + _SECONDS_TO_1970


def _date(seconds: Floats) -> tuple[Ints, Ints]:
    """The year, and how many of its days have passed."""
    days = (_elapsed(seconds) // _DAY).astype(np.int64)
    cycles, days = np.divmod(days, _DAYS_OF_400_YEARS)
    # The last of four centuries has a day more than the others, and so has the last of four years.
    centuries = np.minimum(days // _DAYS_OF_100_YEARS, 3)
    days -= centuries * _DAYS_OF_100_YEARS
    fours, days = np.divmod(days, _DAYS_OF_4_YEARS)
    years = np.minimum(days // 365, 3)
    return _FIRST_YEAR + 400 * cycles + 100 * centuries + 4 * fours + years, days - 365 * years


def _is_leap(years: Ints) -> NDArray[np.bool_]:
    answer: NDArray[np.bool_] = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return answer


def _month_and_day(seconds: Floats) -> tuple[Ints, Ints]:
    """How many months of the year have passed, and how many days of the month."""
    years, days = _date(seconds)
    leap = _is_leap(years)
    common = np.searchsorted(_DAYS_BEFORE_MONTH, days, side="right") - 1
    leaping = np.searchsorted(_DAYS_BEFORE_MONTH_IN_LEAP_YEAR, days, side="right") - 1
    months = np.where(leap, leaping, common)
    before = np.where(leap, _DAYS_BEFORE_MONTH_IN_LEAP_YEAR[months], _DAYS_BEFORE_MONTH[months])
    return months, days - before


DATES: dict[str, Callable[[Floats], Floats]] = {
    "day_of_month": day_of_month,
    "day_of_week": day_of_week,
    "day_of_year": day_of_year,
    "days_in_month": days_in_month,
    "hour": hour,
    "minute": minute,
    "month": month,
    "year": year,
}
