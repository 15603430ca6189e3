"""Quantiles of the samples of a window."""

from collections.abc import Iterator

import numpy as np

from aggregator.evaluation.windows import Windows
from aggregator.series import Bools, Floats, Ints

# Values sorted at once: with what is made of them on the way, some 40 MB.
SORTED_AT_ONCE = 1 << 20


def quantile_over_time(windows: Windows, quantile: Floats) -> tuple[Floats, Bools]:
    """The quantile ([steps]) of each window's values, between the two nearest where it falls between."""
    values = np.zeros(windows.first.shape)
    for rows, columns, samples, within in _side_by_side(windows):
        values[rows, columns] = quantiles(samples, within, quantile[columns])
    return values, windows.at_least_one


def mad_over_time(windows: Windows) -> tuple[Floats, Bools]:
    """The median distance of each window's values from their median."""
    values = np.zeros(windows.first.shape)
    for rows, columns, samples, within in _side_by_side(windows):
        half = np.full(len(rows), 0.5)
        median = quantiles(samples, within, half)
        distances = np.abs(samples - median[:, None])
        values[rows, columns] = quantiles(distances, within, half)
    return values, windows.at_least_one


def quantiles(values: Floats, within: Bools, quantile: Floats) -> Floats:
    """Of each row, the quantile of the values that `within` names (at least one); `quantile` has one entry a row.

    As in Prometheus NaN is less than everything, and a quantile outside 0 to 1 is infinite.
    """
    nan = np.isnan(values) & within
    ordered = np.where(within, np.where(nan, -np.inf, values), np.inf)
    ordered.sort(axis=1)
    last = within.sum(axis=1) - 1
    missing = nan.sum(axis=1)

    def at(place: Ints) -> Floats:
        return np.where(place < missing, np.nan, np.take_along_axis(ordered, place[:, None], axis=1)[:, 0])

    rank = np.where((quantile >= 0) & (quantile <= 1), quantile, 0.0) * last
    lower = np.floor(rank).astype(np.int64)
    weight = rank - lower
    between = at(lower) * (1 - weight) + at(np.minimum(last, lower + 1)) * weight
    outside = np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, np.nan))
    return np.where((quantile >= 0) & (quantile <= 1), between, outside)


def _side_by_side(windows: Windows) -> Iterator[tuple[Ints, Ints, Floats, Bools]]:
    """Windows with a sample, some at a time: their rows and columns, their samples beside each other, which are theirs."""
    rows, columns = np.nonzero(windows.at_least_one)
    if not len(rows):
        return
    many = max(1, SORTED_AT_ONCE // int(windows.counts.max()))
    for start in range(0, len(rows), many):
        some = rows[start : start + many], columns[start : start + many]
        first, counts = windows.first[some], windows.counts[some]
        place = np.arange(counts.max())
        samples = np.take(windows.raw.values, first[:, None] + place, mode="clip")
        yield *some, samples, place < counts[:, None]
