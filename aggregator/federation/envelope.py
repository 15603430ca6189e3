"""Answers of a Prometheus read as far as both lanes need it: label sets and remarks. Samples stay JSON."""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from aggregator.errors import CannotExecute
from aggregator.federation.question import UNREADABLE, NotPrometheus
from aggregator.series import CLUSTER, Labels

OUTSIDE = "samples lie outside the range that was asked for"

NOTHING = msgspec.Raw()
"""What a field that is missing holds, where its JSON is kept unread."""


class Info(str):
    """A remark that Prometheus 3 files under `infos`, apart from its warnings."""

    __slots__ = ()


class Series(msgspec.Struct):
    """One series of a vector or matrix."""

    metric: dict[str, str]
    values: msgspec.Raw = NOTHING
    value: msgspec.Raw = NOTHING
    histograms: msgspec.Raw = NOTHING
    histogram: msgspec.Raw = NOTHING


class _Data(msgspec.Struct):
    result: list[Series]


class Remarks(msgspec.Struct, kw_only=True):
    """What stands behind the data."""

    warnings: list[str] = []
    infos: list[str] = []


class _Envelope(Remarks):
    data: _Data


_DECODER = msgspec.json.Decoder(_Envelope)
_LABELS = msgspec.json.Decoder(dict[str, str])
_BEHIND = msgspec.json.Decoder(Remarks)

# How a Prometheus writes a matrix. In a string of JSON no quote stands without a backslash, so that none of these is
# part of a label's value.
_FIRST = b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":'
_VALUES = b'},"values":[['
_NEXT = b']]},{"metric":'
_LAST = b"]]}]}"
_BEFORE_BRACE = _NEXT.index(b"{")

Opened = tuple[list[Series], tuple[str, ...]]
"""The series of an answer, and what the cluster remarked."""


def opened(body: bytes) -> Opened:
    """The series of a vector or matrix, and what the cluster remarked; raises NotPrometheus for anything else.

    The samples of a matrix as Prometheus writes one are not even passed over by a parser.
    """
    with suppress(*UNREADABLE):
        found = _cut(body)
        if found is not None:
            return found
    try:
        envelope = _DECODER.decode(body)
    except UNREADABLE as fault:
        raise NotPrometheus(str(fault)) from None
    return envelope.data.result, remarks_of(envelope)


def remarks_behind(behind: bytes) -> tuple[str, ...]:
    """What the cluster remarked, from the JSON that stands behind the result; raises one of UNREADABLE."""
    return remarks_of(_BEHIND.decode(b'{"data":0' + behind))


def remarks_of(told: Remarks) -> tuple[str, ...]:
    """Warnings and infos as one."""
    return (*told.warnings, *map(Info, told.infos))


def labelled(metrics: Sequence[dict[str, str]], cluster: str) -> tuple[Labels, ...]:
    """The label sets with `cluster`, which the metrics get as well; ours wins over one that a series already carries."""
    labels, own = [], False
    for metric in metrics:
        if metric.setdefault(CLUSTER, cluster) is not cluster:
            metric[CLUSTER], own = cluster, True
        labels.append(tuple(sorted(metric.items())))
    if own and len(set(labels)) < len(labels):
        raise CannotExecute(
            f'series of cluster "{cluster}" already carry the label "cluster"; with the name of the cluster in its '
            "place, two of them become the same. Rename that label in the cluster, or aggregate it away"
        )
    return tuple(labels)


def refuse_histograms(result: Sequence[Series]) -> None:
    """Raise CannotExecute where any series has native histograms."""
    if any(series.histogram is not NOTHING or series.histograms is not NOTHING for series in result):
        raise CannotExecute(
            "native histograms cannot be combined across clusters; keep `cluster` in the grouping, as in "
            "`sum by (cluster) (...)`"
        )


def _cut(body: bytes) -> Opened | None:
    """A matrix cut at the ends of its samples, in which no brace stands; None, or one of UNREADABLE, for all else."""
    if not body.startswith(_FIRST):
        return None
    series, view, start = [], memoryview(body), len(_FIRST)
    while True:
        labels_end = body.find(_VALUES, start) + 1
        brace = body.find(b"{", labels_end)
        end = body.find(_LAST, labels_end) if brace < 0 else brace - _BEFORE_BRACE
        if not 0 < labels_end < end:
            return None
        samples = view[labels_end + len(',"values":') : end + len("]]")]
        series.append(Series(_LABELS.decode(view[start:labels_end]), msgspec.Raw(samples)))
        if brace < 0:
            return series, remarks_behind(body[end + len(_LAST) :])
        start = end + len(_NEXT)
        if body[end:start] != _NEXT:
            return None
