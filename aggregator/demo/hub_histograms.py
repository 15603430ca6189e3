"""Histograms as prometheus_client exposes them: buckets, sum and count, of events or of a steady hum."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from aggregator.demo.hub_clock import HubClock, Tally
from aggregator.demo.samples import About, Family, labelled, of_rows
from aggregator.series import Bools, Ints

USUAL = (5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000)
SPAWN = (500, 1000, 2500, 5000, 10000, 15000, 30000, 60000, 120000, 180000, 300000, 600000)
_HUM = np.array([40, 120, 420, 700, 820, 880, 960, 985, 992, 996, 999, 1000, 1000, 1000])  # of thousand, at USUAL


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """One label set of a histogram over time: `at_most` has a row for each limit."""

    labels: dict[str, str]
    limits: tuple[int, ...]
    at_most: Ints
    counts: Ints
    totals: Ints  # milliseconds
    present: Bools


def of_events(labels: dict[str, str], tally: Tally, limits: tuple[int, ...] = USUAL, *, born: bool = False) -> Observed:
    """What a histogram shows of events; unless `born` with the process, it appears with its first event."""
    counts = tally.counts()
    present = tally.clock.up & (born | (counts > 0))
    return Observed(labels, limits, tally.at_most(np.array(limits)), counts, tally.totals(), present)


def of_hum(labels: dict[str, str], clock: HubClock, counts: Ints, milliseconds: int) -> Observed:
    """What a histogram shows of something that goes on all the time and is about so slow."""
    shares = _HUM if milliseconds <= 100 else np.clip(_HUM - 400, 0, None) * 1000 // 600
    at_most = counts[None, :] * shares[:, None] // 1000
    return Observed(labels, USUAL, at_most, counts, counts * milliseconds, clock.up & (counts > 0))


def histogram(about: About, base: dict[str, str], times: Ints, observed: list[Observed]) -> Iterator[Family]:
    """The whole histogram: one family of buckets, one of sums, one of counts."""
    for one in observed:
        names = [_seconds(limit) for limit in one.limits] + ["+Inf"]
        rows = [labelled(f"{about.name}_bucket", base, le=name, **one.labels) for name in names]
        values = np.vstack([one.at_most, one.counts[None, :]])
        yield of_rows(_part(about, "_bucket"), rows, times, values, one.present)
    yield from sums_and_counts(about, base, times, observed)


def sums_and_counts(about: About, base: dict[str, str], times: Ints, observed: list[Observed]) -> Iterator[Family]:
    """A histogram without its buckets: what is worth keeping for weeks of most of them."""
    for one in observed:
        for suffix, values in (("_sum", one.totals / 1000.0), ("_count", one.counts)):
            row = labelled(f"{about.name}{suffix}", base, **one.labels)
            yield of_rows(_part(about, suffix), [row], times, values[None, :], one.present)


def _part(about: About, suffix: str) -> About:
    return About(about.name + suffix, about.kind, about.help)


def _seconds(milliseconds: int) -> str:
    """As prometheus_client writes it: `0.005`, `1.0`."""
    return str(milliseconds / 1000)
