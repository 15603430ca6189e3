"""How many new accounts a day are usual for a hub, and from when on they are too many. Pure."""

from collections.abc import Sequence
from math import exp, sqrt
from statistics import median

LEAST_DAYS = 7
"""With less history nothing is usual yet."""
FLOOR = 5
"""Fewer than so many new accounts a day are never too many by their number alone."""
DEVIATIONS = 5.0
"""So many robust standard deviations from the median are no chance."""
CHANCE = 1e-4
"""What is less likely than this in a hub that goes on as it did is no chance either."""
# A median absolute deviation of so much is a standard deviation, of what is normally distributed.
NORMAL = 1.4826
# Single days of workshops and terms do not make a hub one where many come each day.
TRIMMED = 2


def most_usual(days: Sequence[int], floor: int = FLOOR) -> int | None:
    """The most new accounts in a day that go without saying; None while there is too little history.

    The largest of these: the median and five robust deviations (the median absolute deviation, Hampel 1974), the Poisson
    quantile at the mean of the days but the two busiest, the busiest of those days, and a floor for small hubs.
    """
    if len(days) < LEAST_DAYS:
        return None
    middle = median(days)
    spread = NORMAL * median(abs(day - middle) for day in days)
    ordinary = sorted(days)[: len(days) - TRIMMED]
    rate = max(sum(ordinary) / len(ordinary), 0.05)
    return max(floor, round(middle + DEVIATIONS * spread), no_wonder(rate), ordinary[-1])


def no_wonder(rate: float, chance: float = CHANCE) -> int:
    """The smallest number that a Poisson variable of that mean exceeds with less than a chance."""
    if rate > 500:
        # Normal by then, and exp(-rate) would soon be nothing.
        return round(rate + 4 * sqrt(rate))
    term = exp(-rate)
    total, number = term, 0
    while 1 - total >= chance:
        number += 1
        term *= rate / number
        total += term
    return number


def in_words(days: Sequence[int]) -> str:
    """What is usual, as people say it: `usual: 0 to 1 a day`."""
    ordinary = sorted(days)[: max(1, len(days) - TRIMMED)]
    low, high = ordinary[0], ordinary[-1]
    return f"usual: {low} a day" if low == high else f"usual: {low} to {high} a day"
