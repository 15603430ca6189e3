"""How full homes are, in sentences."""

from collections.abc import Iterator

from aggregator.reports.periods import Kind
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import HubReport, Report

YEAR = 365


def storage(hub: HubReport, report: Report, tongue: Tongue) -> Iterator[str]:
    """How large homes are, by how much they grew, and when their volume is full."""
    known = hub.storage
    if known is None:
        return
    size = tongue.say("Home directories hold {size}", size=tongue.size(known.used))
    grown = "" if known.grown is None else f", {_grown(known.grown, report, tongue)}"
    yield f"{size}{grown}."
    if known.size is not None and known.free is not None:
        free, whole = tongue.size(known.free), tongue.size(known.size)
        yield tongue.say("{free} of {size} are free.", free=free, size=whole)
    if known.days_to_full is not None:
        yield tongue.say(
            "At the pace of the last four weeks, it is full in {days}.", days=full_in(known.days_to_full, tongue)
        )


def full_in(days: float, tongue: Tongue) -> str:
    """`40 days`; so far ahead that it says nothing any more it is `more than a year`."""
    return tongue.say("more than a year") if days > YEAR else tongue.many("{number} day", "{number} days", int(days))


def _grown(grown: float, report: Report, tongue: Tongue) -> str:
    size = tongue.size(abs(grown))
    if round(grown) == 0:
        return tongue.say("as before")
    words = {
        Kind.DAILY: (
            tongue.say("{size} more than a week before", size=size),
            tongue.say("{size} less than a week before", size=size),
        ),
        Kind.WEEKLY: (
            tongue.say("{size} more than a week before", size=size),
            tongue.say("{size} less than a week before", size=size),
        ),
        Kind.MONTHLY: (
            tongue.say("{size} more than a month before", size=size),
            tongue.say("{size} less than a month before", size=size),
        ),
    }
    return words[report.period.kind][grown < 0]
