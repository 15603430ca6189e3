"""Aggregations: every operator compared with Prometheus over odd values, and the rules one by one."""

import pytest

from aggregator.errors import CannotExecute
from aggregator.series import Grid, Steps
from tests.evaluation.conftest import END, START, Reference, assert_same
from tests.evaluation.grids import answer, grid, rows

STEPS = Steps(START * 1000, END * 1000, 150_000)
# Bare selectors, since over a range 2.42 forgets the order of whatever was computed before.
SELECTORS = {
    "odd": "x",
    "modest": 'x{kind=~"counter.*|gauge.*|constant|one|moments"}',
    "histograms": "h_bucket",
}

QUERIES = [
    "sum({})", "sum by (le) ({})", "sum without (le) ({})", "sum by (nonsense) ({})", "sum by (kind, shape) ({})",
    "min by (le) ({})", "max by (le) ({})", "min({})", "max({})", "count by (le) ({})", "group by (shape) ({})",
    "avg({})", "avg by (le) ({})", "avg without (le) ({})",
    "stddev({})", "stdvar by (le) ({})", "stddev without (le) ({})", "stdvar({})",
    "quantile(0.5, {})", "quantile by (le) (0.9, {})", "quantile by (le) (0, {})", "quantile by (shape) (1, {})",
    "quantile(-0.1, {})", "quantile(1.1, {})", "quantile by (le) (NaN, {})", "quantile(0.333, {})",
    "topk(3, {})", "topk by (le) (1, {})", "topk without (le) (2, {})", "topk(100, {})", "topk(0, {})", "topk(-1, {})",
    "topk(1.9, {})", "bottomk(3, {})", "bottomk by (le) (1, {})", "bottomk by (shape) (2, {})", "topk(7, {})",
    'count_values("v", {})', 'count_values by (le) ("v", {})', 'count_values without (kind, le) ("shape", {})',
    'count_values without (kind, v) ("v", {})',
]  # fmt: skip


@pytest.mark.parametrize("series", SELECTORS)
@pytest.mark.parametrize("query", QUERIES)
def test_prometheus_says_the_same(prometheus: Reference, query: str, series: str) -> None:
    ours = answer(query.format("g"), at=STEPS, g=prometheus.range(SELECTORS[series], STEPS))

    assert isinstance(ours, Grid)
    assert_same(ours, prometheus.range(query.format(SELECTORS[series]), STEPS))


RULES: dict[str, list[str]] = {
    # NaN is less than anything, and greater: it is the answer only where nothing else is.
    "min(n)": ["{} 1 NaN -Inf"],
    "max(n)": ["{} 2 NaN +Inf"],
    "sum(n)": ["{} NaN NaN NaN"],
    "count(n)": ["{} 3 1 3"],
    "group(n)": ["{} 1 1 1"],
    # Of one sample, whatever it is, the deviation is 0.
    "stddev by (a) (n)": ['{a="1"} 0 0 0', '{a="2"} 0 _ 0', '{a="3"} 0 _ 0'],
    "quantile(0.5, n)": ["{} 1 NaN NaN"],
    "quantile(0, n)": ["{} NaN NaN -Inf"],
    "topk(1, n)": ['n{a="1"} _ NaN _', 'n{a="2"} 2 _ _', 'n{a="3"} _ _ +Inf'],
    "bottomk(1, n)": ['n{a="1"} _ NaN _', 'n{a="3"} 1 _ _', 'n{a="2"} _ _ -Inf'],
    "topk(2, n)": ['n{a="1"} _ NaN 0', 'n{a="2"} 2 _ _', 'n{a="3"} 1 _ +Inf'],
}


@pytest.mark.parametrize("query", RULES)
def test_what_is_no_number_or_has_no_end_counts_as_in_go(query: str) -> None:
    vector = grid('n{a="1"} NaN NaN 0', 'n{a="2"} 2 _ -Inf', 'n{a="3"} 1 _ Inf')

    assert sorted(rows(answer(query, n=vector))) == sorted(RULES[query])


def test_go_takes_the_first_of_equals() -> None:
    equal = grid(*(f'x{{a="{name}"}} 1' for name in "abcdef"))

    assert rows(answer("topk(1, x)", x=equal)) == ['x{a="a"} 1']
    assert sorted(rows(answer("topk(2, x)", x=equal))) == ['x{a="a"} 1', 'x{a="b"} 1']


def test_which_of_equals_go_drops_depends_on_all_the_others() -> None:
    ties = grid('x{a="a"} 1', 'x{a="b"} 2', 'x{a="c"} 2', 'x{a="d"} 3', 'x{a="e"} 2')

    # As Go's heap has it: 1, 2, 2 are in; 3 pushes 1 out; then 2 does not beat 2.
    assert sorted(rows(answer("topk(3, x)", x=ties))) == ['x{a="b"} 2', 'x{a="c"} 2', 'x{a="d"} 3']


def test_the_best_of_one_step_come_in_order() -> None:
    vector = grid('x{a="1", g="p"} 1', 'x{a="2", g="p"} 3', 'x{a="3", g="q"} 2', 'x{a="4", g="p"} 2')

    assert rows(answer("topk by (g) (2, x)", x=vector)) == [
        'x{a="2", g="p"} 3',
        'x{a="4", g="p"} 2',
        'x{a="3", g="q"} 2',
    ]


def test_k_may_differ_from_step_to_step() -> None:
    vector, k = grid('x{a="1"} 1 1 1', 'x{a="2"} 2 2 2'), grid("k 0 1 2")

    assert rows(answer("topk(scalar(k), x)", x=vector, k=k)) == ['x{a="1"} _ _ 1', 'x{a="2"} _ 2 2']


@pytest.mark.parametrize("k", ["NaN", "Inf", "-Inf", "1e19"])
@pytest.mark.parametrize("operator", ["topk", "bottomk", "limitk"])
def test_a_k_that_is_no_whole_number_of_go_is_refused(operator: str, k: str) -> None:
    words = "+Inf" if k == "Inf" else k.replace("1e19", "10000000000000000000")
    with pytest.raises(CannotExecute) as refused:
        answer(f"{operator}({k}, x)", x=grid("x 1"))

    assert str(refused.value) == f"Scalar value {words} overflows int64"


def test_limitk_takes_the_first_ones_of_each_step() -> None:
    vector = grid('x{a="1", g="p"} _ 1 1', 'x{a="2", g="p"} 2 _ 2', 'x{a="3", g="q"} 3 3 3')

    assert rows(answer("limitk(1, x)", x=vector)) == ['x{a="1", g="p"} _ 1 1', 'x{a="2", g="p"} 2 _ _']
    assert rows(answer("limitk by (g) (1, x)", x=vector))[-1] == 'x{a="3", g="q"} 3 3 3'
    assert rows(answer("limitk(0, x)", x=vector)) == []


def test_limit_ratio_and_the_rest_of_it_are_everything() -> None:
    vector = grid(*(f'x{{a="{number}"}} {number}' for number in range(100)))

    some, rest = rows(answer("limit_ratio(0.3, x)", x=vector)), rows(answer("limit_ratio(-0.7, x)", x=vector))

    assert sorted([*some, *rest]) == sorted(rows(vector))
    assert 15 < len(some) < 45
    assert rows(answer("limit_ratio(1, x)", x=vector)) == rows(vector) == rows(answer("limit_ratio(-1.5, x)", x=vector))
    assert rows(answer("limit_ratio(0, x)", x=vector)) == []


def test_a_ratio_that_is_no_number_is_refused() -> None:
    with pytest.raises(CannotExecute, match="Ratio value NaN is NaN"):
        answer("limit_ratio(NaN, x)", x=grid("x 1"))


def test_the_value_stands_in_the_label_as_prometheus_writes_it_there() -> None:
    vector = grid('x{a="1"} 1e21', 'x{a="2"} 1e-7', 'x{a="3"} -0', 'x{a="4"} 0', 'x{a="5"} NaN', 'x{a="6"} Inf')

    assert rows(answer('count_values("v", x)', x=vector)) == [
        '{v="1000000000000000000000"} 1',
        '{v="0.0000001"} 1',
        '{v="-0"} 1',
        '{v="0"} 1',
        '{v="NaN"} 1',
        '{v="+Inf"} 1',
    ]


def test_the_value_may_stand_in_a_label_that_is_grouped_by() -> None:
    vector = grid('x{a="1", g="p"} 7 8', 'x{a="2", g="p"} 7 7')

    assert rows(answer('count_values by (g) ("v", x)', x=vector)) == ['{g="p", v="7"} 2 1', '{g="p", v="8"} _ 1']
    assert rows(answer('count_values by (g) ("g", x)', x=vector)) == ['{g="7"} 2 1', '{g="8"} _ 1']
    assert rows(answer('count_values without (a, v) ("v", x)', x=vector)) == ['{g="p"} 2 2']


@pytest.mark.parametrize("label", ["a b", "1", "", "é", "a.b"])
def test_a_label_that_prometheus_does_not_allow_is_refused(label: str) -> None:
    with pytest.raises(CannotExecute) as refused:
        answer(f'count_values("{label}", x)', x=grid("x 1"))

    assert str(refused.value) == f'invalid label name "{label}"'


@pytest.mark.parametrize("query", ["sum(x)", "avg(x)", "stddev(x)", "quantile(0.5, x)", "topk(1, x)", "min by (a) (x)"])
def test_of_nothing_there_is_nothing(query: str) -> None:
    assert rows(answer(query, x=grid('x{a="1"} _ _'))) == []


def test_a_group_is_there_at_the_steps_at_which_it_has_anything() -> None:
    vector = grid('x{a="1"} 1 _ _', 'x{a="1", b="2"} _ _ 3', 'x{a="2"} _ 5 _')

    assert rows(answer("sum by (a) (x)", x=vector)) == ['{a="1"} 1 _ 3', '{a="2"} _ 5 _']
    assert rows(answer("avg by (a) (x)", x=vector)) == ['{a="1"} 1 _ 3', '{a="2"} _ 5 _']
    assert rows(answer("count(x)", x=vector)) == ["{} 1 1 1"]


def test_without_drops_the_name_unlike_by() -> None:
    vector = grid('x{a="1", b="2"} 1')

    assert rows(answer("sum without (b) (x)", x=vector)) == ['{a="1"} 1']
    assert rows(answer("sum by (__name__) (x)", x=vector)) == ["x 1"]
