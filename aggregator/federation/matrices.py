"""Answers of a Prometheus to range queries as step grids: label sets, an array of values, and where there are any."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np

from aggregator.federation.envelope import NOTHING, OUTSIDE, labelled, opened, refuse_histograms
from aggregator.federation.numerals import numbers
from aggregator.federation.question import NotPrometheus
from aggregator.series import Floats, Grid, Ints, Labels, Steps

# Up to so many values, the number of calls decides how long numpy takes.
_LITTLE = 20_000


class DecodedGrid(NamedTuple):
    """A cluster's answer to a leaf over a range, and what it remarked."""

    grid: Grid
    remarks: tuple[str, ...]


def decode_grid(body: bytes, cluster: str, steps: Steps) -> DecodedGrid:
    """The matrix that a cluster answered at the steps, its rows labelled with the cluster.

    Raises NotPrometheus for anything else, and CannotExecute for native histograms, which are not combined here.
    """
    result, remarks = opened(body)
    refuse_histograms(result)
    if any(series.values is NOTHING for series in result):
        raise NotPrometheus("samples are missing")
    labels = labelled([series.metric for series in result], cluster)
    return DecodedGrid(_grid(labels, [series.values for series in result], steps), remarks)


def joined(grids: Sequence[Grid], steps: int) -> Grid:
    """The rows of several clusters in Prometheus' order of series."""
    labels = [labels for grid in grids for labels in grid.labels]
    order = sorted(range(len(labels)), key=labels.__getitem__)
    ordered = tuple(map(labels.__getitem__, order))
    if 0 < len(labels) * steps < _LITTLE:
        # Copies twice, but calls numpy once for all clusters.
        together = np.concatenate([grid.values for grid in grids]), np.concatenate([grid.present for grid in grids])
        return Grid(ordered, together[0][order], together[1][order])
    place = np.empty(len(labels), dtype=np.int64)
    place[order] = np.arange(len(labels))
    values, present = np.empty((len(labels), steps)), np.empty((len(labels), steps), dtype=np.bool_)
    row = 0
    for grid in grids:
        own = place[row : row + grid.series]
        values[own], present[own] = grid.values, grid.present
        row += grid.series
    return Grid(ordered, values, present)


def _grid(labels: tuple[Labels, ...], samples: Sequence[msgspec.Raw], steps: Steps) -> Grid:
    """`samples`: the JSON of each series."""
    found = numbers([text for text in samples if len(text) > len("[]")])
    shape = (len(labels), steps.count)
    if len(found) == 2 * shape[0] * shape[1]:
        pairs = found.reshape(*shape, 2)
        if (pairs[:, :, 0] == _seconds(steps)).all():
            return Grid(labels, pairs[:, :, 1], np.ones(shape, dtype=np.bool_))
    lengths = [bytes(text).count(b'"') // 2 for text in samples]
    if len(found) != 2 * sum(lengths):
        raise NotPrometheus("samples are missing, or not pairs")
    columns = _columns(found[0::2], steps)
    rows = np.repeat(np.arange(len(labels)), lengths)
    grid = Grid(labels, np.zeros(shape), np.zeros(shape, dtype=np.bool_))
    grid.values[rows, columns] = found[1::2]
    grid.present[rows, columns] = True
    return grid


@lru_cache(maxsize=64)
def _seconds(steps: Steps) -> Floats:
    """The moments of the steps, which are the same for all clusters."""
    return steps.times() / 1000


def _columns(seconds: Floats, steps: Steps) -> Ints:
    with np.errstate(all="ignore"):
        milliseconds = np.rint(seconds * 1000).astype(np.int64)
    columns: Ints = (milliseconds - steps.start) // steps.step
    if len(columns) and (columns.min() < 0 or columns.max() >= steps.count):
        raise NotPrometheus(OUTSIDE)
    return columns
