"""An answer read back into values, to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from aggregator.errors import printable
from aggregator.promql.print import label, quoted
from aggregator.query.request import Answer
from aggregator.series import NAME, Labels


@dataclass(frozen=True, slots=True)
class Series:
    """Its labels, and (seconds since 1970, value as Prometheus writes it); of native histograms only when they were."""

    labels: Labels
    samples: tuple[tuple[float, str], ...]
    histograms: tuple[float, ...] = ()


class _Series(msgspec.Struct):
    metric: dict[str, str] = {}
    value: tuple[float, str] | None = None
    values: tuple[tuple[float, str], ...] = ()
    histogram: tuple[float, msgspec.Raw] | None = None
    histograms: tuple[tuple[float, msgspec.Raw], ...] = ()


def series_in(answer: Answer) -> tuple[Series, ...]:
    """The series of a vector or matrix; a scalar or a string is one without labels."""
    text = b"".join(answer.result)
    if answer.result_type in ("scalar", "string"):
        return (Series((), (msgspec.json.decode(text, type=tuple[float, str]),)),)
    return tuple(map(_read, msgspec.json.decode(text, type=list[_Series])))


def _read(one: _Series) -> Series:
    samples = one.values if one.value is None else (one.value,)
    histograms = one.histograms if one.histogram is None else (one.histogram,)
    return Series(tuple(sorted(one.metric.items())), samples, tuple(time for time, _ in histograms))


def common_to(series: Sequence[Series]) -> Labels:
    """The labels that all of several series share."""
    if len(series) < 2:
        return ()
    shared = set(series[0].labels).intersection(*(one.labels for one in series[1:]))
    return tuple(pair for pair in series[0].labels if pair in shared)


def name_of(labels: Labels) -> str:
    """Labels as PromQL writes them: `up{job="hub"}`."""
    name = dict(labels).get(NAME, "")
    inside = ", ".join(f"{label(key)}={quoted(value)}" for key, value in labels if key != NAME)
    return printable(f"{name}{{{inside}}}" if inside or not name else name)


def number(text: str) -> str:
    """A value in as many digits as people read."""
    try:
        value = float(text)
    except ValueError:
        return printable(text)
    if value == round(value, 0) and abs(value) < 1e15:
        return f"{value:.0f}"
    return f"{value:.6g}"
