"""The groups of an aggregation: which rows belong together, and reductions over them, step by step."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec
import numpy as np

from aggregator.promql.tree import Aggregate
from aggregator.series import NAME, Bools, Floats, Grid, Ints, Labels

Rows = TypeVar("Rows", Floats, Bools)


class Groups(msgspec.Struct, frozen=True, eq=False):
    """`labels` of each group by first appearance; `order` lists the rows group by group, in their own order within
    one; `starts` says where in `order` each group begins. `in_order`: they stand so already.
    """

    labels: tuple[Labels, ...]
    order: Ints
    starts: Ints
    in_order: bool = False

    def arranged(self, rows: Rows) -> Rows:
        """The rows of an array, group by group."""
        return rows if self.in_order else rows[self.order]

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts, append=len(self.order))

    def rows(self) -> Iterator[Ints]:
        """The rows of each group."""
        bounds = [*self.starts.tolist(), len(self.order)]
        return (self.order[start:end] for start, end in pairwise(bounds))


def grouped(keys: Sequence[Labels]) -> Groups:
    """Rows with equal keys are a group."""
    numbers: dict[Labels, int] = {}
    of_row = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    if len(numbers) == 1:
        return Groups(tuple(numbers), np.arange(len(of_row)), np.zeros(1, dtype=np.int64), in_order=True)
    if len(numbers) == len(of_row):
        return Groups(tuple(numbers), of_row, of_row, in_order=True)
    order = of_row.argsort(kind="stable")
    starts = of_row[order].searchsorted(np.arange(len(numbers)))
    return Groups(tuple(numbers), order, starts)


def key_of(aggregate: Aggregate) -> Callable[[Labels], Labels]:
    """The labels that a series' group has."""
    named = frozenset(aggregate.grouping)
    if aggregate.without:
        dropped = named | {NAME}
        return lambda labels: tuple([pair for pair in labels if pair[0] not in dropped])
    if not named:
        return lambda _: ()
    return lambda labels: tuple([pair for pair in labels if pair[0] in named])


def reduce(ufunc: np.ufunc, filled: Floats, groups: Groups) -> Floats:
    """The reduction of each group's rows, in their order, [groups, steps]."""
    if not len(groups.labels):
        return np.zeros((0, filled.shape[1]))
    return np.asarray(ufunc.reduceat(groups.arranged(filled), groups.starts, axis=0))


def counts(present: Bools, groups: Groups) -> Ints:
    """How many rows of each group are present, [groups, steps]."""
    if not len(groups.labels):
        return np.zeros((0, present.shape[1]), dtype=np.int64)
    return np.asarray(np.add.reduceat(groups.arranged(present).astype(np.int64), groups.starts, axis=0))


def any_of(present: Bools, groups: Groups) -> Bools:
    """Whether any row of each group is present, [groups, steps]."""
    if not len(groups.labels):
        return np.zeros((0, present.shape[1]), dtype=np.bool_)
    if present.all():
        return np.ones((len(groups.labels), present.shape[1]), dtype=np.bool_)
    return np.asarray(np.logical_or.reduceat(groups.arranged(present), groups.starts, axis=0))


def turns(groups: Groups) -> Iterator[tuple[Ints, Ints]]:
    """The first rows of all groups, then the second ones, and so on: (groups, rows).

    For reductions whose next step needs the last one, in the order in which Prometheus goes through the series.
    """
    sizes = groups.sizes
    for turn in range(int(sizes.max(initial=0))):
        some = (sizes > turn).nonzero()[0]
        yield some, groups.order[groups.starts[some] + turn]


def turns_of(grid: Grid, groups: Groups) -> Iterator[tuple[Ints, Floats, Bools]]:
    """The turns with what the grid has in their rows: (groups, values, present)."""
    for some, rows in turns(groups):
        yield some, grid.values[rows], grid.present[rows]
