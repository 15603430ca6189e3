"""Functions over ranges that compare neighbours: rates of counters, differences of gauges, changes and resets.

The formulas are those of Prometheus 2.42, promql/functions.go.
"""

import numpy as np

from aggregator.evaluation.windows import Windows
from aggregator.series import Bools, Floats, Ints, Raw


def rate(windows: Windows) -> tuple[Floats, Bools]:
    """The increase per second."""
    seconds = _seconds(windows.end - windows.start)
    return _extrapolated(windows, counter=True, per_second=seconds)


def increase(windows: Windows) -> tuple[Floats, Bools]:
    return _extrapolated(windows, counter=True)


def delta(windows: Windows) -> tuple[Floats, Bools]:
    return _extrapolated(windows, counter=False)


def irate(windows: Windows) -> tuple[Floats, Bools]:
    """The increase per second between the last two samples; after a reset the counter started from 0."""
    values, times = windows.raw.values, windows.raw.times
    present = windows.at_least_two
    last = windows.last[present]
    now, before = values[last - 1], values[last - 2]
    risen = np.where(now < before, now, now - before)
    found = risen / ((times[last - 1] - times[last - 2]) / 1000)
    return _placed(found, present)


def idelta(windows: Windows) -> tuple[Floats, Bools]:
    present = windows.at_least_two
    last = windows.last[present]
    found = windows.raw.values[last - 1] - windows.raw.values[last - 2]
    return _placed(found, present)


def changes(windows: Windows) -> tuple[Floats, Bools]:
    """How often the value changes; from NaN to NaN is no change."""
    values = windows.raw.values
    before, now = values[:-1], values[1:]
    return _counted(windows, (now != before) & ~(np.isnan(now) & np.isnan(before)))


def resets(windows: Windows) -> tuple[Floats, Bools]:
    values = windows.raw.values
    return _counted(windows, values[1:] < values[:-1])


def _counted(windows: Windows, event: Bools) -> tuple[Floats, Bools]:
    """How many events lie between a window's samples; `event[i]` stands between samples i and i + 1 of all."""
    present = windows.at_least_one
    so_far = np.concatenate([[0], np.cumsum(event)])
    found = so_far[windows.last[present] - 1] - so_far[windows.first[present]]
    return _placed(found.astype(np.float64), present)


def _extrapolated(windows: Windows, *, counter: bool, per_second: Floats | None = None) -> tuple[Floats, Bools]:
    """What the samples rose by, stretched to the whole window where they reach near enough to its ends, and else by
    half the usual distance between two samples. A counter is not stretched to where it would be negative.
    """
    raw, present = windows.raw, windows.at_least_two
    columns = np.nonzero(present)[1]
    first, last = windows.first[present], windows.last[present]
    risen = _risen(raw, first, last, counter=counter)
    to_start = (raw.times[first] - windows.start[columns]) / 1000
    to_end = (windows.end[columns] - raw.times[last - 1]) / 1000
    sampled = (raw.times[last - 1] - raw.times[first]) / 1000
    usual = sampled / (last - first - 1)
    if counter:
        to_zero = sampled * (raw.values[first] / risen)
        starts_within = (risen > 0) & (raw.values[first] >= 0) & (to_zero < to_start)
        to_start = np.where(starts_within, to_zero, to_start)
    near = usual * 1.1
    stretched = sampled + np.where(to_start < near, to_start, usual / 2)
    stretched = stretched + np.where(to_end < near, to_end, usual / 2)
    factor = stretched / sampled
    found = risen * (factor if per_second is None else factor / per_second[columns])
    return _placed(found, present)


def _risen(raw: Raw, first: Ints, last: Ints, *, counter: bool) -> Floats:
    """The last value less the first. For a counter, what it had reached before each reset is added, one after the
    other, as the order decides over the last bit.
    """
    risen: Floats = raw.values[last - 1] - raw.values[first]
    if not counter:
        return risen
    fallen = raw.values[1:] < raw.values[:-1]
    so_far = np.concatenate([[0], np.cumsum(fallen)])
    next_reset, end_reset = so_far[first], so_far[last - 1]
    reached = raw.values[:-1][fallen]
    while len(left := np.flatnonzero(next_reset < end_reset)):
        risen[left] += reached[next_reset[left]]
        next_reset[left] += 1
    return risen


def _placed(found: Floats, present: Bools) -> tuple[Floats, Bools]:
    values = np.zeros(present.shape)
    values[present] = found
    return values, present


def _seconds(milliseconds: Ints) -> Floats:
    """As Go's Duration.Seconds: whole seconds and the rest apart, whose sum may differ in the last bit from a quotient."""
    whole, rest = np.divmod(milliseconds, 1000)
    seconds: Floats = whole + (rest * 1_000_000) / 1e9
    return seconds
