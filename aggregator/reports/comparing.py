"""A number beside the one before and the usual one, and when that says something. Pure."""

from collections.abc import Mapping
from statistics import median

from aggregator.reports.facts import NOTHING, Seen, Series
from aggregator.reports.periods import Period
from aggregator.reports.values import Compared

BACK = 8
"""So many periods before make up what is usual."""

FEWEST = 4
"""So many of them have to have been seen well."""

WHOLE = 0.95
"""From this share on a period was seen well: numbers of others are too small by what was not seen."""

SMALL = 5
"""Of a base below this no percentage is told: one person more would be 50 %."""


def compared(numbers: Mapping[int, float | None], whole: Mapping[int, bool]) -> Compared:
    """The number of now beside that of one period ago and the usual one; both by how many periods ago."""
    known = [value for ago in range(1, BACK + 1) if (value := numbers.get(ago)) is not None and whole.get(ago)]
    is_partial = not whole.get(0, False) or (numbers.get(1) is not None and not whole.get(1, False))
    return Compared(
        value=numbers.get(0),
        before=numbers.get(1),
        usual=median(known) if len(known) >= FEWEST else None,
        partial=is_partial and numbers.get(0) is not None,
    )


def measured(series: Series, period: Period, measure: str) -> Compared:
    """A number of the catalogue, over this period and those before."""
    steps = stepped(series, period)
    numbers = {ago: seen.numbers.get(measure) for ago, seen in enumerate(steps)}
    return compared(numbers, {ago: seen.share >= WHOLE for ago, seen in enumerate(steps)})


def stepped(series: Series, period: Period) -> tuple[Seen, ...]:
    """The buckets of this period, of the one before, and so on."""
    return tuple(series.get(period.earlier(ago).number, NOTHING) for ago in range(BACK + 1))


def difference(number: Compared) -> float | None:
    """By how much it is more than in the period before; None where they cannot be compared."""
    if number.value is None or number.before is None or number.partial:
        return None
    return number.value - number.before


def percent(number: Compared) -> float | None:
    """The same in per cent; None also where the base is small."""
    more = difference(number)
    if more is None or number.before is None or number.before < SMALL:
        return None
    return 100 * more / number.before
