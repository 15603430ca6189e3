"""New accounts a day, and in which hours they came, from how many accounts there were each hour. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

DAY = 86400.0
DAYS = 35
"""So far back is looked."""

Point = tuple[float, float]
"""Seconds since 1970, and how many accounts there were."""
Span = tuple[float, float]
"""From after one moment up to another one."""


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


def grew(points: Sequence[Point]) -> tuple[Span, ...]:
    """Between which counts new accounts came, the latest last."""
    return tuple((before, at) for (before, had), (at, has) in pairwise(points) if has > had)


def share_of(spans: Sequence[Span], points: Sequence[Point]) -> float:
    """The share of the time in which somebody counted that spans take."""
    counted = points[-1][0] - points[0][0] if points else 0.0
    return sum(until - since for since, until in spans) / counted if counted else 0.0


def is_in(spans: Sequence[Span], moment: float) -> bool:
    """Whether a moment is within one of the spans, which stand in their order."""
    after = bisect_left(spans, moment, key=lambda span: span[1])
    return after < len(spans) and spans[after][0] < moment
