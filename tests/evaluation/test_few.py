"""Numbers put together one by one give what grids of one step give, but for the last bits of sums."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.evaluation import few
from aggregator.evaluation.exactness import NeedsExact
from aggregator.evaluation.merging import merge
from aggregator.promql.parse import parse
from aggregator.promql.tree import Aggregate
from aggregator.series import Grid, Vector

MANY = settings(max_examples=1000, deadline=None, derandomize=True, database=None)
OPERATORS = ("sum", "avg", "count", "min", "max", "group")
SPECIAL = (0.0, -0.0, 1.0, -1.0, 2.5, 2.0**43, 1e-300, math.nan, math.inf, -math.inf)
numbers = st.one_of(st.sampled_from(SPECIAL), st.integers(-5, 5).map(float), st.floats(-1e300, 1e300))


@st.composite
def parts(draw: st.DrawFn) -> Vector:
    """Up to a dozen rows of groups of three clusters."""
    rows = draw(st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("abc")), max_size=12, unique=True))
    labels = tuple((("cluster", cluster), ("g", group)) for group, cluster in sorted(rows))
    return Vector(labels, [draw(numbers) for _ in labels])


@MANY
@given(st.sampled_from(OPERATORS), parts(), parts())
def test_one_by_one_is_the_same_as_all_at_once(operator: str, part: Vector, second: Vector) -> None:
    node = parse(f"{operator} by (g) (x)")
    assert isinstance(node, Aggregate)
    ones = Vector(part.labels, [1.0] * len(part.values))
    vectors = {"avg": [part, counts(second)], "count": [counts(part)], "group": [ones]}.get(operator, [part])

    ours, theirs = one_by_one(node, vectors), at_once(node, vectors)

    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert (ours.labels, ours.exact) == (theirs.labels, theirs.exact)
        np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-12)
        assert (np.signbit(ours.values) == np.signbit(theirs.values))[~np.isnan(ours.values)].all()


@pytest.mark.parametrize("query", ["topk(2, x)", "stddev(x)", "stdvar(x)"])
def test_what_takes_more_than_adding_up_is_left_to_arrays(query: str) -> None:
    node = parse(query)
    assert isinstance(node, Aggregate)

    assert few.merged(node, [Vector((), [])]) is None


def counts(vector: Vector) -> Vector:
    return Vector(vector.labels, [float(1 + row % 3) for row in range(len(vector.values))])


def one_by_one(node: Aggregate, vectors: list[Vector]) -> Grid | None:
    """The aggregation; None where partial sums are not good enough."""
    try:
        found = few.merged(node, vectors)
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
