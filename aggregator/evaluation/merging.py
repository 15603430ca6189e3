"""An aggregation over all clusters from what each computed for itself."""

from collections.abc import Callable
from functools import partial

import numpy as np
from msgspec.structs import replace

from aggregator.evaluation.aggregations import REDUCTIONS
from aggregator.evaluation.exactness import NeedsExact, are_whole, cancelled, demand_exact
from aggregator.evaluation.groups import Groups, any_of, grouped, key_of, reduce
from aggregator.evaluation.picking import best
from aggregator.promql.tree import Aggregate, Number
from aggregator.series import Bools, Floats, Grid, Labels, Scalar, without_cluster

Parts = tuple[Grid, ...]

# A variance so small beside the mean has lost more digits than answers may differ in.
_NARROW = 1e-6


def merge(node: Aggregate, parts: Parts) -> Grid:
    """The aggregation, from its parts; their rows are groups of one cluster and say which by the label `cluster`."""
    return MERGES[node.operator](node, parts)


def _combined(node: Aggregate, parts: Parts) -> Grid:
    (part,) = parts
    groups = _across_clusters(part)
    # A count of all is the sum of the counts.
    reduction = _total if node.operator in ("sum", "count", "count_values") else REDUCTIONS[node.operator]
    values = reduction(part, groups)
    exact = node.operator != "sum" or are_whole(part)
    if not exact:
        _demand_uncancelled(values, part, groups)
    return Grid(groups.labels, values, any_of(part.present, groups), exact)


def _average(_: Aggregate, parts: Parts) -> Grid:
    total, count = _aligned(parts)
    groups = _across_clusters(total)
    added, many = _total(total, groups), _total(count, groups)
    # Of several zeros Prometheus' running mean is 0 though all of them are -0.
    mean = np.where(many > 1, added / many + 0.0, added / many)
    had_nan = any_of(np.isnan(total.values) & total.present, groups)
    if (np.isinf(added) | (np.isnan(added) & ~had_nan)).any():
        # Prometheus' running mean may have stayed finite where a sum overflows.
        raise NeedsExact
    _demand_uncancelled(added, total, groups)
    return Grid(groups.labels, mean, any_of(total.present, groups), exact=False)


def _variance(_: Aggregate, parts: Parts) -> Grid:
    """Chan's parallel formula: the variance within clusters and between their means; that of one sample is 0."""
    count, mean, variance = _aligned(parts)
    groups = _across_clusters(count)
    n = _total(count, groups)
    overall = _weighted(count, mean.values, groups) / n
    apart = mean.values - overall[_group_of_row(groups)]
    squares = _weighted(count, variance.values + apart * apart, groups)
    alike = (n == 1) | (_are_equal(mean, variance, groups) & np.isfinite(overall))
    values = np.where(alike, 0.0, squares / n)
    demand_exact(~alike & (values < _NARROW * overall * overall), exact=False)
    return Grid(groups.labels, values, any_of(count.present, groups), exact=False)


def _are_equal(mean: Grid, variance: Grid, groups: Groups) -> Bools:
    """Whether all that a group holds is one number, whose variance is exactly 0."""
    least, greatest = REDUCTIONS["min"](mean, groups), REDUCTIONS["max"](mean, groups)
    return np.asarray((least == greatest) & (REDUCTIONS["max"](variance, groups) == 0))


def _deviation(node: Aggregate, parts: Parts) -> Grid:
    variance = _variance(node, parts)
    return replace(variance, values=np.sqrt(variance.values))


def _best(node: Aggregate, parts: Parts, *, least: bool) -> Grid:
    (candidates,) = parts
    assert isinstance(node.parameter, Number)
    groups = grouped(list(map(key_of(node), candidates.labels)))
    k = Scalar(np.full(candidates.steps, node.parameter.value))
    return best(candidates, groups, k, least=least, ordered=False)


def _demand_uncancelled(sums: Floats, part: Grid, groups: Groups) -> None:
    """Raise NeedsExact where the parts cancel each other until rounding shows."""
    if (part.values < 0).any():
        largest = reduce(np.maximum, np.where(part.present, np.abs(part.values), 0.0), groups)
        demand_exact(cancelled(sums, largest, largest), exact=False)


def _total(part: Grid, groups: Groups) -> Floats:
    """The sums of parts, in any order: they are not those of one Prometheus anyway."""
    return reduce(np.add, np.where(part.present, part.values, -0.0), groups)


def _across_clusters(part: Grid) -> Groups:
    return grouped([without_cluster(labels) for labels in part.labels])


def _aligned(parts: Parts) -> Parts:
    """The parts with the same rows, and values where all of them have one: a series may come to be between two questions."""
    places: list[dict[Labels, int]] = [{labels: row for row, labels in enumerate(part.labels)} for part in parts]
    common = [labels for labels in places[0] if all(labels in place for place in places)]
    rows = [[place[labels] for labels in common] for place in places]
    present = np.logical_and.reduce([part.present[own] for part, own in zip(parts, rows, strict=True)])
    return tuple(
        Grid(tuple(common), part.values[own], present, part.exact) for part, own in zip(parts, rows, strict=True)
    )


def _group_of_row(groups: Groups) -> list[int]:
    of_row = np.empty(len(groups.order), dtype=np.int64)
    of_row[groups.order] = np.repeat(np.arange(len(groups.labels)), groups.sizes)
    return of_row.tolist()


def _weighted(count: Grid, values: Floats, groups: Groups) -> Floats:
    return _total(replace(count, values=count.values * values), groups)


MERGES: dict[str, Callable[[Aggregate, Parts], Grid]] = {
    **dict.fromkeys(("sum", "min", "max", "group", "count", "count_values"), _combined),
    "avg": _average,
    "stdvar": _variance,
    "stddev": _deviation,
    "topk": partial(_best, least=False),
    "bottomk": partial(_best, least=True),
}
