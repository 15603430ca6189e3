"""A hub's counters: they count what happened since its process began, and nothing is seen while it is away."""

from dataclasses import dataclass

import numpy as np

from aggregator.demo.truth import Start
from aggregator.series import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class HubClock:
    """For each moment: whether the hub answers, and when its process began."""

    times: Ints
    up: Bools
    began: Ints

    def since_began(self, period: int) -> Ints:
        """How often something that happens every `period` milliseconds has happened."""
        return (self.times - self.began) // period


def hub_clock(times: Ints, starts: list[Start]) -> HubClock:
    """The clock of a hub from its starts, which have to reach back before the first moment."""
    up = np.ones(len(times), dtype=np.bool_)
    for start in starts:
        up &= ~((times >= start.at - start.down) & (times < start.at))
    began = np.array([start.at for start in starts], dtype=np.int64)
    up &= times >= began[0]
    return HubClock(times, up, began[np.maximum(np.searchsorted(began, times, "right") - 1, 0)])


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Things that happened `at` (ascending), each with a length, as a clock sees them."""

    clock: HubClock
    at: Ints
    took: Ints

    def counts(self) -> Ints:
        """How many there were since the process began, at each moment."""
        now, then = self._places()
        counted: Ints = now - then
        return counted

    def totals(self) -> Ints:
        """The sum of their lengths, likewise: whole milliseconds, so that no order of adding shows."""
        totals: Ints = self._counted(self.took[None, :])[0]
        return totals

    def at_most(self, limits: Ints) -> Ints:
        """How many were no longer than each limit: one row a limit."""
        return self._counted(self.took[None, :] <= limits[:, None])

    def _counted(self, weights: Ints | Bools) -> Ints:
        now, then = self._places()
        sums = np.zeros((weights.shape[0], weights.shape[1] + 1), dtype=np.int64)
        np.cumsum(weights, axis=1, out=sums[:, 1:])
        counted: Ints = sums[:, now] - sums[:, then]
        return counted

    def _places(self) -> tuple[Ints, Ints]:
        return np.searchsorted(self.at, self.clock.times, "right"), np.searchsorted(self.at, self.clock.began, "right")


def running_milliseconds(starts: Ints, ends: Ints, times: Ints) -> Ints:
    """How long all of these ran in all, up to each moment. Differences of two moments do not depend on older rows."""
    starts, ends = np.sort(starts), np.sort(ends)
    total: Ints = _elapsed(starts, times) - _elapsed(ends, times)
    return total


def _elapsed(events: Ints, times: Ints) -> Ints:
    sums = np.concatenate([[0], np.cumsum(events)])
    count = np.searchsorted(events, times, "right")
    elapsed: Ints = times * count - sums[count]
    return elapsed


def how_many(starts: Ints, ends: Ints, times: Ints) -> Ints:
    """How many of the [start, end) each moment lies in."""
    return np.searchsorted(np.sort(starts), times, "right") - np.searchsorted(np.sort(ends), times, "right")
