"""Families as text: with times for promtool, without for a scrape. Quick, since promtool waits for gigabytes of it."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import add

import numpy as np
import orjson

from aggregator.demo.samples import Family
from aggregator.series import NAME, Floats, Ints, Labels

END = b"# EOF\n"


def backfill_text(families: Iterable[Family], grid: Ints) -> Iterator[bytes]:
    """OpenMetrics with times, a piece for each series; every sample's time is one of the grid's."""
    line_ends = [b" %d.%03d\n" % divmod(at, 1000) if at % 1000 else b" %d\n" % (at // 1000) for at in grid.tolist()]
    for family in families:
        yield from _with_times(family, grid, line_ends)
    yield END


def _with_times(family: Family, grid: Ints, line_ends: list[bytes]) -> Iterator[bytes]:
    raw = family.raw
    places = np.searchsorted(grid, raw.times)
    texts = number_texts(raw.values)
    steady = _steady(raw.values, raw.bounds)
    for labels, first, last, same in zip(
        raw.labels, raw.bounds[:-1].tolist(), raw.bounds[1:].tolist(), steady, strict=True
    ):
        beginning = series_text(labels) + b" "
        ends = _ends(places[first:last], line_ends)
        if same:
            beginning += texts[first]
            yield beginning + beginning.join(ends)
        else:
            yield beginning + beginning.join(map(add, texts[first:last], ends))


def _ends(places: Ints, line_ends: list[bytes]) -> list[bytes]:
    first, last = int(places[0]), int(places[-1])
    if last - first == len(places) - 1:
        return line_ends[first : last + 1]
    return [line_ends[place] for place in places.tolist()]


def _steady(values: Floats, bounds: Ints) -> list[bool]:
    """Which series never change: their lines differ in their times alone."""
    changes = (
        np.concatenate([[0], np.cumsum(values[1:] != values[:-1])]) if len(values) else np.zeros(1, dtype=np.int64)
    )
    same: list[bool] = (changes[bounds[1:] - 1] == changes[bounds[:-1]]).tolist()
    return same


def number_texts(values: Floats) -> list[bytes]:
    """Each value's shortest text, whole numbers without a point where all are whole."""
    if not len(values):
        return []
    # Beyond 2**53 an int64 would pretend to digits that a float does not have.
    whole = bool(np.all((values == np.rint(values)) & (np.abs(values) < 2.0**53)))
    numbers = values.astype(np.int64) if whole else values
    return orjson.dumps(np.ascontiguousarray(numbers), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")


def series_text(labels: Labels) -> bytes:
    """A series as it stands in front of a value: `name{label="value",...}`."""
    name = next(value for label, value in labels if label == NAME)
    pairs = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels if label != NAME)
    return f"{name}{{{pairs}}}".encode()


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def scrape_text(families: Iterable[Family]) -> Iterator[bytes]:
    """Prometheus' own text format without times, each family once, with its type and what it says."""
    ordered = sorted(families, key=lambda family: family.name)
    for name, same in groupby(ordered, key=lambda family: family.name):
        group = list(same)
        yield f"# HELP {name} {group[0].help}\n# TYPE {name} {group[0].kind}\n".encode()
        for family in group:
            texts = number_texts(family.raw.values)
            for labels, text in zip(family.raw.labels, texts, strict=True):
                yield series_text(labels) + b" " + text + b"\n"
