"""What fired, in the words of its rule."""

from collections.abc import Iterator, Sequence

from aggregator.reports.naming import clean
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import Fired, Report

MOST_ALERTS = 5


def alerts(some: Sequence[Fired], report: Report, tongue: Tongue) -> Iterator[str]:
    """What fired, in the words of its rule."""
    for each in some[:MOST_ALERTS]:
        yield fired(each, report, tongue)
    left = len(some) - MOST_ALERTS
    if left > 0:
        yield tongue.many("{number} more alert is not told here.", "{number} more alerts are not told here.", left)


def fired(each: Fired, report: Report, tongue: Tongue) -> str:
    """One alert: what it says, since when, how often, and whether it still stands."""
    times = tongue.many("once", "{number} times", each.times) if each.times > 1 else ""
    since = tongue.moment(each.since, report.period)
    state = tongue.say("since {when}, still open", when=since) if each.is_open else since
    return f"{clean(each.summary, 200).rstrip('.')} ({', '.join(filter(None, (state, times)))})."
