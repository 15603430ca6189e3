"""The aggregation `quantile`: of the values that the series of a group have at one step."""

import numpy as np

from aggregator.evaluation.groups import Groups
from aggregator.series import Bools, Floats, Grid


def quantile(grid: Grid, groups: Groups, q: Floats) -> Floats:
    """The q-quantile of each group, [groups, steps]; q is [steps].

    Source: `quantile` in Prometheus' promql/quantile.go: linear between the two nearest ranks, NaN sorted first.
    """
    result = np.full((len(groups.labels), grid.steps), np.nan)
    for group, rows in enumerate(groups.rows()):
        result[group] = _of_columns(grid.values[rows], grid.present[rows], q)
    return result


def _ordered(values: Floats, present: Bools) -> Floats:
    """Each column by itself: NaN first, then the numbers, then what is absent. Equal ones stay in their order, since
    0 and -0 are.
    """
    nan = np.isnan(values) & present
    if not nan.any():
        filled = np.where(present, values, np.inf)
        filled.sort(axis=0, kind="stable")
        return filled
    tier = np.where(present, np.where(nan, 0, 1), 2)
    return np.take_along_axis(values, np.lexsort((values, tier), axis=0), axis=0)


def _of_columns(values: Floats, present: Bools, q: Floats) -> Floats:
    ordered = _ordered(values, present)
    count = present.sum(axis=0)
    rank = np.where((q >= 0) & (q <= 1), q, 0.0) * (count - 1)
    below = np.floor(rank)
    lower = np.maximum(below, 0).astype(np.int64)
    upper = np.minimum(lower + 1, np.maximum(count - 1, 0))
    weight = rank - below
    columns = np.arange(len(q))
    inside = ordered[lower, columns] * (1 - weight) + ordered[upper, columns] * weight
    return np.where(np.isnan(q), np.nan, np.where(q < 0, -np.inf, np.where(q > 1, np.inf, inside)))
