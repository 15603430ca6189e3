"""Answers of several clusters put side by side: label sets are read where need be, the samples pass through unread."""

from collections.abc import Sequence
from operator import itemgetter

import msgspec

from aggregator.federation.envelope import NOTHING, Series, labelled, opened, remarks_behind
from aggregator.federation.lines import cut, json_of
from aggregator.federation.question import UNREADABLE
from aggregator.series import Labels

Spliced = tuple[Labels, bytes, bytes]
"""One series: its labels, its JSON up to the samples, and the samples as they came."""


class Part(msgspec.Struct, frozen=True):
    """One cluster's series, and what the cluster remarked. Of a vector that did not have to be parsed there are only
    the `lines`.
    """

    series: tuple[Spliced, ...] = ()
    remarks: tuple[str, ...] = ()
    lines: tuple[bytes, ...] = ()


_encode = msgspec.json.Encoder(order="sorted").encode


def decode_part(body: bytes, cluster: str) -> Part:
    """The series of a vector or matrix with the label `cluster`; raises NotPrometheus for anything else."""
    try:
        found = cut(body, cluster)
        if found is not None:
            lines, behind = found
            return Part(remarks=remarks_behind(behind), lines=lines)
    except UNREADABLE:
        pass  # the parser says what is wrong with it
    result, remarks = opened(body)
    labels = labelled([series.metric for series in result], cluster)
    return Part(tuple(map(_spliced, labels, result)), remarks)


def spliced(parts: Sequence[Part], *, by_labels: bool, limit: int = 0) -> tuple[tuple[bytes, ...], bool]:
    """The JSON of the result in pieces, and whether the limit left anything out.

    `by_labels`: in Prometheus' order of series; otherwise as they came, cluster by cluster, which keeps the order of
    topk within its groups.
    """
    if not any(part.series for part in parts):
        lines = [line for part in parts for line in part.lines]
        if by_labels:
            lines.sort()
        return (json_of(lines[:limit] if limit else lines),), bool(limit) and len(lines) > limit
    series = [one for part in parts for one in (part.series or _parsed(part.lines))]
    if by_labels:
        series.sort(key=itemgetter(0))
    kept = series[:limit] if limit else series
    # Samples may be many megabytes, and are copied only once: where the whole answer is put together.
    pieces = [piece for _, head, samples in kept for piece in (b",", head, samples, b"}")]
    return (b"[", *pieces[1:], b"]"), len(kept) < len(series)


def _parsed(lines: Sequence[bytes]) -> tuple[Spliced, ...]:
    """The series of lines, to be put beside others that had to be parsed."""
    series = msgspec.json.decode(json_of(lines), type=list[Series])
    return tuple([_spliced(tuple(sorted(each.metric.items())), each) for each in series])


def _spliced(labels: Labels, series: Series) -> Spliced:
    metric = b'{"metric":' + _encode(series.metric)
    if series.histograms is NOTHING and series.histogram is NOTHING:
        if series.values is not NOTHING:
            return labels, metric + b',"values":', series.values
        if series.value is not NOTHING:
            return labels, metric + b',"value":', series.value
    fields = (b"values", b"value", b"histograms", b"histogram")
    found = (series.values, series.value, series.histograms, series.histogram)
    texts = (b',"%b":%b' % (name, value) for name, value in zip(fields, found, strict=True) if value is not NOTHING)
    return labels, metric, b"".join(texts)
