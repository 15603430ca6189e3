"""When a number may be compared, and what is usual."""

import pytest

from aggregator.reports.comparing import compared, difference, percent
from aggregator.reports.comparing_words import against_usual, change
from aggregator.reports.tongue import tongue
from aggregator.reports.values import Compared

ALL = dict.fromkeys(range(9), True)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Compared(42, 37), "5 more (+14\u00a0%)"),
        (Compared(32, 37), "5 fewer (−14\u00a0%)"),
        (Compared(37, 37), "no change"),
        (Compared(9, 4), "5 more"),
        (Compared(10, 5), "5 more (+100\u00a0%)"),
        (Compared(0, 7), "7 fewer (−100\u00a0%)"),
        (Compared(42, 37, partial=True), "partial"),
        (Compared(42, None), ""),
        (Compared(None, 37), ""),
    ],
)
def test_a_change_is_in_per_cent_only_where_that_says_something(number: Compared, words: str) -> None:
    assert change(number, tongue("en")) == words


def test_neither_a_difference_nor_a_percentage_is_told_of_what_was_seen_in_part() -> None:
    number = compared({0: 42.0, 1: 37.0}, {0: True, 1: False})

    assert number.partial
    assert difference(number) is None
    assert percent(number) is None


def test_what_is_usual_is_the_median_of_the_eight_before_that_were_seen_well() -> None:
    weeks: dict[int, float | None] = {0: 50, 1: 10, 2: 20, 3: 30, 4: 40, 5: 1000, 6: None, 7: 35, 8: 25, 9: 0}

    number = compared(weeks, {**ALL, 5: False})

    assert number.usual == 27.5


def test_three_periods_do_not_make_a_usual_one() -> None:
    assert compared({0: 5.0, 1: 5.0, 2: 5.0, 3: 5.0}, ALL).usual is None
    assert compared({0: 5.0, 1: 5.0, 2: 5.0, 3: 5.0, 4: 5.0}, ALL).usual == 5


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (42, "about as many as usual"),
        (44, "about as many as usual"),
        (45, "more than usual (40)"),
        (35, "fewer than usual (40)"),
    ],
)
def test_about_as_many_is_within_a_tenth(value: float, words: str) -> None:
    assert against_usual(Compared(value, None, 40), tongue("en")) == words
