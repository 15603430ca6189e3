"""The functions of PromQL over instant vectors and scalars, by their names."""

import math
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from aggregator.errors import CannotExecute
from aggregator.evaluation import histogram, relabel
from aggregator.evaluation.dates import DATES
from aggregator.evaluation.elementwise import ELEMENTWISE
from aggregator.evaluation.exactness import demand_exact, demand_exact_quantile
from aggregator.evaluation.rows import inhabited, merged, nameless
from aggregator.series import Bools, Floats, Grid, Labels, Scalar, Steps

Arguments = Sequence[Any]
"""Grids, Scalars and texts, as the parser has checked them."""

Function = Callable[[str, Arguments, Steps], Grid | Scalar]

FRAGILE = frozenset(
    "changes delta deriv double_exponential_smoothing holt_winters idelta increase irate predict_linear rate resets "
    "stddev_over_time stdvar_over_time".split()
)
"""Functions over ranges that compare or subtract neighbours, so that the last bits of sums show."""


def _elementwise(name: str, arguments: Arguments, _: Steps) -> Grid:
    grid, *scalars = arguments
    numbers = [number.values for number in scalars]
    function = ELEMENTWISE[name]
    exact = grid.exact and all(number.exact for number in scalars)
    if function.near is not None and not exact:
        demand_exact(function.near(grid.values, *numbers) & grid.present, exact=exact)
    present = grid.present if function.present is None else grid.present & function.present(*numbers)
    return nameless(inhabited(Grid(grid.labels, function.compute(grid.values, *numbers), present, exact)))


def _date(name: str, arguments: Arguments, steps: Steps) -> Grid:
    grid = arguments[0] if arguments else _vector(name, [_time(name, (), steps)], steps)
    near = ELEMENTWISE["floor"].near
    assert near is not None
    demand_exact(near(grid.values) & grid.present, exact=grid.exact)
    return nameless(Grid(grid.labels, DATES[name](grid.values), grid.present, grid.exact))


def _time(_: str, __: Arguments, steps: Steps) -> Scalar:
    return Scalar(steps.times() / 1000)


def _pi(_: str, __: Arguments, steps: Steps) -> Scalar:
    return Scalar(np.full(steps.count, math.pi))


def _scalar(_: str, arguments: Arguments, __: Steps) -> Scalar:
    """The one element of the vector, or NaN where it has none or several."""
    (grid,) = arguments
    alone = grid.present.sum(axis=0) == 1
    value = np.fmax.reduce(np.where(grid.present, grid.values, np.nan), axis=0, initial=np.nan)
    return Scalar(np.where(alone, value, np.nan), grid.exact)


def _vector(_: str, arguments: Arguments, __: Steps) -> Grid:
    (number,) = arguments
    values = number.values[None, :]
    return Grid(((),), values, np.ones(values.shape, dtype=np.bool_), number.exact)


def _timestamp(_: str, arguments: Arguments, steps: Steps) -> Grid:
    """What was evaluated is as old as the step; only selectors know of older samples, and they are asked in place."""
    (grid,) = arguments
    return nameless(Grid(grid.labels, np.broadcast_to(steps.times() / 1000, grid.values.shape), grid.present))


def _sort(_: str, arguments: Arguments, steps: Steps, *, descending: bool) -> Grid:
    (grid,) = arguments
    if not steps.is_instant:
        return inhabited(grid)
    grid = inhabited(grid)
    column: Floats = grid.values[:, 0]
    order = np.lexsort((-column if descending else column, np.isnan(column)))
    return _reordered(grid, order.tolist())


def _sort_by_label(_: str, arguments: Arguments, steps: Steps, *, descending: bool) -> Grid:
    grid, *names = arguments
    if not steps.is_instant:
        return inhabited(grid)
    grid = inhabited(grid)

    def key(row: int) -> Any:
        labels = dict(grid.labels[row])
        return [_natural(labels.get(name, "")) for name in names], grid.labels[row]

    return _reordered(grid, sorted(range(grid.series), key=key, reverse=descending))


def _natural(text: str) -> list[tuple[int, str]]:
    """A key that orders runs of digits by their number, however long they are."""
    parts = re.split(r"([0-9]+)", text)
    parts[1::2] = [digits.lstrip("0") for digits in parts[1::2]]
    return [(len(part) if place % 2 else 0, part) for place, part in enumerate(parts)]


def _reordered(grid: Grid, order: list[int]) -> Grid:
    return Grid(tuple(grid.labels[row] for row in order), grid.values[order], grid.present[order], grid.exact)


def _label_replace(_: str, arguments: Arguments, __: Steps) -> Grid:
    grid, *texts = arguments
    return _relabelled(grid, relabel.label_replace(grid.labels, *texts))


def _label_join(_: str, arguments: Arguments, __: Steps) -> Grid:
    grid, destination, separator, *sources = arguments
    return _relabelled(grid, relabel.label_join(grid.labels, destination, separator, sources))


def _relabelled(grid: Grid, labels: Sequence[Labels]) -> Grid:
    return inhabited(merged(labels, grid.values, grid.present, exact=grid.exact))


def _histogram_quantile(_: str, arguments: Arguments, __: Steps) -> Grid:
    number, grid = arguments
    demand_exact_quantile(number)
    return _histograms(*histogram.histogram_quantile(number.values, grid), exact=number.exact and grid.exact)


def _histogram_quantiles(_: str, arguments: Arguments, __: Steps) -> Grid:
    grid, label, *numbers = arguments
    exact = grid.exact and all(number.exact for number in numbers)
    return _histograms(*histogram.histogram_quantiles(grid, label, [n.values for n in numbers]), exact=exact)


def _histogram_fraction(_: str, arguments: Arguments, __: Steps) -> Grid:
    lower, upper, grid = arguments
    answer = histogram.histogram_fraction(lower.values, upper.values, grid)
    return inhabited(merged(answer.labels, answer.values, answer.present, exact=grid.exact))


def _histograms(answer: Grid, near: Bools, *, exact: bool) -> Grid:
    demand_exact(near & answer.present, exact=exact)
    return inhabited(merged(answer.labels, answer.values, answer.present, exact=exact))


def _of_native_histograms(_: str, arguments: Arguments, steps: Steps) -> Grid:
    """Nothing: floats are passed over, and native histograms are never evaluated here."""
    del arguments
    return Grid.empty(steps.count)


def _not_here(name: str, _: Arguments, __: Steps) -> Grid:
    raise CannotExecute(f"{name}() cannot be computed across clusters; keep `cluster` in what it works on")


CALLS: dict[str, Function] = {
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    **dict.fromkeys(DATES, _date),
    "time": _time,
    "pi": _pi,
    "scalar": _scalar,
    "vector": _vector,
    "timestamp": _timestamp,
    "sort": partial(_sort, descending=False),
    "sort_desc": partial(_sort, descending=True),
    "sort_by_label": partial(_sort_by_label, descending=False),
    "sort_by_label_desc": partial(_sort_by_label, descending=True),
    "label_replace": _label_replace,
    "label_join": _label_join,
    "histogram_quantile": _histogram_quantile,
    **dict.fromkeys(
        "histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum".split(), _of_native_histograms
    ),
    "histogram_fraction": _histogram_fraction,
    "histogram_quantiles": _histogram_quantiles,
    "info": _not_here,
}

IN_2X: dict[str, Function] = {"histogram_fraction": _of_native_histograms}
"""What Prometheus 2.x does otherwise."""
