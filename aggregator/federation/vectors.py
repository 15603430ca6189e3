"""Answers of a Prometheus to instant queries, read as label sets and numbers."""

from collections.abc import Sequence

import msgspec

from aggregator.federation.envelope import NOTHING, OUTSIDE, Remarks, labelled, opened, refuse_histograms, remarks_of
from aggregator.federation.numerals import numbers
from aggregator.federation.question import UNREADABLE, NotPrometheus
from aggregator.series import Vector


class _Series(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, float]


class _Data(msgspec.Struct):
    result: list[_Series]


class _Envelope(Remarks):
    data: _Data


# Numbers in quotes are read as such, but for +Inf, which is refused, and -0, which loses its sign.
_DECODER = msgspec.json.Decoder(_Envelope, strict=False)
_MINUS_ZERO = b'"-0"'
_HISTOGRAM = b'"histogram":'


DecodedVector = tuple[Vector, tuple[str, ...]]
"""A cluster's answer to a leaf at one moment, and what it remarked."""


def decode_vector(body: bytes, cluster: str, at: int) -> DecodedVector:
    """The vector that a cluster answered for that millisecond, its series labelled with the cluster.

    Raises NotPrometheus for anything else, and CannotExecute for native histograms, which are not combined here.
    """
    if _MINUS_ZERO in body or _HISTOGRAM in body:
        return _read_slowly(body, cluster, at)
    try:
        told = _DECODER.decode(body)
    except UNREADABLE:
        return _read_slowly(body, cluster, at)
    series = told.data.result
    _demand_moment([each.value[0] for each in series], at)
    labels = labelled([each.metric for each in series], cluster)
    return Vector(labels, [each.value[1] for each in series]), remarks_of(told)


def joined_vectors(vectors: Sequence[Vector]) -> Vector:
    """The series of several clusters in Prometheus' order."""
    labels = [labels for vector in vectors for labels in vector.labels]
    values = [value for vector in vectors for value in vector.values]
    order = sorted(range(len(labels)), key=labels.__getitem__)
    return Vector(tuple([labels[row] for row in order]), [values[row] for row in order])


def _read_slowly(body: bytes, cluster: str, at: int) -> DecodedVector:
    """Whatever is among the numbers, and words for what cannot be taken."""
    result, remarks = opened(body)
    refuse_histograms(result)
    found = numbers([series.value for series in result if series.value is not NOTHING])
    if len(found) != 2 * len(result):
        raise NotPrometheus("samples are missing, or not pairs")
    moments, values = found[0::2].tolist(), found[1::2].tolist()
    _demand_moment(moments, at)
    return Vector(labelled([series.metric for series in result], cluster), values), remarks


def _demand_moment(moments: Sequence[float], at: int) -> None:
    for moment in set(moments):
        if not abs(moment * 1000 - at) < 0.5:
            raise NotPrometheus(OUTSIDE)
