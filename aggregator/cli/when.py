"""Moments and steps as they are given on the command line."""

import time
from collections.abc import Callable

from aggregator.api.moments import MILLISECOND, duration, moment
from aggregator.errors import BadQuery
from aggregator.series import Steps

# So many steps fill a terminal; the step is one that people would choose.
FILLING = 240
CHOSEN = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800)


def steps_of(at: str | None, span: str | None, step: str | None) -> Steps:
    """The moment, or the steps of the span that ends there; without `at` it is now. Raises BadQuery."""
    end = _read("--time", moment, at) if at else time.time_ns() // MILLISECOND
    if span is None:
        if step is not None:
            raise BadQuery("--step says how far apart the moments of --range are; there is no --range")
        return Steps(end, end, 0)
    length = _read("--range", duration, span)
    apart = _read("--step", duration, step) if step else _filling(length)
    if length <= 0 or apart <= 0:
        raise BadQuery("--range and --step must be more than nothing")
    return Steps(end - length, end, apart)


def _read(option: str, read: Callable[[str], int], text: str) -> int:
    """Milliseconds."""
    try:
        return read(text) // MILLISECOND
    except BadQuery as fault:
        raise BadQuery(f"{option}: {fault}") from None


def _filling(length: int) -> int:
    seconds = length / 1000 / FILLING
    return 1000 * next((step for step in CHOSEN if step >= seconds), CHOSEN[-1])
