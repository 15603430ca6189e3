"""The values that travel between the stages: label sets, step grids, raw samples.

Instants are integer milliseconds since 1970 (as in Prometheus), values are float64, labels are tuples of
(name, value) pairs sorted by name, so that comparing two label sets as tuples orders them as Prometheus does.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

Labels = tuple[tuple[str, str], ...]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NAME = "__name__"
CLUSTER = "cluster"


class Steps(msgspec.Struct, frozen=True):
    """The moments at which a query is evaluated: start, start + step, ... up to end, in milliseconds.

    An instant query is one step: start equals end, and step is 0.
    """

    start: int
    end: int
    step: int

    @property
    def count(self) -> int:
        return 1 if self.step == 0 else (self.end - self.start) // self.step + 1

    @property
    def is_instant(self) -> bool:
        return self.step == 0

    def times(self) -> Ints:
        """Every moment, ascending, in milliseconds."""
        return self.start + np.arange(self.count, dtype=np.int64) * self.step


class Vector(msgspec.Struct, frozen=True, eq=False):
    """Series with one value each at a moment; no array, since most are small. `exact` as in Grid."""

    labels: tuple[Labels, ...]
    values: list[float]
    exact: bool = True

    def as_grid(self) -> "Grid":
        """The same as a grid of one step."""
        column = np.array(self.values, dtype=np.float64).reshape(-1, 1)
        return Grid(self.labels, column, np.ones(column.shape, dtype=np.bool_), self.exact)


class Grid(msgspec.Struct, frozen=True, eq=False):
    """Instant vectors at the steps of a query: one row a series, one column a step.

    `values` says nothing where `present` is false; a NaN that is present is a value.
    `exact` is false when the last bits may differ from what one Prometheus would compute, because partial sums
    of several clusters were added up.
    """

    labels: tuple[Labels, ...]
    values: Floats
    present: Bools
    exact: bool = True

    @property
    def series(self) -> int:
        return len(self.labels)

    @property
    def steps(self) -> int:
        return int(self.values.shape[1])

    def inhabited(self) -> Bools:
        """Which rows have a value at any step, [series]."""
        return np.asarray(self.present.any(axis=1))

    def populated(self) -> Bools:
        """At which steps any row has a value, [steps]."""
        return np.asarray(self.present.any(axis=0))

    @staticmethod
    def empty(steps: int) -> "Grid":
        return Grid((), np.zeros((0, steps)), np.zeros((0, steps), dtype=np.bool_))


def as_grid(value: Grid | Vector) -> Grid:
    """A vector as a grid of one step; a grid as it is."""
    return value if isinstance(value, Grid) else value.as_grid()


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """Raw samples of several series, laid end to end: series i owns samples `bounds[i]` to `bounds[i + 1]`.

    `times` (milliseconds) ascend strictly within a series.
    """

    labels: tuple[Labels, ...]
    times: Ints
    values: Floats
    bounds: Ints
    exact: bool = True


def without_name(labels: Labels) -> Labels:
    """The labels less `__name__`, as most functions of PromQL answer them."""
    if labels and labels[0][0] == NAME:
        # Where it stands but for labels that begin with a capital.
        return labels[1:]
    return tuple([pair for pair in labels if pair[0] != NAME])


def without_cluster(labels: Labels) -> Labels:
    """The labels less ours, which says whose series it is."""
    return tuple([pair for pair in labels if pair[0] != CLUSTER])


class Scalar(msgspec.Struct, frozen=True, eq=False):
    """A number at every step, [steps]; `exact` as in Grid."""

    values: Floats
    exact: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Raw samples of a source other than the clusters; each sample is looked back at for `lookback` milliseconds."""

    raw: Raw
    lookback: Ints
