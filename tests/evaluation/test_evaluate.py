"""Trees evaluated: scalars, names, labels, order, subqueries."""

import numpy as np
import pytest

from aggregator.errors import CannotExecute
from aggregator.evaluation.windows import Windows
from aggregator.series import Steps
from tests.evaluation.grids import MINUTE, answer, grid, rows

X = grid('x{a="1"} 1 2 3', 'x{a="2"} _ 5 -1')
RANGE = Steps(0, 2 * MINUTE, MINUTE)

CASES: dict[str, list[str]] = {
    # Scalars.
    "1 + 2 * 3": ["7 7 7"],
    "-time()": ["-0 -60 -120"],
    "2 > bool time() / 30": ["1 0 0"],
    "1 / 0": ["+Inf +Inf +Inf"],
    "-7 % 3": ["-1 -1 -1"],
    "0 / 0 == bool 0 / 0": ["0 0 0"],
    "pi()": ["3.141592653589793 3.141592653589793 3.141592653589793"],
    "scalar(x)": ["1 NaN NaN"],
    'scalar(x{a="2"})': ["NaN 5 -1"],
    "scalar(x > 100)": ["NaN NaN NaN"],
    "vector(time())": ["{} 0 60 120"],
    # A vector and a number: arithmetic drops the name, a comparison keeps it, and the vector's value on either side.
    "x + 1": ['{a="1"} 2 3 4', '{a="2"} _ 6 0'],
    "10 - x": ['{a="1"} 9 8 7', '{a="2"} _ 5 11'],
    "2 ^ x": ['{a="1"} 2 4 8', '{a="2"} _ 32 0.5'],
    "x atan2 0": [
        'x{a="1"} 1.5707963267948966 1.5707963267948966 1.5707963267948966',
        'x{a="2"} _ 1.5707963267948966 -1.5707963267948966',
    ],
    "x > 1": ['x{a="1"} _ 2 3', 'x{a="2"} _ 5 _'],
    "2 >= x": ['x{a="1"} 1 2 _', 'x{a="2"} _ _ -1'],
    "x > 100": [],
    "x > bool 1": ['{a="1"} 0 1 1', '{a="2"} _ 1 0'],
    "1 < bool x": ['{a="1"} 0 1 1', '{a="2"} _ 1 0'],
    "x == scalar(x)": ['x{a="1"} 1 _ _'],
    "-x": ['{a="1"} -1 -2 -3', '{a="2"} _ -5 1'],
    "-(x > 1)": ['{a="1"} _ -2 -3', '{a="2"} _ -5 _'],
    # Functions.
    "abs(x)": ['{a="1"} 1 2 3', '{a="2"} _ 5 1'],
    "clamp(x, 0, 2)": ['{a="1"} 1 2 2', '{a="2"} _ 2 0'],
    "clamp_min(x, scalar(x))": ['{a="1"} 1 NaN NaN', '{a="2"} _ NaN NaN'],
    "round(x / 4, 0.5)": ['{a="1"} 0.5 0.5 1', '{a="2"} _ 1.5 0'],
    "timestamp(x)": ['{a="1"} 0 60 120', '{a="2"} _ 60 120'],
    "minute(x * 60)": ['{a="1"} 1 2 3', '{a="2"} _ 5 59'],
    "minute()": ["{} 0 1 2"],
    "sort(x)": ['x{a="1"} 1 2 3', 'x{a="2"} _ 5 -1'],
    'label_replace(x, "b", "<$1>", "a", "(.)")': ['x{a="1", b="<1>"} 1 2 3', 'x{a="2", b="<2>"} _ 5 -1'],
    'label_join(x, "b", "-", "a", "a", "c")': ['x{a="1", b="1-1-"} 1 2 3', 'x{a="2", b="2-2-"} _ 5 -1'],
    "histogram_avg(x)": [],
    "absent(x)": [],
    'absent(x{a="2"})': ["{} 1 _ _"],
    "absent(x > 100)": ["{} 1 1 1"],
    # Sets with constants.
    "x > 100 or vector(0)": ["{} 0 0 0"],
    "x and on () vector(1)": ['x{a="1"} 1 2 3', 'x{a="2"} _ 5 -1'],
    "x and on () (vector(time()) > 60)": ['x{a="1"} _ _ 3', 'x{a="2"} _ _ -1'],
}


@pytest.mark.parametrize("query", CASES)
def test_a_query_is_evaluated_at_every_step(query: str) -> None:
    assert rows(answer(query, at=RANGE, x=X)) == CASES[query]


def test_the_only_element_keeps_every_bit_beside_others_that_do_not_count() -> None:
    vector = grid('x{a="1"} -0 Inf NaN 1e308 _', 'x{a="2"} _ -Inf _ 1e308 _')

    assert rows(answer("scalar(x)", x=vector)) == ["-0 NaN NaN NaN NaN"]
    assert rows(answer("scalar(x)", x=grid("x _ _"))) == ["NaN NaN"]


def test_a_text_is_itself() -> None:
    assert answer('"a"', at=RANGE) == "a"


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("sort(x)", ["-1", "0", "5", "NaN"]),
        ("sort_desc(x)", ["5", "0", "-1", "NaN"]),
        ('sort_by_label(x, "a")', ["5", "-1", "NaN", "0"]),
        ('sort_by_label_desc(x, "a")', ["0", "NaN", "-1", "5"]),
        ('sort_by_label(x, "b", "a")', ["NaN", "5", "-1", "0"]),
    ],
)
def test_the_series_of_one_moment_can_be_sorted(query: str, order: list[str]) -> None:
    vector = grid('x{a="9", b="2"} -1', 'x{a="10", b="1"} NaN', 'x{a="x", b="3"} 0', 'x{a="2", b="2"} 5')

    assert [row.split()[-1] for row in rows(answer(query, x=vector))] == order


NAMES = grid('{__name__="x", a="1"} 1 _', '{__name__="y", a="1"} _ 2')
MEETING = grid('{__name__="x", a="1"} 1', '{__name__="y", a="1"} 2')


@pytest.mark.parametrize("query", ["n + 1", "abs(n)", "n > bool 0", "timestamp(n)", "sqrt(n) * 1"])
def test_series_that_differ_by_name_become_one_where_they_do_not_meet(query: str) -> None:
    assert len(rows(answer(query, n=NAMES))) == 1


@pytest.mark.parametrize("query", ["-n", "max_over_time(n[1m:1m])", "count_over_time(n[1m:1m])"])
def test_what_works_series_by_series_does_not_let_them_become_one_at_all(query: str) -> None:
    with pytest.raises(CannotExecute, match="vector cannot contain metrics with the same labelset"):
        answer(query, closed=False, n=NAMES)


@pytest.mark.parametrize(
    "query", ["n + 1", "abs(n)", "-n", "n > bool 0", "timestamp(n)", 'label_replace(n, "__name__", "z", "", "")']
)
def test_series_that_become_one_where_they_meet_are_an_error(query: str) -> None:
    with pytest.raises(CannotExecute, match="vector cannot contain metrics with the same labelset"):
        answer(query, n=MEETING)


@pytest.mark.parametrize("query", ["n > 0", "n atan2 1", "sum(n)", "last_over_time(n[1m:1m])", "sort(n)", "n"])
def test_what_keeps_the_names_keeps_the_series_apart(query: str) -> None:
    answer(query, closed=False, n=MEETING)


def test_a_subquery_hands_its_steps_on_as_samples() -> None:
    inside = grid("x 1 2 4 8")  # at 0, 1, 2 and 3 minutes

    at = Steps(3 * MINUTE, 3 * MINUTE, 0)
    assert rows(answer("sum_over_time(x[3m:1m])", at=at, closed=True, x=inside)) == ["{} 15"]
    assert rows(answer("count_over_time(x[3m:1m])", at=at, closed=True, x=inside)) == ["{} 4"]
    assert rows(answer("last_over_time(x[3m:1m])", at=at, closed=True, x=inside)) == ["x 8"]


def test_a_left_open_subquery_leaves_out_its_left_end() -> None:
    inside = grid("x 2 4 8")  # at 1, 2 and 3 minutes

    at = Steps(3 * MINUTE, 3 * MINUTE, 0)
    assert rows(answer("sum_over_time(x[3m:1m])", at=at, closed=False, x=inside)) == ["{} 14"]


def test_a_pinned_subquery_is_the_same_at_every_step() -> None:
    inside = grid("x 2 4 8")  # at 1, 2 and 3 minutes

    assert rows(answer("sum_over_time(x[2m:1m] @ 180)", at=RANGE, closed=True, x=inside)) == ["{} 14 14 14"]


def test_a_subquery_between_two_points_of_its_grid_has_nothing() -> None:
    at = Steps(59_000, 59_000, 0)

    assert rows(answer("sum_over_time(vector(1)[10s:1m])", at=at)) == []
    assert rows(answer("sum_over_time(vector(1)[59s:1m])", at=at)) == ["{} 1"]


def test_gaps_of_a_subquery_are_no_samples() -> None:
    inside = grid("x 1 _ 4", "y _ _ _")

    at = Steps(2 * MINUTE, 2 * MINUTE, 0)
    assert rows(answer("count_over_time(x[2m:1m])", at=at, x=inside)) == ["{} 2"]


def test_a_range_vector_is_windows() -> None:
    value = answer("vector(1)[2m:1m]", at=Steps(2 * MINUTE, 2 * MINUTE, 0))

    assert isinstance(value, Windows)
    assert value.counts.tolist() == [[3]]


def test_info_over_what_is_computed_here_is_refused_in_words() -> None:
    with pytest.raises(CannotExecute, match="keep `cluster` in what it works on"):
        answer("info(x)", x=X)


def test_a_fraction_of_classic_histograms_is_known_to_3_x_only() -> None:
    buckets = grid('b{le="1"} 1', 'b{le="+Inf"} 2')

    assert rows(answer("histogram_fraction(0, 1, b)", closed=False, b=buckets)) == ["{} 0.5"]
    assert rows(answer("histogram_fraction(0, 1, b)", closed=True, b=buckets)) == []


def test_an_overflow_is_an_answer_and_no_warning() -> None:
    with np.errstate(all="warn"):
        value = answer("x * 1e308 * 1e308 / 0", x=X)

    assert rows(value)[0] == '{a="1"} +Inf +Inf +Inf'
