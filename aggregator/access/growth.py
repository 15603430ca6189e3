"""New accounts a day, from how many accounts there were each hour. Pure."""

from collections.abc import Sequence
from itertools import pairwise

DAY = 86400.0
DAYS = 35
"""So far back is looked."""

Point = tuple[float, float]
"""Seconds since 1970, and how many accounts there were."""


def grown(points: Sequence[Point], now: float) -> tuple[int, ...]:
    """How many accounts were new in each of the last days of 24 hours, the latest last; only days that were seen whole.

    What is taken away makes no day better: a hub whose accounts are made and deleted has new ones all the same. What comes
    while nobody counts belongs to the day on which it is counted again.
    """
    if not points:
        return ()
    whole = min(DAYS, int((now - points[0][0]) // DAY))
    days = [0] * whole
    for (_, before), (at, after) in pairwise(points):
        day = int((now - at) // DAY)
        if after > before and day < whole:
            days[whole - 1 - day] += round(after - before)
    return tuple(days)
