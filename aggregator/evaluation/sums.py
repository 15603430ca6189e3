"""Functions over ranges that add up: sum, average, deviation, and the straight line through the samples.

They add as Prometheus does (promql/functions.go of 2.42), keeping what each addition rounds away, after
Kahan and Neumaier: so the deviation of a constant series is exactly 0.
"""

import math
from collections.abc import Sequence

import numpy as np

from aggregator.evaluation.windows import Batch, Windows, reduced
from aggregator.series import Bools, Floats, Ints

# So few windows are gone through sample by sample: a step of numpy costs as much for one as for hundreds.
FEW = 16


def sum_over_time(windows: Windows) -> tuple[Floats, Bools]:
    def reduce(batch: Batch) -> Floats:
        if len(batch.counts) <= FEW:
            return np.array([_sum_of(values) for values in batch.each()])
        total, lost = _zeros(batch, 2)
        for places in batch.positions():
            active = len(places)
            add(total[:active], lost[:active], batch.raw.values[places])
        return _together(total, lost)

    return reduced(windows, 1, reduce)


def avg_over_time(windows: Windows) -> tuple[Floats, Bools]:
    """The mean as it moves from sample to sample, which does not overflow; an infinite mean stays what it is."""
    finite = bool(np.isfinite(windows.raw.values).all())

    def reduce(batch: Batch) -> Floats:
        if len(batch.counts) <= FEW and finite:
            return np.array([_mean_of(values) for values in batch.each()])
        mean, lost = _zeros(batch, 2)
        for k, places in enumerate(batch.positions(), start=1):
            active = len(places)
            value, before = batch.raw.values[places], mean[:active]
            if finite:
                add(before, lost[:active], value / k - before / k)
                continue
            moves = ~_stays_infinite(before, value)
            moved, moved_lost = before[moves], lost[:active][moves]
            add(moved, moved_lost, value[moves] / k - moved / k)
            mean[:active][moves], lost[:active][moves] = moved, moved_lost
        return _together(mean, lost)

    return reduced(windows, 1, reduce)


def _sum_of(values: Sequence[float]) -> float:
    total = lost = 0.0
    for value in values:
        before, total = total, total + value
        added = total - before
        lost += (before - (total - added)) + (value - added)
    return total if math.isinf(total) else total + lost


def _mean_of(values: Sequence[float]) -> float:
    mean = lost = 0.0
    for k, value in enumerate(values, start=1):
        more = value / k - mean / k
        before, mean = mean, mean + more
        added = mean - before
        lost += (before - (mean - added)) + (more - added)
    return mean if math.isinf(mean) else mean + lost


def _stays_infinite(mean: Floats, value: Floats) -> Bools:
    same_infinity = np.isinf(value) & ((mean > 0) == (value > 0))
    answer: Bools = np.isinf(mean) & (same_infinity | np.isfinite(value))
    return answer


def stdvar_over_time(windows: Windows) -> tuple[Floats, Bools]:
    def reduce(batch: Batch) -> Floats:
        if len(batch.counts) <= FEW:
            return np.array([_variance_of(values) for values in batch.each()])
        mean, mean_lost, squares, squares_lost = _zeros(batch, 4)
        for k, places in enumerate(batch.positions(), start=1):
            active = len(places)
            value, centre, centre_lost = batch.raw.values[places], mean[:active], mean_lost[:active]
            delta = value - (centre + centre_lost)
            add(centre, centre_lost, delta / k)
            add(squares[:active], squares_lost[:active], delta * (value - (centre + centre_lost)))
        variance: Floats = (squares + squares_lost) / batch.counts
        return variance

    return reduced(windows, 1, reduce)


def _variance_of(values: Sequence[float]) -> float:
    mean = mean_lost = squares = squares_lost = 0.0
    for k, value in enumerate(values, start=1):
        delta = value - (mean + mean_lost)
        more = delta / k
        before, mean = mean, mean + more
        added = mean - before
        mean_lost += (before - (mean - added)) + (more - added)
        more = delta * (value - (mean + mean_lost))
        before, squares = squares, squares + more
        added = squares - before
        squares_lost += (before - (squares - added)) + (more - added)
    return (squares + squares_lost) / len(values)


def stddev_over_time(windows: Windows) -> tuple[Floats, Bools]:
    variance, present = stdvar_over_time(windows)
    return np.sqrt(variance), present


def deriv(windows: Windows) -> tuple[Floats, Bools]:
    """The slope per second of the straight line through each window's samples."""

    def reduce(batch: Batch) -> Floats:
        return _line(batch, batch.raw.times[batch.first])[0]

    return reduced(windows, 2, reduce)


def predict_linear(windows: Windows, seconds: Floats) -> tuple[Floats, Bools]:
    """Where the straight line is so many seconds ([steps]) after the step of the query."""

    def reduce(batch: Batch) -> Floats:
        slope, intercept = _line(batch, windows.moments[batch.columns])
        return slope * seconds[batch.columns] + intercept

    return reduced(windows, 2, reduce)


def _line(batch: Batch, origin: Ints) -> tuple[Floats, Floats]:
    """Slope and value at `origin` (milliseconds) of the line of least squares."""
    sum_x, lost_x, sum_y, lost_y = _zeros(batch, 4)
    sum_xy, lost_xy, sum_xx, lost_xx = _zeros(batch, 4)
    initial = batch.raw.values[batch.first]
    constant = np.ones(len(initial), dtype=np.bool_)
    for k, places in enumerate(batch.positions()):
        active = len(places)
        x, y = (batch.raw.times[places] - origin[:active]) / 1e3, batch.raw.values[places]
        if k:  # a lone NaN differs from itself, but only a second one counts
            constant[:active] &= y == initial[:active]
        add(sum_x[:active], lost_x[:active], x)
        add(sum_y[:active], lost_y[:active], y)
        add(sum_xy[:active], lost_xy[:active], x * y)
        add(sum_xx[:active], lost_xx[:active], x * x)
    count = batch.counts
    sum_x, sum_y = sum_x + lost_x, sum_y + lost_y
    covariance = (sum_xy + lost_xy) - sum_x * sum_y / count
    slope = covariance / ((sum_xx + lost_xx) - sum_x * sum_x / count)
    intercept = sum_y / count - slope * sum_x / count
    endless = np.isinf(initial)
    slope = np.where(constant, np.where(endless, np.nan, 0.0), slope)
    return slope, np.where(constant, np.where(endless, np.nan, initial), intercept)


def add(sums: Floats, lost: Floats, more: Floats) -> None:
    """Adds `more` to `sums` and what that rounds away to `lost`, both in place.

    What is rounded away is found with Knuth's TwoSum, which needs no comparison and finds the same as Neumaier's.
    """
    total = sums + more
    added = total - sums
    lost += (sums - (total - added)) + (more - added)
    sums[:] = total


def _together(total: Floats, lost: Floats) -> Floats:
    answer: Floats = np.where(np.isinf(total), total, total + lost)
    return answer


def _zeros(batch: Batch, many: int) -> Floats:
    return np.zeros((many, len(batch.counts)))
