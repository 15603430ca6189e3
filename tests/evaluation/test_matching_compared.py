"""Binary operations between vectors, compared with Prometheus: answers, and the words of errors."""

import pytest

from aggregator.errors import CannotExecute
from aggregator.series import Grid, Steps
from tests.evaluation.conftest import END, START, Reference, assert_same
from tests.evaluation.grids import answer

STEPS = Steps(START * 1000, END * 1000, 170_000)

SAME = [
    "h_bucket - h_bucket", "h_bucket / on (shape, le) h_bucket", "x % ignoring (nonsense) x", "x ^ 2", "2 ^ x", "-x",
    "h_bucket - on (shape) group_left sum by (shape) (h_bucket)",
    "sum by (le) (h_bucket) / on (le) group_right h_bucket",
    "h_bucket * ignoring (le) group_left (nonsense) max by (shape) (h_bucket)",
    "x > 10", "10 < x", "x == x", "x != x", "x >= bool 5", "5 < bool x", "h_bucket > on (shape, le) h_bucket * 0.5",
    "h_bucket > bool ignoring (le) group_left avg by (shape) (h_bucket)", "x atan2 x", "x atan2 2",
    "h_bucket > ignoring (le) group_left avg by (shape) (h_bucket)",
    'h_bucket and on (shape) h_bucket{le="1"}', 'h_bucket unless on (shape) h_bucket{le="1"}', "x or h_bucket",
    'h_bucket{le="1"} or on (shape) h_bucket', "x and on () h_bucket > 3", "x unless on () (x > 1e308)",
    'h_bucket{le="0.5"} + on (shape) h_bucket{le="2.5"}', 'h_bucket{le="0.5"} == on (shape) h_bucket{le="2.5"}',
    'h_bucket{le="0.5"} + ignoring (le) h_bucket{le="2.5"}',
]  # fmt: skip
REFUSED = [
    "sum by (le) (h_bucket) / on (le) group_right (shape) h_bucket",
    "h_bucket * on (shape) h_bucket", "h_bucket * on () x", "x * on () h_bucket", "x * on (kind, le) group_left h_bucket",
    'h_bucket * on (shape) h_bucket{le="1"}', 'h_bucket{le="1"} * on (shape) h_bucket', "x + on (nonsense) vector(1)",
    'h_bucket * on (shape) group_left (le) h_bucket{le="1"}', 'h_bucket{le="1"} * on (shape) group_right (le) h_bucket',
    'h_bucket * on (le) group_right h_bucket{shape="whole"}',
]  # fmt: skip


@pytest.mark.parametrize("query", SAME)
def test_prometheus_says_the_same(prometheus: Reference, query: str) -> None:
    ours = answer(query, at=STEPS, x=prometheus.range("x", STEPS), h_bucket=prometheus.range("h_bucket", STEPS))

    assert isinstance(ours, Grid)
    assert_same(ours, prometheus.range(query, STEPS), relative=1e-15, signs=False)


@pytest.mark.parametrize("query", REFUSED)
def test_prometheus_refuses_it_in_the_same_words(prometheus: Reference, query: str) -> None:
    x, h_bucket = prometheus.range("x", STEPS), prometheus.range("h_bucket", STEPS)

    with pytest.raises(CannotExecute) as refused:
        answer(query, at=STEPS, x=x, h_bucket=h_bucket)

    assert str(refused.value) == prometheus.error(query, STEPS)
