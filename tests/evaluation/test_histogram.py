"""Quantiles and fractions of classic histograms."""

import math
from itertools import pairwise

import numpy as np
import pytest

from aggregator.evaluation.histogram import histogram_fraction, histogram_quantile, histogram_quantiles
from aggregator.series import Grid, Steps
from tests.evaluation.conftest import END, START, Reference, assert_same, labels_of

STEPS = Steps(START * 1000, END * 1000 + 600_000, 60_000)


@pytest.mark.parametrize(
    "quantile", ["0", "0.1", "0.5", "0.9", "0.99", "1", "-0.1", "1.1", "NaN", "-Inf", "Inf", "1e-9"]
)
def test_prometheus_says_the_same(prometheus: Reference, quantile: str) -> None:
    buckets = prometheus.range("h_bucket", STEPS)

    ours, _ = histogram_quantile(np.full(STEPS.count, float(quantile)), buckets)

    assert_same(ours, prometheus.range(f"histogram_quantile({quantile}, h_bucket)", STEPS))


def test_prometheus_says_the_same_of_rates(prometheus: Reference) -> None:
    buckets = prometheus.range("rate(h_bucket[5m])", STEPS)

    ours, _ = histogram_quantile(np.full(STEPS.count, 0.9), buckets)

    assert_same(ours, prometheus.range("histogram_quantile(0.9, rate(h_bucket[5m]))", STEPS))


def histogram(counts: dict[str, float], *, exact: bool = True, **labels: str) -> Grid:
    """One histogram at one step."""
    rows = tuple(tuple(sorted({**labels, "le": bound}.items())) for bound in counts)
    values = np.array([[count] for count in counts.values()])
    return Grid(rows, values, np.ones(values.shape, dtype=np.bool_), exact)


def test_the_name_tells_histograms_apart_and_is_dropped() -> None:
    names = [
        {"le": le, "job": "j", "__name__": name} for name, le in (("a", "1"), ("a", "+Inf"), ("b", "2"), ("b", "+Inf"))
    ]
    both = Grid(tuple(map(labels_of, names)), np.array([[1.0], [1.0], [2.0], [2.0]]), np.ones((4, 1), dtype=np.bool_))

    answer, near = histogram_quantile(np.array([1.0]), both)

    assert answer.labels == ((("job", "j"),), (("job", "j"),))
    assert answer.values.tolist() == [[1.0], [2.0]]
    assert near.tolist() == [[False], [False]]


def test_nothing_makes_no_histogram() -> None:
    for nothing in (Grid.empty(3), Grid(((("job", "j"),),), np.ones((1, 3)), np.ones((1, 3), dtype=np.bool_))):
        answer, near = histogram_quantile(np.full(3, 0.5), nothing)
        assert answer.values.shape == near.shape == (0, 3)


@pytest.mark.parametrize(
    ("counts", "quantile", "near"),
    [
        # Half of the observations are at most 10, and none is up to 15: a little more, and the median is 15.
        ({"10": 5.0, "15": 5.0, "20": 10.0, "+Inf": 10.0}, 0.5, True),
        ({"10": 5.0, "15": 5.0 - 1e-15, "20": 10.0, "+Inf": 10.0}, 0.5, True),
        ({"10": 5.0, "15": 5.0, "20": 10.0, "+Inf": 10.0}, 0.6, False),
        # From a bucket to the next one with observations the quantile goes on steadily.
        ({"10": 5.0, "15": 8.0, "20": 10.0, "+Inf": 10.0}, 0.5, False),
        ({"10": 5.0, "15": 8.0, "20": 10.0, "+Inf": 10.0}, 1.0, False),
        ({"10": 5.0, "15": 10.0, "20": 10.0, "+Inf": 10.0}, 1.0, True),
        ({"10": math.nan, "15": 5.0, "20": 10.0, "+Inf": 10.0}, 0.5, False),
    ],
)
def test_a_quantile_that_the_last_bits_decide_is_known(counts: dict[str, float], quantile: float, near: bool) -> None:  # noqa: FBT001
    inexact = histogram_quantile(np.array([quantile]), histogram(counts, exact=False))
    exact = histogram_quantile(np.array([quantile]), histogram(counts))

    assert inexact[1].tolist() == [[near]]
    assert exact[1].tolist() == [[False]]


@pytest.mark.parametrize(
    ("lower", "upper", "share"),
    [
        (0, 0.2, 0.6),
        (0, 0.15, 0.6 * 0.75),
        (-math.inf, math.inf, 1.0),
        (0.2, math.inf, 0.4),
        (0.2, 0.6, 0.1),
        (1.5, math.inf, 0.2),
        (1.5, 3.0, 0.0),
        (0.5, 0.5, 0.0),
        (2, 1, 0.0),
        (math.nan, 1, math.nan),
        (0, math.nan, math.nan),
    ],
)
def test_a_fraction_counts_what_lies_between(lower: float, upper: float, share: float) -> None:
    counts = {"0.2": 6.0, "1": 8.0, "+Inf": 10.0}

    answer = histogram_fraction(np.array([lower]), np.array([upper]), histogram(counts, job="j"))

    assert answer.labels == ((("job", "j"),),)
    np.testing.assert_allclose(answer.values, [[share]], rtol=1e-15)


def test_a_fraction_of_negative_buckets_begins_below_everything() -> None:
    counts = {"-1": 2.0, "1": 4.0, "+Inf": 4.0}

    answer = [
        histogram_fraction(np.array([lower]), np.array([upper]), histogram(counts)).values.item()
        for lower, upper in pairwise([-math.inf, -1.0, 0.0, math.inf])
    ]

    assert answer == [0.5, 0.25, 0.25]


def test_a_fraction_of_nothing_or_without_an_end_is_no_number() -> None:
    for counts in ({"1": 0.0, "+Inf": 0.0}, {"1": 1.0, "2": 2.0}):
        assert np.isnan(histogram_fraction(np.array([0.0]), np.array([1.0]), histogram(counts)).values).all()


def test_several_quantiles_are_told_apart_by_a_label() -> None:
    counts = Grid(
        ((("le", "1"),), (("le", "2"),), (("le", "+Inf"),)),
        np.array([[1.0, 1.0], [2.0, 2.0], [2.0, 2.0]]),
        np.ones((3, 2), dtype=np.bool_),
    )

    answer, near = histogram_quantiles(counts, "q", [np.array([0.5, 1.0]), np.array([0.25, 0.25])])

    found = {
        labels: row.tolist()
        for labels, row in zip(answer.labels, np.where(answer.present, answer.values, -1), strict=True)
    }
    assert found == {(("q", "0.5"),): [1.0, -1], (("q", "1.0"),): [-1, 2.0], (("q", "0.25"),): [0.5, 0.5]}
    assert near.shape == answer.present.shape
