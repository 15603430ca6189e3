"""Aggregations over the rows of a grid, in the order and with the roundings of Prometheus 2.42.

Source: `evaluator.aggregation` in Prometheus' promql/engine.go.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from aggregator.evaluation.counting import count_values
from aggregator.evaluation.exactness import demand_exact_quantile
from aggregator.evaluation.groups import Groups, any_of, counts, grouped, key_of, reduce, turns, turns_of
from aggregator.evaluation.picking import PICKERS
from aggregator.evaluation.quantile_across import quantile
from aggregator.promql.tree import Aggregate
from aggregator.series import Floats, Grid, Scalar

Parameter = Scalar | str | None
Reduction = Callable[[Grid, Groups], Floats]


def aggregate(node: Aggregate, grid: Grid, parameter: Parameter, *, ordered: bool) -> Grid:
    """The aggregation of the vectors at every step. `parameter` is a number, or the label of count_values.

    `ordered`: the rows stand in Prometheus' order, which decides what topk takes of equal series.
    """
    if isinstance(parameter, str):
        return count_values(grid, parameter, key_of(_with_value_label(node, parameter)))
    groups = grouped(list(map(key_of(node), grid.labels)))
    if node.operator in PICKERS:
        assert parameter is not None
        return PICKERS[node.operator](grid, groups, parameter, ordered=ordered)
    present = any_of(grid.present, groups)
    if node.operator == "quantile":
        assert parameter is not None
        demand_exact_quantile(parameter)
        values = quantile(grid, groups, parameter.values)
        return Grid(groups.labels, values, present, grid.exact and parameter.exact)
    return Grid(groups.labels, REDUCTIONS[node.operator](grid, groups), present, grid.exact)


def _with_value_label(node: Aggregate, label: str) -> Aggregate:
    return node if node.without else replace(node, grouping=(*node.grouping, label))


def sums(grid: Grid, groups: Groups) -> Floats:
    """The sums, added up row by row as Prometheus does; `np.add.reduceat` would add the first row last."""
    # Of the two zeros -0 is the one that changes no sum.
    total = np.full((len(groups.labels), grid.steps), -0.0)
    filled = np.where(grid.present, grid.values, -0.0)
    for some, rows in turns(groups):
        total[some] += filled[rows]
    return total


def _greatest(grid: Grid, groups: Groups) -> Floats:
    return _extreme(np.fmax, grid, groups)


def _least(grid: Grid, groups: Groups) -> Floats:
    return _extreme(np.fmin, grid, groups)


def _extreme(ufunc: np.ufunc, grid: Grid, groups: Groups) -> Floats:
    """The greatest or least, and of two zeros the first one. NaN counts as least, and so may the absent."""
    result = reduce(ufunc, np.where(grid.present, grid.values, np.nan), groups)
    if (grid.present & (grid.values == 0) & np.signbit(grid.values)).any():
        open_ = result == 0
        for some, values, present in turns_of(grid, groups):
            first = open_[some] & present & (values == 0)
            result[some] = np.where(first, values, result[some])
            open_[some] &= ~first
    return result


def _counted(grid: Grid, groups: Groups) -> Floats:
    return counts(grid.present, groups).astype(np.float64)


def _ones(grid: Grid, groups: Groups) -> Floats:
    return np.ones((len(groups.labels), grid.steps))


def _averages(grid: Grid, groups: Groups) -> Floats:
    """The incremental mean, which does not overflow where a sum would."""
    mean, count = (np.zeros((len(groups.labels), grid.steps)) for _ in range(2))
    for some, values, present in turns_of(grid, groups):
        before, n = mean[some], count[some] + 1
        after = np.where(n == 1, values, before + (values / n - before / n))
        stays = np.isinf(before) & (np.isinf(values) & (np.sign(before) == np.sign(values)) | np.isfinite(values))
        mean[some] = np.where(present & ~(stays & (n > 1)), after, before)
        count[some] = np.where(present, n, count[some])
    return mean


def _variances(grid: Grid, groups: Groups) -> Floats:
    """Welford's algorithm; of one sample, whatever it is, the variance is 0."""
    mean, squares, count = (np.zeros((len(groups.labels), grid.steps)) for _ in range(3))
    for some, values, present in turns_of(grid, groups):
        n = count[some] + 1
        delta = values - mean[some]
        after = np.where(n == 1, values, mean[some] + delta / n)
        added = np.where(n == 1, 0.0, delta * (values - after))
        mean[some] = np.where(present, after, mean[some])
        squares[some] = np.where(present, squares[some] + added, squares[some])
        count[some] = np.where(present, n, count[some])
    return squares / count


def _deviations(grid: Grid, groups: Groups) -> Floats:
    return np.sqrt(_variances(grid, groups))


REDUCTIONS: dict[str, Reduction] = {
    "sum": sums,
    "min": _least,
    "max": _greatest,
    "count": _counted,
    "group": _ones,
    "avg": _averages,
    "stdvar": _variances,
    "stddev": _deviations,
}
