"""Answers of a Prometheus turned into step grids: label sets, an array of values, and where there are any."""

from collections.abc import Sequence
from itertools import chain

import msgspec
import numpy as np

from aggregator.errors import CannotExecute
from aggregator.federation.question import UNREADABLE, NotPrometheus
from aggregator.series import CLUSTER, Floats, Grid, Ints, Labels, Steps

NOTHING = msgspec.Raw()
"""What a field that is missing holds, where its JSON is kept unread."""


class _Point(msgspec.Struct):
    """One series of a vector."""

    metric: dict[str, str]
    value: tuple[float, float] | None = None
    histogram: msgspec.Raw = NOTHING


class _Line(msgspec.Struct):
    """One series of a matrix."""

    metric: dict[str, str]
    values: list[tuple[float, float]] = []
    histograms: msgspec.Raw = NOTHING


class _Vector(msgspec.Struct, tag_field="resultType", tag="vector"):
    result: list[_Point]


class _Matrix(msgspec.Struct, tag_field="resultType", tag="matrix"):
    result: list[_Line]


class _Envelope(msgspec.Struct):
    data: _Vector | _Matrix
    warnings: list[str] = []
    infos: list[str] = []


class Info(str):
    """A remark that Prometheus 3 files under `infos`, apart from its warnings."""

    __slots__ = ()


class Decoded(msgspec.Struct, frozen=True):
    """A cluster's answer to a leaf, and what it remarked."""

    grid: Grid
    remarks: tuple[str, ...] = ()


_OUTSIDE = "samples lie outside the range that was asked for"
_DECODER = msgspec.json.Decoder(_Envelope, strict=False)


def decode_grid(body: bytes, cluster: str, steps: Steps) -> Decoded:
    """The vector or matrix that a cluster answered at the steps, its rows labelled with the cluster.

    Raises NotPrometheus for anything else, and CannotExecute for native histograms, which are not combined here.
    """
    decoded = _decoded(body, cluster, steps)
    if (decoded.grid.values == 0).any() and b',"-0"]' in body:
        # Read as 0 like any other zero.
        return _decoded(readable(body), cluster, steps)
    return decoded


def _decoded(body: bytes, cluster: str, steps: Steps) -> Decoded:
    envelope = _envelope(body)
    labels = labelled([series.metric for series in envelope.data.result], cluster)
    if isinstance(envelope.data, _Vector):
        points = [(point.value,) for point in envelope.data.result if point.value is not None]
        _refuse_histograms([point.histogram for point in envelope.data.result])
    else:
        points = [line.values for line in envelope.data.result]  # type: ignore[misc]  # lists are sequences too
        _refuse_histograms([line.histograms for line in envelope.data.result])
    return Decoded(_grid(labels, points, steps), (*envelope.warnings, *map(Info, envelope.infos)))


def _envelope(body: bytes) -> _Envelope:
    """Most answers have no infinity in them, so it is looked for only where reading fails."""
    try:
        return _DECODER.decode(body)
    except UNREADABLE:
        pass
    try:
        return _DECODER.decode(readable(body))
    except UNREADABLE as fault:
        raise NotPrometheus(str(fault)) from None


def readable(body: bytes) -> bytes:
    """The body with the two numbers that msgspec does not read as Go writes them.

    The bracket tells them from the same text in a label: `le="+Inf"`.
    """
    return body.replace(b',"+Inf"]', b',"Infinity"]').replace(b',"-0"]', b',"-0.0"]')


def labelled(metrics: Sequence[dict[str, str]], cluster: str) -> tuple[Labels, ...]:
    """The label sets with `cluster`; ours wins over one that a series already carries."""
    own = any(CLUSTER in metric for metric in metrics)
    labels = []
    for metric in metrics:
        metric[CLUSTER] = cluster
        labels.append(tuple(sorted(metric.items())))
    if own and len(set(labels)) < len(labels):
        raise CannotExecute(
            f'series of cluster "{cluster}" already carry the label "cluster"; with the name of the cluster in its '
            "place, two of them become the same. Rename that label in the cluster, or aggregate it away"
        )
    return tuple(labels)


def joined(grids: Sequence[Grid], steps: int) -> Grid:
    """The rows of several clusters in Prometheus' order of series."""
    labels = [labels for grid in grids for labels in grid.labels]
    order = sorted(range(len(labels)), key=labels.__getitem__)
    place = np.empty(len(labels), dtype=np.int64)
    place[order] = np.arange(len(labels))
    values, present = np.empty((len(labels), steps)), np.empty((len(labels), steps), dtype=np.bool_)
    row = 0
    for grid in grids:
        own = place[row : row + grid.series]
        values[own], present[own] = grid.values, grid.present
        row += grid.series
    return Grid(tuple(map(labels.__getitem__, order)), values, present)


def _refuse_histograms(found: Sequence[msgspec.Raw]) -> None:
    if any(memoryview(histogram) for histogram in found):
        raise CannotExecute(
            "native histograms cannot be combined across clusters; keep `cluster` in the grouping, as in "
            "`sum by (cluster) (...)`"
        )


def _grid(labels: tuple[Labels, ...], points: Sequence[Sequence[tuple[float, float]]], steps: Steps) -> Grid:
    if steps.is_instant:
        return _column(labels, [point for series in points for point in series], steps)
    lengths = [len(series) for series in points]
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(points)), np.float64, 2 * sum(lengths)).reshape(-1, 2)
    shape = (len(labels), steps.count)
    columns = _columns(flat[:, 0], steps)
    if len(flat) == shape[0] * shape[1] and (columns.reshape(shape) == np.arange(steps.count)).all():
        return Grid(labels, flat[:, 1].reshape(shape), np.ones(shape, dtype=np.bool_))
    rows = np.repeat(np.arange(len(labels)), lengths)
    values, present = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    values[rows, columns] = flat[:, 1]
    present[rows, columns] = True
    return Grid(labels, values, present)


def _column(labels: tuple[Labels, ...], points: Sequence[tuple[float, float]], steps: Steps) -> Grid:
    if len(points) < len(labels) or not all(abs(seconds * 1000 - steps.start) < 0.5 for seconds, _ in points):
        raise NotPrometheus(_OUTSIDE)
    values = np.array([value for _, value in points], dtype=np.float64).reshape(len(labels), 1)
    return Grid(labels, values, np.ones(values.shape, dtype=np.bool_))


def _columns(seconds: Floats, steps: Steps) -> Ints:
    with np.errstate(all="ignore"):
        milliseconds = np.rint(seconds * 1000).astype(np.int64)
    columns: Ints = (milliseconds - steps.start) // steps.step
    if len(columns) and (columns.min() < 0 or columns.max() >= steps.count):
        raise NotPrometheus(_OUTSIDE)
    return columns
