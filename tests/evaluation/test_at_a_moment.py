"""Numbers put together one by one give what grids of one step give, but for the last bits of sums."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.evaluation import at_a_moment
from aggregator.evaluation.exactness import NeedsExact
from aggregator.evaluation.merging import merge
from aggregator.promql.parse import parse
from aggregator.promql.tree import Aggregate
from aggregator.series import Grid, Labels, Vector

MANY = settings(max_examples=1000, deadline=None, derandomize=True, database=None)
QUERIES = ("sum by (g) (x)", "avg by (g) (x)", "min by (g) (x)", "max by (g) (x)")
COUNTS = ("count by (g) (x)", 'count_values by (g) ("v", x)')
SPECIAL = (0.0, -0.0, 1.0, -1.0, 2.5, 2.0**43, 1e-300, math.nan, math.inf, -math.inf)
numbers = st.one_of(st.sampled_from(SPECIAL), st.integers(-5, 5).map(float), st.floats(-1e300, 1e300))


@st.composite
def parts(draw: st.DrawFn) -> Vector:
    """Up to a dozen rows of groups of three clusters."""
    rows = draw(st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("abc")), max_size=12, unique=True))
    labels = tuple((("cluster", cluster), ("g", group)) for group, cluster in sorted(rows))
    return Vector(labels, [draw(numbers) for _ in labels])


@MANY
@given(st.sampled_from(QUERIES), parts(), parts())
def test_one_by_one_is_the_same_as_all_at_once(query: str, part: Vector, second: Vector) -> None:
    node = aggregate(query)
    vectors = [part, counts(second)] if node.operator == "avg" else [part]

    assert_alike(one_by_one(node, vectors), at_once(node, vectors))


@pytest.mark.parametrize("query", COUNTS)
@given(part=parts())
@MANY
def test_counts_are_added_up_alike(query: str, part: Vector) -> None:
    assert_alike(one_by_one(aggregate(query), [counts(part)]), at_once(aggregate(query), [counts(part)]))


@given(part=parts())
@MANY
def test_of_what_only_stands_together_nothing_is_added_up(part: Vector) -> None:
    ones = Vector(part.labels, [1.0] * len(part.values))

    assert_alike(one_by_one(aggregate("group by (g) (x)"), [ones]), at_once(aggregate("group by (g) (x)"), [ones]))


@pytest.mark.parametrize("values", [[1.7e308, 1.7e308, 1.0], [1.7e308, 1.7e308, -math.inf], [math.inf, -math.inf, 1.0]])
def test_a_mean_whose_sum_overflows_is_computed_exactly(values: list[float]) -> None:
    labels: tuple[Labels, ...] = tuple((("cluster", cluster),) for cluster in "abc")
    vectors = [Vector(labels, values), Vector(labels, [1.0, 1.0, 1.0])]

    assert one_by_one(aggregate("avg(x)"), vectors) is None
    assert at_once(aggregate("avg(x)"), vectors) is None


def test_what_counts_to_nothing_has_no_mean() -> None:
    vectors = [Vector(((("cluster", "a"),),), [0.0]), Vector(((("cluster", "a"),),), [0.0])]

    found = one_by_one(aggregate("avg(x)"), vectors)

    assert found is not None
    assert math.isnan(found.values.item())


def assert_alike(ours: Grid | None, theirs: Grid | None) -> None:
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert (ours.labels, ours.exact) == (theirs.labels, theirs.exact)
        np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-12)
        assert (np.signbit(ours.values) == np.signbit(theirs.values))[~np.isnan(ours.values)].all()


@pytest.mark.parametrize("query", ["topk(2, x)", "stddev(x)", "stdvar(x)"])
def test_what_takes_more_than_adding_up_is_left_to_arrays(query: str) -> None:
    assert at_a_moment.merged(aggregate(query), [Vector((), [])]) is None


def aggregate(query: str) -> Aggregate:
    node = parse(query)
    assert isinstance(node, Aggregate)
    return node


def counts(vector: Vector) -> Vector:
    return Vector(vector.labels, [float(1 + row % 3) for row in range(len(vector.values))])


def one_by_one(node: Aggregate, vectors: list[Vector]) -> Grid | None:
    """The aggregation; None where partial sums are not good enough."""
    try:
        found = at_a_moment.merged(node, vectors)
    except NeedsExact:
        return None
    assert found is not None
    return found.as_grid()


def at_once(node: Aggregate, vectors: list[Vector]) -> Grid | None:
    try:
        with np.errstate(all="ignore"):
            return merge(node, tuple(vector.as_grid() for vector in vectors))
    except NeedsExact:
        return None
