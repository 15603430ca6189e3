"""How large home directories are, and in how many days their volume is full. Pure."""

from aggregator.reports.comparing import stepped
from aggregator.reports.facts import HubFacts, Series
from aggregator.reports.flags import HOME
from aggregator.reports.periods import Period
from aggregator.reports.values import Storage

WEEKS = 28
"""So many days tell the pace."""

SHORTEST = 7
"""Of fewer days no pace is told."""

FARTHEST = 1000
"""What is full in more days is not full in any time that can be told."""

SIZE, FREE = "home_volume_bytes", "home_volume_free_bytes"


def storage_of(hub: HubFacts, period: Period) -> Storage | None:
    """What is known at the end of the period; None where nothing is."""
    now, before = stepped(hub.periods, period)[:2]
    size, free = now.numbers.get(SIZE), now.numbers.get(FREE)
    used = now.numbers.get(HOME, size - free if size is not None and free is not None else None)
    if used is None:
        return None
    grown = now.numbers[HOME] - before.numbers[HOME] if HOME in now.numbers and HOME in before.numbers else None
    return Storage(
        used,
        size,
        free,
        grown,
        days_to_full=days_left(free, _pace(hub.days, period)),
        soon_full=days_left(free, None if grown is None else grown / period.days),
    )


def days_left(free: float | None, a_day: float | None) -> float | None:
    """In how many days what is free is used up at a pace; None where it is not, or not in any time soon."""
    if free is None or a_day is None or a_day <= 0:
        return None
    days = free / a_day
    return days if days <= FARTHEST else None


def _pace(days: Series, period: Period) -> float | None:
    """Bytes a day over the last weeks, by what is gone of the free space or, where that is not known, by growth."""
    end = period.number + period.days
    for measure, sign in ((FREE, -1), (HOME, 1)):
        known = [
            (number, days[number].numbers[measure])
            for number in range(end - WEEKS - 1, end)
            if number in days and measure in days[number].numbers
        ]
        if known and known[-1][0] - known[0][0] >= SHORTEST:
            return sign * (known[-1][1] - known[0][1]) / (known[-1][0] - known[0][0])
    return None
