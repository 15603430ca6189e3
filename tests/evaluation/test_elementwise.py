"""Functions of single values, compared with Prometheus."""

import math

import numpy as np
import pytest

from aggregator.evaluation.elementwise import ELEMENTWISE
from aggregator.series import Grid, Steps, without_name
from tests.evaluation.conftest import END, START, Reference, assert_same

STEPS = Steps(START * 1000, END * 1000, 90_000)
# Arguments of every size, within the domains of the inverse functions, and about 1.
ARGUMENTS = [
    "x",
    "x / 300",
    "abs(x) % 1.000001",
    "1 - abs(x) % 1e-9",
    "round(x) / 2",
    "abs(x) + 1",
    "10 ^ (round(x) % 19)",
]
EXACT = {
    "abs({})": [], "ceil({})": [], "floor({})": [], "sqrt({})": [], "sgn({})": [], "deg({})": [], "rad({})": [],
    "log2({})": [], "log10({})": [], "ln({})": [], "round({})": [],
    "round({}, 0.1)": [0.1], "round({}, 5)": [5.0], "round({}, 0)": [0.0], "round({}, -3)": [-3.0],
    "round({}, NaN)": [math.nan], "round({}, Inf)": [math.inf],
    "clamp({}, -1, 1)": [-1.0, 1.0], "clamp({}, 1, -1)": [1.0, -1.0], "clamp({}, NaN, 1)": [math.nan, 1.0],
    "clamp({}, -Inf, NaN)": [-math.inf, math.nan], "clamp({}, Inf, Inf)": [math.inf, math.inf],
    "clamp_min({}, 0)": [0.0], "clamp_min({}, NaN)": [math.nan], "clamp_min({}, Inf)": [math.inf],
    "clamp_max({}, 0.5)": [0.5], "clamp_max({}, -Inf)": [-math.inf], "clamp_max({}, NaN)": [math.nan],
}  # fmt: skip
LAST_BITS = "exp sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()


def evaluated(expression: str, scalars: list[float], argument: Grid) -> Grid:
    function = ELEMENTWISE[expression.partition("(")[0]]
    each = [np.full(argument.steps, scalar) for scalar in scalars]
    present = argument.present if function.present is None else argument.present & function.present(*each)
    labels = tuple(without_name(one) for one in argument.labels)
    return Grid(labels, function.compute(argument.values, *each), present)


@pytest.mark.parametrize("argument", ARGUMENTS)
@pytest.mark.parametrize("expression", EXACT)
def test_prometheus_says_the_same(prometheus: Reference, expression: str, argument: str) -> None:
    # An ln of a denormal number, which Go gets wrong on AMD64, is left out.
    argument = f"({argument}) unless (abs({argument}) > 0 < 1e-300)"

    ours = evaluated(expression, EXACT[expression], prometheus.range(argument, STEPS))

    assert_same(ours, prometheus.range(expression.format(argument), STEPS))


@pytest.mark.parametrize("argument", ARGUMENTS)
@pytest.mark.parametrize("name", LAST_BITS)
def test_prometheus_says_nearly_the_same(prometheus: Reference, name: str, argument: str) -> None:
    ours = evaluated(name, [], prometheus.range(argument, STEPS))

    assert_same(ours, prometheus.range(f"{name}({argument})", STEPS), relative=1e-13)


def test_a_scalar_may_differ_from_step_to_step() -> None:
    values = np.array([[1.26, 1.26], [-5.0, -5.0]])

    rounded = ELEMENTWISE["round"].compute(values, np.array([1.0, 0.5]))

    assert rounded.tolist() == [[1.0, 1.5], [-5.0, -5.0]]


def test_of_two_zeros_go_knows_the_greater() -> None:
    zeros = np.array([[0.0, -0.0]])

    least = ELEMENTWISE["clamp_min"].compute(zeros, np.array([-0.0, -0.0]))
    greatest = ELEMENTWISE["clamp_max"].compute(zeros, np.array([0.0, 0.0]))

    assert np.signbit(least).tolist() == np.signbit(greatest).tolist() == [[False, True]]


@pytest.mark.parametrize(
    ("name", "value", "scalars", "near"),
    [
        ("floor", 3.0, [], True),
        ("floor", 3.0000000000001, [], True),
        ("ceil", 2.9999999999999, [], True),
        ("floor", 3.00001, [], False),
        ("ceil", math.nan, [], False),
        ("floor", math.inf, [], False),
        ("round", 0.5, [], True),
        ("round", 0.25 + 1e-14, [0.5], True),
        ("round", 0.25, [], False),
        ("round", -2.5, [5.0], True),
        ("sgn", 1e-17, [], True),
        ("sgn", -0.1, [], False),
        ("sqrt", -1e-17, [], True),
        ("ln", 1.0, [], True),
        ("ln", 0.5, [], False),
        ("acos", 1.0000000000000002, [], True),
        ("asin", 0.9, [], False),
    ],
)
def test_a_place_where_a_function_is_torn_is_known(name: str, value: float, scalars: list[float], near: bool) -> None:  # noqa: FBT001
    test = ELEMENTWISE[name].near
    assert test is not None

    assert test(np.array([[value]]), *(np.array([one]) for one in scalars)).tolist() == [[near]]
