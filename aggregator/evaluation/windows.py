"""Which raw samples fall into the window of each series at each step, and a way to walk through them by position.

A window's samples lie side by side in `Raw`, so a window is two indices. Reductions go through all windows at once,
position by position (first samples, second samples, ...): every window adds up its samples in Prometheus' order, which
makes the last bit come out the same, and Python's loop is only as long as the longest window.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from aggregator.series import Bools, Floats, Grid, Ints, Raw

# Windows taken together: their running sums stay in the processor's cache.
BATCH = 8192

Side = Literal["left", "right"]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The samples `raw.values[first:last]` belong to a series (row) at a step (column).

    `start` and `end` are the bounds of the window in milliseconds, [steps], after offset and `@`; `moments` those at
    which the query is evaluated, which is what predict_linear counts from. `closed` says whether a sample on `start`
    belongs to the window (Prometheus 2.x) or not (3.x).
    """

    raw: Raw
    first: Ints
    last: Ints
    start: Ints
    end: Ints
    moments: Ints
    closed: bool

    @property
    def counts(self) -> Ints:
        """How many samples each window has, [series, steps]."""
        return self.last - self.first

    @property
    def at_least_one(self) -> Bools:
        return self.last > self.first

    @property
    def at_least_two(self) -> Bools:
        return self.counts >= 2

    @property
    def first_values(self) -> Floats:
        """The value of each window's first sample, and anything where there is none."""
        return _picked(self.raw.values, self.first)

    @property
    def last_values(self) -> Floats:
        return _picked(self.raw.values, self.last - 1)

    @property
    def first_times(self) -> Ints:
        """The moment of each window's first sample in milliseconds, and anything where there is none."""
        return _picked(self.raw.times, self.first)

    @property
    def last_times(self) -> Ints:
        return _picked(self.raw.times, self.last - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some windows, the longest first. `rows` and `columns` say which they are.

    `positions` gives, for k = 0, 1, ..., where in `raw` the k-th sample of the first so many windows stands.
    """

    raw: Raw
    rows: Ints
    columns: Ints
    first: Ints
    counts: Ints

    def positions(self) -> Iterator[Ints]:
        longest = int(self.counts[0])
        # How many windows have more than k samples.
        active = len(self.counts) - np.cumsum(np.bincount(self.counts, minlength=longest + 1))
        for k, many in enumerate(active[:longest].tolist()):
            yield self.first[:many] + k

    def each(self) -> Iterator[list[float]]:
        """The values of each window."""
        for first, count in zip(self.first.tolist(), self.counts.tolist(), strict=True):
            yield self.raw.values[first : first + count].tolist()


def windows(raw: Raw, ends_ms: Ints, range_ms: int, moments_ms: Ints | None = None, *, closed: bool) -> Windows:
    """The windows of `range_ms` that end at each of `ends_ms`. `moments_ms` are the steps of the query, where an
    offset or `@` makes them differ from the ends.
    """
    starts = ends_ms - range_ms
    bounds = np.array([starts, ends_ms])
    first, last = _places(raw, bounds, ("left" if closed else "right", "right"))
    return Windows(raw, first, last, starts, ends_ms, ends_ms if moments_ms is None else moments_ms, closed)


def raw_of(grid: Grid, times_ms: Ints) -> Raw:
    """The grid's samples as raw ones: what a subquery hands to a function over ranges. `times_ms` is [steps]."""
    bounds = np.zeros(grid.series + 1, dtype=np.int64)
    bounds[1:] = grid.present.sum(axis=1).cumsum()
    times = times_ms[grid.present.nonzero()[1]]
    return Raw(grid.labels, times, grid.values[grid.present], bounds, grid.exact)


def batches(windows: Windows, least: int) -> Iterator[Batch]:
    """All windows of at least so many samples, in batches."""
    counts = windows.counts
    wanted = (counts >= least).ravel().nonzero()[0]
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        some = some[(-counts.ravel()[some]).argsort(kind="stable")]
        rows, columns = np.divmod(some, counts.shape[1])
        yield Batch(windows.raw, rows, columns, windows.first.ravel()[some], counts.ravel()[some])


def reduced(windows: Windows, least: int, reduce: Callable[[Batch], Floats]) -> tuple[Floats, Bools]:
    """What `reduce` makes of each window of at least so many samples, as [series, steps], and where there is any."""
    values = np.zeros(windows.first.shape)
    for batch in batches(windows, least):
        values[batch.rows, batch.columns] = reduce(batch)
    return values, windows.counts >= least


def _places(raw: Raw, bounds_ms: Ints, sides: tuple[Side, Side]) -> tuple[Ints, Ints]:
    """Where in each series' samples the two bounds of every step fall: one search, over all series at once.

    For that, each series is moved to a stretch of time of its own.
    """
    series, steps = len(raw.labels), bounds_ms.shape[1]
    if not len(raw.times):
        nowhere = np.zeros((series, steps), dtype=np.int64)
        return nowhere, nowhere
    low, high = int(raw.times.min()) - 1, int(raw.times.max()) + 1
    own = np.arange(series, dtype=np.int64) * (high - low + 1)
    stretched = raw.times - low + np.repeat(own, np.diff(raw.bounds))
    sought = np.minimum(np.maximum(bounds_ms, low), high) - low
    first, last = (
        stretched.searchsorted(own[:, None] + bound, side=side) for bound, side in zip(sought, sides, strict=True)
    )
    return first, np.maximum(first, last)


def _picked(array: NDArray[Scalar], places: Ints) -> NDArray[Scalar]:
    if not len(array):
        return np.zeros(places.shape, dtype=array.dtype)
    return np.take(array, places, mode="clip")
