"""Answers of several clusters put side by side: label sets are read, the bytes of the samples pass through unread."""

from collections.abc import Sequence

import msgspec

from aggregator.federation.envelope import NOTHING, Series, opened
from aggregator.federation.wire import labelled
from aggregator.series import Labels


class Part(msgspec.Struct, frozen=True):
    """One cluster's series, each with its labels and its JSON text, and what the cluster remarked."""

    series: tuple[tuple[Labels, bytes], ...]
    remarks: tuple[str, ...] = ()


_encode = msgspec.json.Encoder().encode


def decode_part(body: bytes, cluster: str) -> Part:
    """The series of a vector or matrix with the label `cluster`; raises NotPrometheus for anything else."""
    result, remarks = opened(body)
    labels = labelled([series.metric for series in result], cluster)
    texts = (_text(one, series) for one, series in zip(labels, result, strict=True))
    return Part(tuple(zip(labels, texts, strict=True)), remarks)


def spliced(parts: Sequence[Part], *, by_labels: bool, limit: int = 0) -> tuple[tuple[bytes, ...], bool]:
    """The JSON of the result in pieces, and whether the limit left anything out.

    `by_labels`: in Prometheus' order of series; otherwise as they came, cluster by cluster, which keeps the order of
    topk within its groups.
    """
    series = [one for part in parts for one in part.series]
    if by_labels:
        series.sort(key=lambda one: one[0])
    kept = series[:limit] if limit else series
    return (b"[", b",".join([text for _, text in kept]), b"]"), len(kept) < len(series)


def _text(labels: Labels, series: Series) -> bytes:
    metric = b'{"metric":' + _encode(dict(labels))
    if series.histograms is NOTHING and series.histogram is NOTHING:
        if series.values is not NOTHING:
            return b"".join((metric, b',"values":', series.values, b"}"))
        if series.value is not NOTHING:
            return b"".join((metric, b',"value":', series.value, b"}"))
    fields = (b"values", b"value", b"histograms", b"histogram")
    found = (series.values, series.value, series.histograms, series.histogram)
    texts = (b',"%b":%b' % (name, value) for name, value in zip(fields, found, strict=True) if value is not NOTHING)
    return b"".join((metric, *texts, b"}"))
