"""What is usual for a hub, and how new accounts are counted."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.access.growth import DAY, DAYS, grew, grown, is_in, share_of
from aggregator.access.usual import most_usual

NOW = 100 * DAY


@pytest.mark.parametrize(
    ("days", "most"),
    [
        ([0] * 6, None),
        ([0] * 28, 5),
        ([0, 1] * 14, 5),
        ([0] * 26 + [80, 120], 5),
        ([10] * 28, 24),
        ([8, 9, 10, 11, 12] * 5, 23),
        ([0, 0, 0, 0, 0, 20, 20] * 4, 20),
        ([1000] * 28, 1126),
    ],
)
def test_too_many_is_more_than_a_hub_ever_has(days: list[int], most: int | None) -> None:
    assert most_usual(days) == most


@given(st.lists(st.integers(0, 400), min_size=7, max_size=40))
def test_a_day_as_usual_is_never_too_many(days: list[int]) -> None:
    most = most_usual(days)

    assert most is not None
    assert most >= sorted(days)[len(days) // 2]


def hours(*counts: float, until: float = NOW) -> list[tuple[float, float]]:
    """So many accounts each hour, the last one now."""
    return [(until - 3600 * (len(counts) - 1 - place), count) for place, count in enumerate(counts)]


def test_days_are_of_24_hours_that_end_now_and_only_those_seen_whole() -> None:
    counts = [10.0] * 12 + [11.0] * 24 + [14.0] * 24 + [15.0]

    assert grown(hours(*counts), NOW) == (3, 1)


def test_what_is_deleted_makes_no_day_better() -> None:
    counts = [10.0] * 28 + [15.0] * 8 + [10.0] * 9 + [12.0] * 5

    assert grown(hours(*counts), NOW) == (0, 7)


def test_what_came_in_a_gap_belongs_to_the_day_on_which_it_is_counted_again() -> None:
    points = [(NOW - 3 * DAY, 10.0), (NOW - 2.5 * DAY, 10.0), (NOW - 0.5 * DAY, 22.0), (NOW, 22.0)]

    assert grown(points, NOW) == (0, 0, 12)


def test_a_hub_of_which_nothing_was_counted_has_no_days() -> None:
    assert grown([], NOW) == ()
    assert grown([(NOW - DAY / 2, 3.0), (NOW, 9.0)], NOW) == ()


def test_the_hours_in_which_accounts_came_are_told_apart_from_the_others() -> None:
    points = hours(10, 10, 11, 9, 12, 12)

    spans = grew(points)

    assert spans == ((NOW - 4 * 3600, NOW - 3 * 3600), (NOW - 2 * 3600, NOW - 3600))
    assert share_of(spans, points) == 0.4
    moments = [NOW - late * 3600 for late in (4.5, 4, 3.5, 3, 2.5, 1.5, 1, 0.5)]
    assert [is_in(spans, at) for at in moments] == [False, False, True, True, False, True, True, False]


def test_nobody_came_where_nobody_counted() -> None:
    assert (grew([]), share_of((), []), is_in((), NOW)) == ((), 0.0, False)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=200))
def test_no_more_is_counted_than_came(counts: list[float]) -> None:
    points = [(NOW - DAY * DAYS * (1 - place / len(counts)), float(round(count))) for place, count in enumerate(counts)]
    came = sum(max(0.0, after[1] - before[1]) for before, after in pairwise(points))

    assert sum(grown(points, NOW)) <= came
