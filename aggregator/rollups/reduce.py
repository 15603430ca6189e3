"""The number of a week or a month from those of its days, and how much of a bucket was seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType

from aggregator.rollups.catalogue import DENSEST_SECONDS, Longer


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many scrapes of the hub there are in a bucket, and how many there would be if none were missing."""

    seen: int
    expected: int

    @property
    def share(self) -> float:
        """Between 0 (nothing was seen) and 1."""
        return min(1.0, self.seen / self.expected) if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A day's number, None where there is none, and how much of the day was seen."""

    value: float | None
    coverage: Coverage


def coverage(seen: float, densest: float, length: int) -> Coverage:
    """Of a bucket of so many milliseconds, from the scrapes in it and in its densest ten minutes.

    The densest ten minutes tell how often the hub is scraped: no interval has to be known, and history that was scraped
    more seldom is not taken for a gap. Where nothing was seen at all, one scrape a minute was to be expected.
    """
    per_second = densest / DENSEST_SECONDS if densest else 1 / 60
    expected = max(1, round(per_second * length / 1000))
    return Coverage(min(round(seen), expected), expected)


def together(parts: Sequence[Coverage]) -> Coverage:
    """That of a stretch made of parts."""
    return Coverage(sum(part.seen for part in parts), sum(part.expected for part in parts))


def combined(longer: Longer, days: Sequence[Part]) -> float | None:
    """The number of a week or month; None where no day has one. Days are in order of time."""
    known = [day for day in days if day.value is not None]
    return _WAYS[longer](known) if known else None


def _mean(days: Sequence[Part]) -> float | None:
    weight = fsum(day.coverage.seen for day in days)
    return fsum(_value(day) * day.coverage.seen for day in days) / weight if weight else None


def _value(day: Part) -> float:
    assert day.value is not None
    return day.value


_WAYS: Mapping[Longer, Callable[[Sequence[Part]], float | None]] = MappingProxyType(
    {
        Longer.SUM: lambda days: fsum(map(_value, days)),
        Longer.MAX: lambda days: max(map(_value, days)),
        Longer.MIN: lambda days: min(map(_value, days)),
        Longer.MEAN: _mean,
        Longer.LAST: lambda days: days[-1].value,
    }
)
