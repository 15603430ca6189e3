"""Weeks and months from days, and coverage."""

import pytest

from aggregator.rollups.buckets import HOUR
from aggregator.rollups.catalogue import Longer
from aggregator.rollups.reduce import Coverage, Part, combined, coverage, together


def days(*values: float | None, seen: tuple[int, ...] | None = None) -> list[Part]:
    """Days of ten scrapes each, or of as many as are said."""
    return [Part(value, Coverage(count, 10)) for value, count in zip(values, seen or (10,) * len(values), strict=True)]


@pytest.mark.parametrize(
    ("longer", "number"),
    [(Longer.SUM, 12), (Longer.MAX, 7), (Longer.MIN, 2), (Longer.MEAN, 4), (Longer.LAST, 3)],
)
def test_days_become_a_week(longer: Longer, number: float) -> None:
    assert combined(longer, days(7, 2, 3)) == number


@pytest.mark.parametrize("longer", [Longer.SUM, Longer.MAX, Longer.MIN, Longer.MEAN, Longer.LAST])
def test_without_any_day_there_is_no_number(longer: Longer) -> None:
    assert combined(longer, days(None, None)) is None


def test_days_without_a_number_are_left_out() -> None:
    assert combined(Longer.LAST, days(7, None)) == 7


def test_a_mean_counts_each_day_as_far_as_it_was_seen() -> None:
    assert combined(Longer.MEAN, days(1, 0, seen=(9, 3))) == 0.75


def test_a_mean_of_nothing_seen_is_none() -> None:
    assert combined(Longer.MEAN, days(1, seen=(0,))) is None


@pytest.mark.parametrize(
    ("seen", "densest", "hours", "expected"),
    [
        (60, 10, 1, Coverage(60, 60)),
        (30, 5, 1, Coverage(30, 30)),
        (240, 40, 1, Coverage(240, 240)),
        (30, 10, 1, Coverage(30, 60)),
        (61, 10, 1, Coverage(60, 60)),
        (0, 0, 1, Coverage(0, 60)),
        (1380, 10, 23, Coverage(1380, 1380)),
        (1260, 10, 24, Coverage(1260, 1440)),
    ],
)
def test_the_densest_minutes_tell_how_many_scrapes_are_missing(
    seen: float, densest: float, hours: int, expected: Coverage
) -> None:
    assert coverage(seen, densest, hours * HOUR) == expected


def test_coverage_adds_up() -> None:
    assert together([Coverage(5, 10), Coverage(0, 10)]).share == 0.25
