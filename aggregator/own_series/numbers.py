"""Crosshub's own numbers of the last day, remembered in memory, so that they can be asked for without a scrape."""

from collections.abc import Iterable

import numpy as np

from aggregator.own_series.stretches import laid_out, meets
from aggregator.planning.plan import RawAsk
from aggregator.promql.tree import Matcher
from aggregator.series import Labels, Sampled

LENGTH = 1440
"""How many moments are remembered: a day, at one a minute."""

LOOKBACK = 5 * 60 * 1000
MORE = 256


class Numbers:
    """The latest values of every series, and the moments they stand at. NaN where there was none."""

    def __init__(self, length: int = LENGTH) -> None:
        self._times = np.zeros(length, dtype=np.int64)
        self._values = np.full((MORE, length), np.nan)
        self._rows: dict[Labels, int] = {}
        self._next = 0

    def remember(self, now: int, numbers: Iterable[tuple[Labels, float]]) -> None:
        """Keeps what they are at a moment (milliseconds) in the place of the oldest."""
        column = self._next % len(self._times)
        self._times[column] = now
        self._values[:, column] = np.nan
        for labels, value in numbers:
            row = self._row(labels)  # there may be more rows afterwards
            self._values[row, column] = value
        self._next += 1

    def series(self, matchers: tuple[Matcher, ...], start: int, end: int) -> tuple[Labels, ...]:
        """The series that meet the matchers and have a value from `start` to `end`."""
        return tuple(labels for labels, samples in self._found(matchers, start, end).items() if samples)

    def select(self, ask: RawAsk) -> Sampled:
        """The samples that a selector means."""
        start = ask.start - (LOOKBACK if ask.range is None else ask.range)
        return laid_out(self._found(ask.selector.matchers, start, ask.end))

    def _found(self, matchers: tuple[Matcher, ...], start: int, end: int) -> dict[Labels, list[tuple[int, float, int]]]:
        order = np.argsort(self._times, kind="stable")
        order = order[(self._times[order] >= max(start, 1)) & (self._times[order] <= end)]
        is_meant = meets(matchers)
        return {
            labels: [
                (at, value, LOOKBACK)
                for at, value in zip(self._times[order].tolist(), self._values[row, order].tolist(), strict=True)
                if value == value  # noqa: PLR0124 - what is not NaN
            ]
            for labels, row in self._rows.items()
            if is_meant(labels)
        }

    def _row(self, labels: Labels) -> int:
        row = self._rows.setdefault(labels, len(self._rows))
        if row >= len(self._values):
            self._values = np.vstack([self._values, np.full((MORE, len(self._times)), np.nan)])
        return row
