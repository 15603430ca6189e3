"""The tree of a plan evaluated over what was fetched: synchronous and pure."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from aggregator.evaluation import at_a_moment, matching
from aggregator.evaluation.aggregations import aggregate
from aggregator.evaluation.calls import CALLS, FRAGILE, IN_2X
from aggregator.evaluation.exactness import NeedsExact, demand_exact, demand_exact_quantile
from aggregator.evaluation.merging import merge
from aggregator.evaluation.operators import DROPS_NAME, apply, doubtful
from aggregator.evaluation.ranges import OVER_RANGES
from aggregator.evaluation.rows import distinct, inhabited, merged, nameless
from aggregator.evaluation.windows import Windows, raw_of, windows
from aggregator.promql.functions import COMPARISONS, SET_OPERATORS
from aggregator.promql.grids import first_and_last, subquery_steps
from aggregator.promql.planned import Absent, Both, Leaf, Merge, RawLeaf, Staged
from aggregator.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
)
from aggregator.series import Grid, Ints, Sampled, Scalar, Steps, Vector, as_grid

Value = Grid | Scalar | Windows | str


class Fetched(msgspec.Struct, frozen=True):
    """What the leaves brought back, by their index.

    `closed`: ranges hold their left end. `exact`: aggregations are computed here, over series in Prometheus' order.
    """

    closed: bool
    exact: bool
    leaves: Sequence[Grid | Vector]
    staged: Sequence[Grid] = ()
    raws: Sequence[Sampled] = ()


def evaluate(node: Node, steps: Steps, fetched: Fetched) -> Value:
    """The value of the tree at the steps: a Grid for a vector, Windows for a range vector, a Scalar, or a text.

    Raises CannotExecute in Prometheus' words, and NeedsExact when partial sums are not good enough. Numbers divide by
    zero, overflow and become NaN in silence, as they do in Go.
    """
    with np.errstate(all="ignore"):
        return _value(node, steps, fetched)


def answer(node: Node, steps: Steps, fetched: Fetched) -> Value | Vector:
    """The value of a whole query: as `evaluate`, or a Vector where it did not take arrays."""
    vector = _at_a_moment(node, fetched) if isinstance(node, Merge) else None
    return evaluate(node, steps, fetched) if vector is None else vector


def scalar(node: Node, steps: Steps, fetched: Fetched) -> Scalar:
    """The value of a tree that is known to give a scalar."""
    value = evaluate(node, steps, fetched)
    assert isinstance(value, Scalar)
    return value


def _value(node: Node, steps: Steps, fetched: Fetched) -> Value:
    return _RULES[type(node)](node, steps, fetched)


def _vector(node: Node, steps: Steps, fetched: Fetched) -> Grid:
    value = _value(node, steps, fetched)
    assert isinstance(value, Grid)
    return value


def _number(node: Number, steps: Steps, _: Fetched) -> Value:
    return Scalar(np.full(steps.count, node.value))


def _string(node: String, _: Steps, __: Fetched) -> Value:
    return node.value


def _leaf(node: Leaf, _: Steps, fetched: Fetched) -> Value:
    return as_grid(fetched.leaves[node.index])


def _staged(node: Staged, _: Steps, fetched: Fetched) -> Value:
    return fetched.staged[node.index]


def _merge(node: Merge, _: Steps, fetched: Fetched) -> Value:
    vector = _at_a_moment(node, fetched)
    if vector is not None:
        return vector.as_grid()
    return merge(node.aggregate, tuple(as_grid(fetched.leaves[part.index]) for part in node.parts))


def _at_a_moment(node: Merge, fetched: Fetched) -> Vector | None:
    """What is put together at one moment, if that is done number by number."""
    parts = [fetched.leaves[part.index] for part in node.parts]
    vectors = [part for part in parts if isinstance(part, Vector)]
    return at_a_moment.merged(node.aggregate, vectors) if vectors else None


def _absent(node: Absent, steps: Steps, fetched: Fetched) -> Value:
    missing = ~_vector(node.inside, steps, fetched).populated()[None, :]
    return inhabited(Grid((node.labels,), np.ones(missing.shape), missing))


def _both(node: Both, steps: Steps, fetched: Fetched) -> Value:
    arms = [_vector(arm, steps, fetched) for arm in node.arms]
    labels = [labels for arm in arms for labels in arm.labels]
    values, present = (np.concatenate([getattr(arm, part) for arm in arms]) for part in ("values", "present"))
    return merged(labels, values, present, exact=all(arm.exact for arm in arms))


def _raw(node: RawLeaf, steps: Steps, fetched: Fetched) -> Value:
    """The last sample before each step, or the windows of a range."""
    sampled = fetched.raws[node.index]
    if isinstance(node.node, Range):
        ends = _ends(node.node.selector.at, node.node.selector.offset, steps)
        return windows(sampled.raw, ends, node.node.range, steps.times(), closed=fetched.closed)
    recent = _recent(node, steps, sampled)
    return inhabited(Grid(sampled.raw.labels, recent.last_values, _is_fresh(recent, sampled)))


def _recent(node: RawLeaf, steps: Steps, sampled: Sampled) -> Windows:
    assert isinstance(node.node, Selector)
    ends = _ends(node.node.at, node.node.offset, steps)
    return windows(sampled.raw, ends, int(sampled.lookback.max(initial=0)), steps.times(), closed=False)


def _is_fresh(recent: Windows, sampled: Sampled) -> Any:
    if not len(sampled.lookback):
        return recent.at_least_one
    lookback = np.take(sampled.lookback, recent.last - 1, mode="clip")
    return recent.at_least_one & (recent.last_times > recent.end - lookback)


def _subquery(node: Subquery, steps: Steps, fetched: Fetched) -> Value:
    inner = subquery_steps(node, steps, closed=fetched.closed)
    grid = _vector(node.inside, inner, fetched)
    ends = _ends(node.at, node.offset, steps)
    return windows(raw_of(grid, inner.times()), ends, node.range, steps.times(), closed=fetched.closed)


def _ends(at: At | None, offset: int, steps: Steps) -> Ints:
    """Where the window of each step ends."""
    if at is None:
        return steps.times() - offset
    return np.full(steps.count, first_and_last(at, steps)[0] - offset, dtype=np.int64)


def _call(node: Call, steps: Steps, fetched: Fetched) -> Value:
    if node.function in OVER_RANGES:
        return _over_range(node, steps, fetched)
    if node.function == "timestamp" and isinstance(node.arguments[0], RawLeaf):
        return _sample_times(node.arguments[0], steps, fetched)
    values = [_value(argument, steps, fetched) for argument in node.arguments]
    functions = CALLS | IN_2X if fetched.closed else CALLS
    return functions[node.function](node.function, values, steps)


def _over_range(node: Call, steps: Steps, fetched: Fetched) -> Value:
    values = [_value(argument, steps, fetched) for argument in node.arguments]
    (samples,) = (value for value in values if isinstance(value, Windows))
    scalars = [value for value in values if isinstance(value, Scalar)]
    if node.function in FRAGILE and not samples.raw.exact:
        raise NeedsExact
    if node.function == "quantile_over_time":
        demand_exact_quantile(*scalars)
    function = OVER_RANGES[node.function]
    exact = samples.raw.exact and all(number.exact for number in scalars)
    grid = Grid(samples.raw.labels, *function.compute(samples, *(number.values for number in scalars)), exact)
    return inhabited(grid) if function.keeps_name else distinct(grid)


def _sample_times(leaf: RawLeaf, steps: Steps, fetched: Fetched) -> Value:
    sampled = fetched.raws[leaf.index]
    recent = _recent(leaf, steps, sampled)
    return nameless(inhabited(Grid(sampled.raw.labels, recent.last_times / 1000, _is_fresh(recent, sampled))))


def _aggregate(node: Aggregate, steps: Steps, fetched: Fetched) -> Value:
    grid = inhabited(_vector(node.inside, steps, fetched))
    if node.parameter is None:
        return aggregate(node, grid, None, ordered=fetched.exact)
    parameter = _value(node.parameter, steps, fetched)
    assert isinstance(parameter, Scalar | str)
    return aggregate(node, grid, parameter, ordered=fetched.exact)


def _negative(node: Negative, steps: Steps, fetched: Fetched) -> Value:
    value = _value(node.inside, steps, fetched)
    if isinstance(value, Scalar):
        return Scalar(-value.values, value.exact)
    assert isinstance(value, Grid)
    return distinct(Grid(value.labels, -value.values, value.present, value.exact))


def _binary(node: Binary, steps: Steps, fetched: Fetched) -> Value:
    left, right = _value(node.left, steps, fetched), _value(node.right, steps, fetched)
    if isinstance(left, Grid) and isinstance(right, Grid):
        operation = matching.set_operation if node.operator in SET_OPERATORS else matching.vector_binary
        return inhabited(operation(node, inhabited(left), inhabited(right)))
    if isinstance(left, Grid) and isinstance(right, Scalar):
        return _with_scalar(node, left, right, swapped=False)
    if isinstance(right, Grid) and isinstance(left, Scalar):
        return _with_scalar(node, right, left, swapped=True)
    assert isinstance(left, Scalar)
    assert isinstance(right, Scalar)
    values, holds = apply(node.operator, left.values, right.values)
    exact = left.exact and right.exact
    if not exact:
        demand_exact(doubtful(node.operator, left.values, right.values, values), exact=False)
    return Scalar(values if holds is None else holds.astype(np.float64), exact)


def _with_scalar(node: Binary, grid: Grid, number: Scalar, *, swapped: bool) -> Grid:
    """A comparison keeps the vector's value, whichever side it stands on."""
    pair = (number.values, grid.values) if swapped else (grid.values, number.values)
    values, holds = apply(node.operator, *pair)
    exact = grid.exact and number.exact
    if not exact:
        demand_exact(doubtful(node.operator, *pair, values) & grid.present, exact=False)
    if holds is None:
        result = Grid(grid.labels, values, grid.present, exact)
    elif node.bool:
        result = Grid(grid.labels, np.where(holds, 1.0, 0.0), grid.present, exact)
    else:
        result = Grid(grid.labels, grid.values, grid.present & holds, exact)
    if node.operator in DROPS_NAME or (node.operator in COMPARISONS and node.bool):
        return nameless(inhabited(result))
    return inhabited(result)


_RULES: dict[type, Callable[[Any, Steps, Fetched], Value]] = {
    Number: _number,
    String: _string,
    Leaf: _leaf,
    Staged: _staged,
    Merge: _merge,
    Absent: _absent,
    Both: _both,
    RawLeaf: _raw,
    Subquery: _subquery,
    Call: _call,
    Aggregate: _aggregate,
    Negative: _negative,
    Binary: _binary,
}
