"""Answers of a Prometheus read as far as both lanes need it: label sets and remarks. Samples stay JSON."""

import msgspec

from aggregator.federation.question import UNREADABLE, NotPrometheus

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


class _Envelope(msgspec.Struct):
    data: _Data
    warnings: list[str] = []
    infos: list[str] = []


_DECODER = msgspec.json.Decoder(_Envelope)


def opened(body: bytes) -> tuple[list[Series], tuple[str, ...]]:
    """The series of a vector or matrix, and what the cluster remarked; raises NotPrometheus for anything else."""
    try:
        envelope = _DECODER.decode(body)
    except UNREADABLE as fault:
        raise NotPrometheus(str(fault)) from None
    return envelope.data.result, (*envelope.warnings, *map(Info, envelope.infos))
