"""How often clusters scrape, as their targets tell it."""

from collections.abc import Iterable

from aggregator.clusters.times import duration
from aggregator.grafana.wanted import USUAL_INTERVAL
from aggregator.query.wire import Fields, text_in

LONGEST = 300.0
"""Prometheus looks back five minutes: rates of what is scraped less often are no measure for all panels."""


def slowest(targets: Iterable[Fields]) -> str:
    """The slowest interval at which these targets are scraped, as Prometheus writes it."""
    found = {written: _seconds(written) for each in targets if (written := text_in(each, "scrapeInterval"))}
    some = [(seconds, written) for written, seconds in found.items() if 0 < seconds <= LONGEST]
    return max(some)[1] if some else USUAL_INTERVAL


def _seconds(written: str) -> float:
    try:
        return duration(written)
    except ValueError:
        return 0.0
