"""Functions over ranges that pick: the first, last, least, greatest sample of a window, and their number."""

import numpy as np

from aggregator.evaluation.windows import Batch, Windows, reduced
from aggregator.series import Bools, Floats, Ints

# Windows taken together.
AT_ONCE = 1 << 18


def count_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return windows.counts.astype(np.float64), windows.at_least_one


def present_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return np.ones(windows.first.shape), windows.at_least_one


def first_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return windows.first_values, windows.at_least_one


def last_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return windows.last_values, windows.at_least_one


def ts_of_first_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return windows.first_times / 1000, windows.at_least_one


def ts_of_last_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return windows.last_times / 1000, windows.at_least_one


def min_over_time(windows: Windows) -> tuple[Floats, Bools]:
    """The least value; NaN only where a window has nothing else."""
    return _extreme(windows, np.fmin)


def max_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return _extreme(windows, np.fmax)


def _extreme(windows: Windows, choose: np.ufunc) -> tuple[Floats, Bools]:
    present = windows.at_least_one
    ends = np.array([windows.first[present], windows.last[present]]).T
    # One more value than there are: a window may end where the values do, which reduceat takes for no index.
    padded = np.concatenate([windows.raw.values, [0.0]])
    parts = (ends[start : start + AT_ONCE] for start in range(0, len(ends), AT_ONCE))
    found = [choose.reduceat(padded, part.ravel())[::2] for part in parts]
    values = np.zeros(present.shape)
    if found:
        values[present] = _signed(np.concatenate(found), ends[:, 0], windows.raw.values)
    return values, present


def _signed(found: Floats, first: Ints, values: Floats) -> Floats:
    """What was found, where that is 0 with the sign of the first zero of the window, as Prometheus keeps the first."""
    zeros = (values == 0).nonzero()[0]
    if not np.signbit(values[zeros]).any():
        return found
    next_zero = np.minimum(zeros.searchsorted(first), len(zeros) - 1)
    return np.where(found == 0, values[zeros[next_zero]], found)


def ts_of_min_over_time(windows: Windows) -> tuple[Floats, Bools]:
    """When the value was least for the last time, in seconds."""
    return _moment_of(windows, np.less_equal)


def ts_of_max_over_time(windows: Windows) -> tuple[Floats, Bools]:
    return _moment_of(windows, np.greater_equal)


def _moment_of(windows: Windows, beats: np.ufunc) -> tuple[Floats, Bools]:
    def reduce(batch: Batch) -> Floats:
        best = batch.raw.values[batch.first]
        moments = batch.raw.times[batch.first]
        for places in batch.positions():
            active = slice(len(places))
            value = batch.raw.values[places]
            better = beats(value, best[active]) | np.isnan(best[active])
            best[active] = np.where(better, value, best[active])
            moments[active] = np.where(better, batch.raw.times[places], moments[active])
        return moments / 1000

    return reduced(windows, 1, reduce)
