"""Powers, compared with Prometheus: whole ones to the last bit."""

import math

import numpy as np
import pytest

from aggregator.evaluation.power import power
from aggregator.series import Grid, Steps, without_name
from tests.evaluation.conftest import END, START, Reference, assert_same

STEPS = Steps(START * 1000, END * 1000, 90_000)
# Of every size, of both signs, and near those whose powers are denormal or infinite.
BASES = ["x", "x / 300", "1 + abs(x) % 0.01", "x * 1e40", "x / 1e60", "abs(x) % 1e-9 + 1"]
EXPONENTS = [2, 3, -1, -3, 7, 24, -17, 100, 1023, -1500, 4e9, -4e9, 2.0**61]
SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    0.5,
    -0.5,
    3.0,
    -3.0,
    1e300,
    2.0**63,
    2.0**70,
    math.inf,
    -math.inf,
    math.nan,
]


@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.parametrize("base", BASES)
def test_whole_powers_are_prometheus_own(prometheus: Reference, base: str, exponent: float) -> None:
    assert_same(raised(prometheus, base, exponent), prometheus.range(f"({base}) ^ {exponent}", STEPS))


@pytest.mark.parametrize("exponent", [0.5, -0.5])
@pytest.mark.parametrize("base", BASES)
def test_roots_are_prometheus_own(prometheus: Reference, base: str, exponent: float) -> None:
    assert_same(raised(prometheus, base, exponent), prometheus.range(f"({base}) ^ {exponent}", STEPS))


@pytest.mark.parametrize("exponent", [1.5, -2.25, 0.1])
@pytest.mark.parametrize("base", BASES)
def test_broken_powers_are_nearly(prometheus: Reference, base: str, exponent: float) -> None:
    # Go's logarithm of a denormal number is wrong on AMD64.
    base = f"({base}) unless (abs({base}) > 0 < 1e-300)"
    ours = raised(prometheus, base, exponent)

    assert_same(ours, prometheus.range(f"({base}) ^ {exponent}", STEPS), relative=1e-12)


@pytest.mark.parametrize("exponent", SPECIAL)
def test_what_is_no_plain_number_is_as_in_go(prometheus: Reference, exponent: float) -> None:
    moment = Steps(START * 1000, START * 1000, 1)
    for base in SPECIAL:
        theirs = prometheus.scalar(f"{written(base)} ^ {written(exponent)}", moment.start)
        ours = power(np.array([base]), np.array([exponent])).item()

        assert ours == theirs or (math.isnan(ours) and math.isnan(theirs)), (base, exponent)
        assert math.copysign(1, ours) == math.copysign(1, theirs) or math.isnan(theirs), (base, exponent)


def raised(prometheus: Reference, base: str, exponent: float) -> Grid:
    argument = prometheus.range(f"({base})", STEPS)
    values = np.where(argument.present, argument.values, 1.0)
    with np.errstate(all="ignore"):
        raised_values = power(values, np.full(argument.steps, exponent))
    return Grid(tuple(map(without_name, argument.labels)), raised_values, argument.present)


def written(number: float) -> str:
    return f"({number})".replace("inf", "Inf").replace("nan", "NaN")
