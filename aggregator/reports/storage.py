"""How large home directories are, and in how many days their volume is full. Pure."""

from collections.abc import Sequence

from aggregator.reports.comparing import stepped
from aggregator.reports.facts import HubFacts, Seen, Series
from aggregator.reports.periods import Period
from aggregator.reports.values import Storage

WEEKS = 28
"""So many days tell the pace."""

SHORTEST = 7
"""Of fewer days no pace is told."""

FARTHEST = 1000
"""What is full in more days is not full in any time that can be told."""

HOME, SIZE, FREE = "home_bytes", "home_volume_bytes", "home_volume_free_bytes"


def storage_of(hub: HubFacts, period: Period) -> Storage | None:
    """What is known at the end of the period; None where nothing is."""
    steps = stepped(hub.periods, period)
    used, before, *_ = used_by_homes(steps)
    if used is None:
        return None
    size, free = (steps[0].numbers.get(name) for name in (SIZE, FREE))
    grown = None if before is None else used - before
    return Storage(
        used,
        size,
        free,
        grown,
        days_to_full=days_left(free, _pace(hub.days, period)),
        soon_full=days_left(
            free, None if grown is None else grown / (period.end_number - period.earlier(1).end_number)
        ),
    )


def used_by_homes(steps: Sequence[Seen]) -> list[float | None]:
    """How much homes took in this period and those before: their own sizes where they are told now, otherwise what is
    gone of their volume.
    """
    if HOME in steps[0].numbers:
        return [seen.numbers.get(HOME) for seen in steps]
    sizes = [(seen.numbers.get(SIZE), seen.numbers.get(FREE)) for seen in steps]
    return [None if size is None or free is None else size - free for size, free in sizes]


def days_left(free: float | None, a_day: float | None) -> float | None:
    """In how many days what is free is used up at a pace; None where it is not, or not in any time soon."""
    if free is None or a_day is None or a_day <= 0:
        return None
    days = free / a_day
    return days if days <= FARTHEST else None


def _pace(days: Series, period: Period) -> float | None:
    """Bytes a day over the last weeks, by what is gone of the free space or, where that is not known, by growth."""
    end = period.end_number
    for measure, sign in ((FREE, -1), (HOME, 1)):
        known = [
            (number, days[number].numbers[measure])
            for number in range(end - WEEKS - 1, end)
            if number in days and measure in days[number].numbers
        ]
        if known and known[-1][0] - known[0][0] >= SHORTEST:
            return sign * (known[-1][1] - known[0][1]) / (known[-1][0] - known[0][0])
    return None
