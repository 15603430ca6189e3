"""Days as they are given on the command line."""

from datetime import date

from aggregator.errors import BadQuery
from aggregator.rollups.backfill import Days

# Beyond them there are no instants, or more days than anybody wants to look at.
FIRST, LAST = date(1970, 1, 2), date(2199, 12, 31)


def days_from(first: str, last: str, today: date) -> Days:
    """The days from the first to the last; raises BadQuery where there are none, or they have not begun."""
    days = Days(day_in("--from", first), day_in("--to", last))
    if days.last < days.first:
        raise BadQuery(
            f"--to {days.last} is before --from {days.first}; the day of --to is the last one that is computed"
        )
    if days.first > today:
        raise BadQuery(f"--from {days.first} has not begun in any time zone")
    return days


def day_in(option: str, text: str) -> date:
    """A date, whose option is named where it is none; raises BadQuery."""
    try:
        day = date.fromisoformat(text)
    except ValueError as fault:
        why = f" ({fault})" if "out of range" in str(fault) else ""
        raise BadQuery(f'{option}: "{text}" is no date{why}; write it as 2026-10-30') from None
    if not FIRST <= day <= LAST:
        raise BadQuery(f"{option}: {day} is no day that can be kept; those are from {FIRST} to {LAST}")
    return day
