"""Functions over ranges, compared with Prometheus bit for bit, and by hand where it does not know them."""

import math
import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import CannotExecute
from aggregator.evaluation.ranges import OVER_RANGES
from aggregator.evaluation.windows import raw_of, windows
from aggregator.series import NAME, Grid, Raw, Steps, without_name
from tests.evaluation.conftest import END, START, Reference, assert_same

MINUTE = 60_000
# With odd milliseconds, so that windows begin and end between samples; and on samples, where a bound itself counts.
BETWEEN = Steps(START * 1000 - 5 * MINUTE + 1234, END * 1000 + 20 * MINUTE, 37_500)
ON_SAMPLES = Steps(START * 1000, END * 1000, MINUTE)

PLAIN = [
    "avg_over_time", "changes", "count_over_time", "delta", "deriv", "idelta", "increase", "irate", "last_over_time",
    "max_over_time", "min_over_time", "present_over_time", "rate", "resets", "stddev_over_time", "stdvar_over_time",
    "sum_over_time",
]  # fmt: skip
WITH_SCALARS = {
    "quantile_over_time(0.9, {})": [0.9],
    "quantile_over_time(0, {})": [0.0],
    "quantile_over_time(1, {})": [1.0],
    "quantile_over_time(-0.1, {})": [-0.1],
    "quantile_over_time(1.1, {})": [1.1],
    "quantile_over_time(NaN, {})": [math.nan],
    "predict_linear({}, 3600)": [3600.0],
    "predict_linear({}, -1.5)": [-1.5],
    "predict_linear({}, Inf)": [math.inf],
    "holt_winters({}, 0.3, 0.6)": [0.3, 0.6],
    "holt_winters({}, NaN, 0.01)": [math.nan, 0.01],
}
EXPRESSIONS: dict[str, list[float]] = {f"{name}({{}})": [] for name in PLAIN} | WITH_SCALARS


@dataclass(frozen=True)
class Over:
    """The steps of a query, and the range and offset of its selector in milliseconds."""

    steps: Steps
    range: int
    offset: int = 0

    def __str__(self) -> str:
        return f"x[{self.range}ms]" + (f" offset {self.offset}ms" if self.offset else "")


def evaluated(expression: str, scalars: list[float], raw: Raw, over: Over) -> Grid:
    """What our function of that name says of the raw samples."""
    function = OVER_RANGES[expression.partition("(")[0]]
    moments = over.steps.times()
    inside = windows(raw, moments - over.offset, over.range, closed=True, moments_ms=moments)
    values, present = function.compute(inside, *(np.full(len(moments), scalar) for scalar in scalars))
    labels = raw.labels if function.keeps_name else tuple(without_name(one) for one in raw.labels)
    return Grid(labels, values, present)


@pytest.fixture(scope="module")
def raw(prometheus: Reference) -> Raw:
    return prometheus.raw("x")


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize(
    "over",
    [
        Over(BETWEEN, 300_000),
        Over(ON_SAMPLES, 60_000),
        Over(ON_SAMPLES, 1_234_567, -90_000),
        Over(BETWEEN, 45_000, 600_500),
    ],
    ids=str,
)
def test_prometheus_says_the_same(prometheus: Reference, raw: Raw, expression: str, over: Over) -> None:
    ours = evaluated(expression, EXPRESSIONS[expression], raw, over)

    # Go's sort does not keep the order of -0 and 0.
    signs = not expression.startswith("quantile_over_time")
    assert_same(ours, prometheus.range(expression.format(over), over.steps), signs=signs)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_subquery_is_a_range_of_what_its_inside_gives(prometheus: Reference, expression: str) -> None:
    steps = Steps(START * 1000 + 1_800_000, END * 1000 - 1_800_000, 47_000)
    inner = Steps(steps.start - 900_000 - steps.start % 20_000, steps.end, 20_000)
    raw = raw_of(prometheus.range("x", inner), inner.times())

    ours = evaluated(expression, EXPRESSIONS[expression], raw, Over(steps, 900_000))

    signs = not expression.startswith("quantile_over_time")
    assert_same(ours, prometheus.range(expression.format("x[15m:20s]"), steps), signs=signs)


@pytest.mark.parametrize("factors", ["0, 0.5", "1, 0.5", "0.5, -0.25", "0.5, 1e300", "-Inf, 2", "NaN, Inf"])
def test_a_wrong_factor_is_refused_in_the_same_words(prometheus: Reference, raw: Raw, factors: str) -> None:
    words = prometheus.error(f"holt_winters(x[5m], {factors})", ON_SAMPLES)

    with pytest.raises(CannotExecute, match=f"^{re.escape(words)}$"):
        evaluated("holt_winters", [float(one) for one in factors.split(",")], raw, Over(ON_SAMPLES, 300_000))


def test_a_wrong_factor_is_no_matter_where_there_is_no_sample(raw: Raw) -> None:
    later = Steps(END * 2000, END * 2000 + MINUTE, MINUTE)

    ours = evaluated("holt_winters", [7, 7], raw, Over(later, 300_000))

    assert not ours.present.any()


def series(*rows: list[tuple[int, float]]) -> Raw:
    """Raw samples of some series, as (seconds, value)."""
    samples = [sample for row in rows for sample in row]
    return Raw(
        tuple(((NAME, f"m{row}"),) for row in range(len(rows))),
        np.array([seconds * 1000 for seconds, _ in samples], dtype=np.int64),
        np.array([value for _, value in samples], dtype=np.float64),
        np.cumsum([0, *map(len, rows)], dtype=np.int64),
    )


def test_windows_of_prometheus_3_leave_out_the_sample_on_their_start() -> None:
    raw = series([(0, 1.0), (60, 2.0), (120, 3.0)], [], [(60, 5.0)])
    ends = np.array([120_000, 180_000, 0, 59_999])

    closed, opened = (windows(raw, ends, 60_000, closed=one).counts.tolist() for one in (True, False))

    assert closed == [[2, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert opened == [[1, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize("name", OVER_RANGES)
def test_windows_over_nothing_are_empty(name: str) -> None:
    scalars = {"quantile_over_time": 1, "predict_linear": 1, "holt_winters": 2, "double_exponential_smoothing": 2}
    for nothing in (series(), series([], [])):
        inside = windows(nothing, np.array([0, 10]), 5, closed=True)

        values, present = OVER_RANGES[name].compute(inside, *[np.full(2, 0.5)] * scalars.get(name, 0))

        assert values.shape == present.shape == (len(nothing.labels), 2)
        assert not present.any()


@pytest.mark.parametrize(
    ("name", "row", "answer"),
    [
        ("first_over_time", [1.0, 2.0, 3.0], 1.0),
        ("mad_over_time", [4.0, 6.0, 2.0, 1.0, 999.0, 1.0, 2.0], 1.0),
        ("mad_over_time", [5.0], 0.0),
        ("mad_over_time", [1.0, math.inf], math.nan),
        ("ts_of_first_over_time", [1.0, 2.0, 3.0], 0.0),
        ("ts_of_last_over_time", [1.0, 2.0, 3.0], 20.0),
        ("ts_of_max_over_time", [3.0, 1.0, 3.0, 2.0], 20.0),
        ("ts_of_min_over_time", [1.0, 1.0, 2.0], 10.0),
        ("ts_of_min_over_time", [math.nan, 1.0, math.nan], 10.0),
        ("ts_of_max_over_time", [math.nan, math.nan], 10.0),
        ("ts_of_max_over_time", [-math.inf, math.nan], 0.0),
    ],
)
def test_newer_functions_answer_as_prometheus_3_does(name: str, row: list[float], answer: float) -> None:
    raw = series([(10 * place, value) for place, value in enumerate(row)])

    values, present = OVER_RANGES[name].compute(windows(raw, np.array([60_000]), 60_000, closed=True))

    assert present.all()
    np.testing.assert_array_equal(values, [[answer]])


def test_only_what_answers_the_metric_itself_keeps_its_name() -> None:
    assert {name for name, function in OVER_RANGES.items() if function.keeps_name} == {
        "first_over_time",
        "last_over_time",
    }


def one_by_one(values: list[float]) -> tuple[float, float, float]:
    """Sum, mean and variance as Prometheus adds them up, one sample after the other."""

    def plus(more: float, total: float, lost: float) -> tuple[float, float]:
        new = total + more
        big, small = (total, more) if abs(total) >= abs(more) else (more, total)
        return new, lost + ((big - new) + small)

    total = lost = mean = mean_lost = moving = moving_lost = squares = squares_lost = 0.0
    for count, value in enumerate(values, start=1):
        total, lost = plus(value, total, lost)
        moving, moving_lost = plus(value / count - moving / count, moving, moving_lost)
        delta = value - (mean + mean_lost)
        mean, mean_lost = plus(delta / count, mean, mean_lost)
        squares, squares_lost = plus(delta * (value - (mean + mean_lost)), squares, squares_lost)
    return total + lost, moving + moving_lost, (squares + squares_lost) / len(values)


@settings(max_examples=200)
@given(st.lists(st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=12), min_size=1, max_size=4))
def test_sums_have_the_bits_of_adding_one_by_one(rows: list[list[float]]) -> None:
    raw = series(*[[(place, value) for place, value in enumerate(row)] for row in rows])
    inside = windows(raw, np.array([100_000]), 100_000, closed=True)

    names = ("sum_over_time", "avg_over_time", "stdvar_over_time")
    found = [OVER_RANGES[name].compute(inside)[0][:, 0].tolist() for name in names]

    assert list(zip(*found, strict=True)) == [one_by_one(row) for row in rows]


@pytest.mark.parametrize("name", ["sum_over_time", "quantile_over_time", "max_over_time", "increase"])
def test_many_windows_answer_as_a_few_at_a_time_do(name: str) -> None:
    draw = np.random.default_rng(7)
    raw = series(*[[(5 * place, float(value)) for place, value in enumerate(draw.random(200))] for _ in range(40)])
    ends = np.arange(0, 1_200_000, 1000)
    scalars = [np.full(len(ends), 0.3)] if name == "quantile_over_time" else []
    compute = OVER_RANGES[name].compute

    whole, present = compute(windows(raw, ends, 90_000, closed=False), *scalars)

    for start, stop in pairwise(range(0, 1201, 300)):
        part, _ = compute(windows(raw, ends[start:stop], 90_000, closed=False), *[one[start:stop] for one in scalars])
        np.testing.assert_array_equal(
            np.where(present, whole, 0)[:, start:stop], np.where(present[:, start:stop], part, 0)
        )
