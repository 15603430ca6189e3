"""Values as the JSON of a Prometheus result, in pieces."""

from collections.abc import Sequence

import msgspec
import numpy as np

from aggregator.promql.numbers import encode_matrix_values, moment, plain_moment, plain_text, texts
from aggregator.series import Grid, Labels, Raw, Scalar, Steps, Vector

Pieces = tuple[bytes, ...]

_encode = msgspec.json.Encoder().encode


def encode_vector(vector: Vector, at_ms: int) -> Pieces:
    """An instant vector, in the order of its series."""
    time = moment(at_ms).encode()
    return _listed(
        [
            b'{"metric":' + _metric(labels) + b',"value":[' + time + b',"' + value + b'"]}'
            for labels, value in zip(vector.labels, texts(vector.values), strict=True)
        ]
    )


def encode_matrix(grid: Grid, steps: Steps) -> Pieces:
    """A range vector at the steps, one text a series that has any sample."""
    return _matrix(
        grid.labels, grid.inhabited().tolist(), encode_matrix_values(steps.times(), grid.values, grid.present)
    )


def encode_samples(raw: Raw) -> Pieces:
    """Raw samples as a range vector."""
    series = []
    for row, labels in enumerate(raw.labels):
        own = slice(int(raw.bounds[row]), int(raw.bounds[row + 1]))
        values = raw.values[own][None, :]
        if values.size:
            (text,) = encode_matrix_values(raw.times[own], values, np.ones(values.shape, dtype=np.bool_))
            series.append(b'{"metric":' + _metric(labels) + b',"values":' + text + b"}")
    return _listed(series)


def encode_scalar(scalar: Scalar, at_ms: int) -> Pieces:
    return (f'[{plain_moment(at_ms)},"{plain_text(float(scalar.values[0]))}"]'.encode(),)


def encode_string(text: str, at_ms: int) -> Pieces:
    return (f"[{plain_moment(at_ms)},".encode(), _encode(text), b"]")


def _matrix(labels: Sequence[Labels], inhabited: Sequence[bool], values: Sequence[bytes]) -> Pieces:
    named = [label for label, has in zip(labels, inhabited, strict=True) if has]
    return _listed(
        [
            b'{"metric":' + _metric(label) + b',"values":' + text + b"}"
            for label, text in zip(named, values, strict=True)
        ]
    )


def _metric(labels: Labels) -> bytes:
    return _encode(dict(labels))


def _listed(series: Sequence[bytes]) -> Pieces:
    return (b"[", b",".join(series), b"]")
