"""The rows of a grid under other labels: rows that become one series are merged, or are an error."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from aggregator.errors import CannotExecute
from aggregator.series import NAME, Bools, Floats, Grid, Labels, without_name

SAME_LABELS = "vector cannot contain metrics with the same labelset"


def merged(labels: Sequence[Labels], values: Floats, present: Bools, *, exact: bool = True) -> Grid:
    """A grid in which rows of equal labels are one; raises CannotExecute where two of them have a value at one step."""
    first: dict[Labels, int] = {}
    target = [first.setdefault(label, len(first)) for label in labels]
    if len(first) == len(target):
        return Grid(tuple(labels), values, present, exact)
    rows = np.array(target)
    counts = np.zeros((len(first), present.shape[1]), dtype=np.int64)
    np.add.at(counts, rows, present)
    if (counts > 1).any():
        raise CannotExecute(SAME_LABELS)
    together = np.zeros(counts.shape)
    row, step = np.nonzero(present)
    together[rows[row], step] = values[row, step]
    return Grid(tuple(first), together, counts > 0, exact)


def nameless(grid: Grid) -> Grid:
    """The grid without `__name__`, as most operations answer."""
    if not any(pair[0] == NAME for labels in grid.labels for pair in labels):
        return grid
    return merged([without_name(labels) for labels in grid.labels], grid.values, grid.present, exact=grid.exact)


def distinct(grid: Grid) -> Grid:
    """The grid without `__name__`, where series that become equal are an error even at different steps.

    So it is for functions over ranges and unary minus, which Prometheus applies series by series.
    """
    grid = inhabited(grid)
    labels = tuple(without_name(labels) for labels in grid.labels)
    if len(set(labels)) < len(labels):
        raise CannotExecute(SAME_LABELS)
    return replace(grid, labels=labels)


def inhabited(grid: Grid) -> Grid:
    """The rows that have a value at any step."""
    some = grid.inhabited()
    if some.all():
        return grid
    labels = tuple(label for label, has in zip(grid.labels, some.tolist(), strict=True) if has)
    return Grid(labels, grid.values[some], grid.present[some], grid.exact)


def by_labels(grid: Grid) -> Grid:
    """The rows in Prometheus' order of series: by labels."""
    order = sorted(range(grid.series), key=grid.labels.__getitem__)
    if order == list(range(grid.series)):
        return grid
    labels = tuple(grid.labels[i] for i in order)
    return Grid(labels, grid.values[order], grid.present[order], grid.exact)


def go_text(labels: Labels) -> str:
    """Labels as Go's `labels.Labels.String` writes them, for Prometheus' own error messages."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for _, value in labels)
    return "{" + ", ".join(f'{name}="{value}"' for (name, _), value in zip(labels, quoted, strict=True)) + "}"
