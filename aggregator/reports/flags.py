"""What is more than usual, and by how much a number has to be so to be told. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from aggregator.reports.comparing import BACK, FEWEST, WHOLE, stepped
from aggregator.reports.facts import HubFacts, Seen
from aggregator.reports.periods import Period
from aggregator.reports.storage import used_by_homes
from aggregator.reports.values import Flag, Window

GIB = 2**30
GROWN = "home_grown"
"""By how much home directories grew; it is no number of its own in the catalogue."""

SPREAD = 3 * 1.4826
"""Three standard deviations, as the median of the distances from the median tells them."""


@dataclass(frozen=True, slots=True)
class Limit:
    """More than usual is what exceeds it by its usual spread, by this share of it, and by `least`."""

    measure: str
    least: float
    share: float = 0.5
    of: str = ""
    by_people: bool = False


LIMITS = (
    Limit("people", 10, by_people=True),
    Limit("new_people", 10, by_people=True),
    Limit("sessions", 20, by_people=True),
    Limit("servers_most", 10, by_people=True),
    Limit("server_hours", 40),
    Limit("server_start_failures", 5, of="server_starts"),
    Limit("server_starts_refused", 10),
    Limit("logins_refused", 20),
    Limit("requests_failed", 50),
    Limit("cpu_hours", 24),
    Limit("memory_gib_hours", 100),
    Limit("gpu_requested_hours", 8),
    Limit(GROWN, 5 * GIB),
)
"""What is looked at, in the order in which it is told; `by_people`: a declared window can be the reason."""


def flags(hub: HubFacts, period: Period, windows: Sequence[Window]) -> tuple[Flag, ...]:
    """Everything of a hub that was more than usual in the period; `windows` are those that were open in it."""
    return tuple(_flagged(stepped(hub.periods, period), windows))


def _flagged(steps: Sequence[Seen], windows: Sequence[Window]) -> Iterator[Flag]:
    now = steps[0]
    for limit in LIMITS:
        numbers = _growth(steps) if limit.measure == GROWN else _numbers(steps, limit.measure)
        value = numbers.get(0)
        before = [numbers[ago] for ago in range(1, BACK + 1) if ago in numbers]
        if value is None or len(before) < FEWEST:
            continue
        usual = median(before)
        if value > usual + max(limit.least, limit.share * usual, SPREAD * _spread(before, usual)):
            reason = windows[0].reason if windows and limit.by_people else ""
            yield Flag(limit.measure, value, usual, now.numbers.get(limit.of), reason)


def _numbers(steps: Sequence[Seen], measure: str) -> Mapping[int, float]:
    """By how many periods ago. What was seen in part can only be too small: as a number of now it still counts."""
    return {
        ago: seen.numbers[measure]
        for ago, seen in enumerate(steps)
        if measure in seen.numbers and (ago == 0 or seen.share >= WHOLE)
    }


def _growth(steps: Sequence[Seen]) -> Mapping[int, float]:
    pairs = enumerate(pairwise(used_by_homes(steps)))
    return {ago: size - before for ago, (size, before) in pairs if size is not None and before is not None}


def _spread(numbers: Sequence[float], middle: float) -> float:
    return median(abs(number - middle) for number in numbers)
