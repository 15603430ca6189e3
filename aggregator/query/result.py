"""Values of an evaluated query as the JSON of a Prometheus result."""

from dataclasses import replace

import numpy as np

from aggregator.evaluation.evaluate import Value
from aggregator.evaluation.rows import by_labels, inhabited
from aggregator.evaluation.windows import Windows
from aggregator.federation.encode import (
    Pieces,
    encode_matrix,
    encode_samples,
    encode_scalar,
    encode_string,
    encode_vector,
)
from aggregator.query.request import ResultType
from aggregator.series import Grid, Raw, Scalar, Steps, Vector


def encoded(value: Value | Vector, steps: Steps, limit: int) -> tuple[ResultType, Pieces, bool]:
    """The type of the result, its JSON, and whether the limit on series left anything out."""
    if isinstance(value, Grid) and steps.is_instant:
        value = _at_the_moment(value)
    if isinstance(value, Vector):
        kept = Vector(value.labels[:limit], value.values[:limit]) if limit else value
        return "vector", encode_vector(kept, steps.start), len(kept.labels) < len(value.labels)
    if isinstance(value, Grid):
        # Rows without a value are not written, but would be counted.
        grid = by_labels(inhabited(value) if limit else value)
        cut = bool(limit) and grid.series > limit
        if cut:
            grid = Grid(grid.labels[:limit], grid.values[:limit], grid.present[:limit])
        return "matrix", encode_matrix(grid, steps), cut
    if isinstance(value, Windows):
        raw = within(value)
        first = _first_series(raw, limit)
        return "matrix", encode_samples(first), first is not raw
    if isinstance(value, Scalar):
        if steps.is_instant:
            return "scalar", encode_scalar(value, steps.start), False
        return "matrix", encode_matrix(as_series(value), steps), False
    return "string", encode_string(value, steps.start), False


def as_series(scalar: Scalar) -> Grid:
    """A scalar over a range: one series without labels."""
    values = scalar.values[None, :]
    return Grid(((),), values, np.ones(values.shape, dtype=np.bool_), scalar.exact)


def _at_the_moment(grid: Grid) -> Vector:
    """The rows that have a value at the only step."""
    some = inhabited(grid)
    return Vector(some.labels, some.values[:, 0].tolist(), some.exact)


def within(windows: Windows) -> Raw:
    """The samples of each series that lie in its window at the only step, in Prometheus' order of series."""
    raw = windows.raw
    rows = sorted(range(len(raw.labels)), key=raw.labels.__getitem__)
    rows = [row for row in rows if windows.at_least_one[row, 0]]
    pieces = [slice(int(windows.first[row, 0]), int(windows.last[row, 0])) for row in rows]
    none = np.zeros(0, dtype=np.int64)
    return replace(
        raw,
        labels=tuple(raw.labels[row] for row in rows),
        times=np.concatenate([none, *(raw.times[piece] for piece in pieces)]),
        values=np.concatenate([none.astype(np.float64), *(raw.values[piece] for piece in pieces)]),
        bounds=np.cumsum([0, *(piece.stop - piece.start for piece in pieces)]),
    )


def _first_series(raw: Raw, limit: int) -> Raw:
    if not limit or len(raw.labels) <= limit:
        return raw
    end = int(raw.bounds[limit])
    return Raw(raw.labels[:limit], raw.times[:end], raw.values[:end], raw.bounds[: limit + 1], raw.exact)
