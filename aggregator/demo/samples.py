"""Metric families over a grid of times, and the few ways in which series come to stand on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.series import NAME, Bools, Floats, Ints, Labels, Raw


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """All series of one metric. A series that went and came back stands in `raw` once for each stay, in order of time."""

    name: str
    kind: str
    help: str
    raw: Raw


@dataclass(frozen=True, slots=True)
class About:
    """What a family is: its name, its kind, and what it says to a reader."""

    name: str
    kind: str
    help: str


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Which moments of the grid lie in which of many [start, end): flat, one entry a sample.

    `kept` are the rows with any sample at all, `owner` is each sample's row, `bounds` are those of a `Raw`.
    """

    kept: Ints
    owner: Ints
    times: Ints
    bounds: Ints

    @property
    def ones(self) -> Floats:
        return np.ones(len(self.owner))


def stays(times: Ints, starts: Ints, ends: Ints) -> Stays:
    """Where things that exist from `starts` to `ends` are seen when one looks at `times`."""
    first = np.searchsorted(times, starts, "left")
    seen = np.maximum(np.searchsorted(times, ends, "left") - first, 0)
    kept = np.flatnonzero(seen)
    bounds = np.concatenate([[0], np.cumsum(seen[kept])]).astype(np.int64)
    positions = np.arange(bounds[-1]) - np.repeat(bounds[:-1] - first[kept], seen[kept])
    return Stays(kept, np.repeat(kept, seen[kept]), times[positions], bounds)


def labelled(name: str, labels: dict[str, str], **more: str) -> Labels:
    """A label set as Prometheus keeps it: sorted, with the metric's name, without what is empty."""
    return tuple(sorted((label, value) for label, value in {NAME: name, **labels, **more}.items() if value))


def of_stays(about: About, labels: Sequence[dict[str, str]], where: Stays, values: Floats) -> Family:
    """A family with one series for each stay; `labels` are those of all rows, `values` of the kept samples."""
    sets = tuple(labelled(about.name, labels[row]) for row in where.kept.tolist())
    return Family(about.name, about.kind, about.help, Raw(sets, where.times, values, where.bounds))


def of_rows(
    about: About, labels: Sequence[Labels], times: Ints, values: Floats | Ints, present: Bools | None = None
) -> Family:
    """A family from a matrix, one row a series, one column a moment; `present` says where there are samples."""
    if present is None:
        present = np.ones(values.shape, dtype=np.bool_)
    present = np.broadcast_to(present, values.shape)
    counts = present.sum(axis=1)
    bounds = np.concatenate([[0], np.cumsum(counts[counts > 0])]).astype(np.int64)
    sets = tuple(one for one, count in zip(labels, counts.tolist(), strict=True) if count)
    flat = np.broadcast_to(times, values.shape)[present]
    return Family(about.name, about.kind, about.help, Raw(sets, flat, values[present].astype(np.float64), bounds))
