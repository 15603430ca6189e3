"""Where the last bits of partial sums would decide over the answer, it is not given from them."""

import math

import numpy as np
import pytest

from aggregator.evaluation.exactness import NeedsExact, are_whole, cancelled, near
from tests.evaluation.clusters import over_clusters, over_union
from tests.evaluation.grids import answer, grid, rows

# A sum of fractions of several clusters; 10 and 3 stand for edges that it may or may not have reached.
SUM = grid('s{a="1"} 10', 's{a="2"} 3', exact=False)

DOUBTFUL = [
    "s == 10", "s != 10", "s > 10", "s >= bool 3", "10 < s", "s == s", "s - s", "s - 10", "s + -3", "s % 5", "s % 3",
    "s % 4.99998", "floor(s)", "ceil(s)", "round(s * 0.05)", "round(s, 20)", "sgn(s - 3.0000001)", "sqrt(s - 3)", "ln(s - 9)",
    "acos(s / 10)", 'count_values("v", s)', "topk(1, s * 0)", "topk(scalar(sum(s)), x)", "scalar(s > 9) == bool 10",
    "hour(s * 360)", "histogram_quantile(scalar(s > 9) / 10, b)", "s and (s > 3)", "changes(s[1m:1m])", "rate(s[1m:1m])",
    "stddev_over_time(s[1m:1m])", "vector(scalar(s > 9)) == 10",
]  # fmt: skip
CLEAR = [
    "s == 11", "s > 2", "s * 2", "s / s", "s + 1", "s - 2", "s % 4", "s % 4.9", "floor(s + 0.5)", "round(s)", "abs(s)", "sum(s)",
    "max_over_time(s[1m:1m])", "s > bool 5", "s or s", "s and s", "sort(s)", "-s", "quantile(0.5, s)", "topk(1, s)",
    "x == 10", "floor(x)", "x - x", 'count_values("v", x)', "hour(s * 360.05)", "clamp(s, 10, 10)", "s ^ 2", "sgn(s)",
]  # fmt: skip
X = grid('x{a="1"} 10', 'x{a="2"} 3')
BUCKETS = grid('b{le="1"} 1', 'b{le="+Inf"} 2')


@pytest.mark.parametrize("query", DOUBTFUL)
def test_what_rounding_may_turn_over_needs_an_exact_answer(query: str) -> None:
    with pytest.raises(NeedsExact):
        answer(query, closed=False, exact=False, s=SUM, x=X, b=BUCKETS)


@pytest.mark.parametrize("query", DOUBTFUL)
def test_exact_operands_are_never_in_doubt(query: str) -> None:
    exact = grid('s{a="1"} 10', 's{a="2"} 3')

    answer(query, closed=False, s=exact, x=X, b=BUCKETS)


@pytest.mark.parametrize("query", CLEAR)
def test_what_rounding_hardly_moves_is_answered(query: str) -> None:
    answer(query, closed=False, exact=False, s=SUM, x=X, b=BUCKETS)


def test_what_is_absent_is_in_no_doubt() -> None:
    vector = grid('s{a="1"} _ 10', 's{a="2"} 7 _', exact=False)

    assert rows(answer("s == 7.5", s=vector)) == []


def test_the_query_is_answered_row_by_row_where_partial_sums_would_decide() -> None:
    clusters = {
        "lisbon": {"x": grid('x{a="1"} 0.1 1', 'x{a="3"} 0.3 1')},
        "oslo": {"x": grid('x{a="2"} 0.2 1', 'x{a="4"} 0.4 1')},
    }

    ours, again = over_clusters("sum(x) == 1", clusters, 2)

    assert again
    assert rows(ours) == rows(over_union("sum(x) == 1", clusters))


def test_whole_numbers_are_added_up_by_the_clusters_even_where_a_bit_decides() -> None:
    clusters = {"lisbon": {"x": grid('x{a="1"} 4 3')}, "oslo": {"x": grid('x{a="2"} 6 6')}}

    ours, again = over_clusters("sum(x) == 10", clusters, 2)

    assert not again
    assert rows(ours) == ["{} 10 _"]


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (1.0, 1.0, True),
        (1.0, 1.0 + 1e-13, True),
        (1.0, 1.0 + 1e-11, False),
        (1e300, 1e300 * (1 + 1e-13), True),
        (0.0, 0.0, True),
        (0.0, 1e-300, False),
        (math.nan, math.nan, False),
        (math.inf, 1.0, False),
    ],
)
def test_two_numbers_are_near_that_rounding_may_have_parted(left: float, right: float, answer: bool) -> None:  # noqa: FBT001
    assert near(np.array([left]), np.array([right])).tolist() == [answer]


def test_a_small_difference_of_large_numbers_has_lost_its_digits() -> None:
    lost = cancelled(np.array([1e-5, 1.0, 0.0]), np.array([1.0, 3.0, 0.0]), np.array([1.0, 2.0, 0.0]))

    assert lost.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("row", "whole"),
    [("x 1 2 3", True), ("x _ _", True), ("x 0.5 _", False), ("x 1e15", False), ("x NaN", False), ("x Inf", False)],
)
def test_whole_numbers_of_moderate_size_add_up_exactly_in_any_order(row: str, whole: bool) -> None:  # noqa: FBT001
    assert are_whole(grid(row)) is whole
