"""What could not be seen, in sentences."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from aggregator.reports.naming import named_together
from aggregator.reports.tongue import Tongue, later
from aggregator.reports.values import HubReport, Report, Unknown, Unseen

MOST = 6
Told = TypeVar("Told", Unseen, str)

WHY: Mapping[Unknown, str] = MappingProxyType(
    {
        Unknown.SILENT: later("the cluster's Prometheus did not answer"),
        Unknown.UNASKED: later("nobody asked for these hours yet"),
        Unknown.UNSEEN: later("nothing was recorded of the hub"),
        Unknown.IN_PART: later("the record has holes"),
    }
)

CALLED: Mapping[str, str] = MappingProxyType(
    {
        "people": later("people"),
        "sessions": later("sessions"),
        "server_starts": later("server starts"),
        "server_hours": later("hours of servers"),
        "up_ratio": later("whether it worked"),
        "cpu_hours": later("CPU"),
        "memory_gib_hours": later("memory"),
        "home_bytes": later("sizes of home directories"),
    }
)


def unseen(report: Report, tongue: Tongue) -> Iterator[str]:
    """Stretches of time, hubs with the same ones together, and what nobody tells."""
    for spans, hubs in _together(report, lambda hub: hub.unseen).items():
        who = _who(hubs, report, tongue)
        for span in spans[:MOST]:
            when = tongue.stretch(span.start, span.end, report.period)
            yield f"{who}{when}: {tongue.say(WHY[span.why])}."
        left = spans[MOST:]
        if left:
            hours = tongue.spell(sum((each.end - each.start).total_seconds() for each in left) / 60)
            more = tongue.many(
                "{number} more time, {hours}", "{number} more times, {hours} in all", len(left), hours=hours
            )
            yield f"{who}{more}."
    for names, hubs in _together(report, lambda hub: hub.lacking).items():
        what = tongue.listed([tongue.say(CALLED[name]) for name in names])
        yield f"{_who(hubs, report, tongue)}{tongue.say('not measured there: {what}', what=what)}."


def _together(report: Report, told: Callable[[HubReport], tuple[Told, ...]]) -> dict[tuple[Told, ...], list[HubReport]]:
    """Hubs of which the same is to be told, unless it is nothing."""
    found: dict[tuple[Told, ...], list[HubReport]] = defaultdict(list)
    for hub in report.hubs:
        if told(hub):
            found[told(hub)].append(hub)
    return dict(found)


def _who(hubs: Sequence[HubReport], report: Report, tongue: Tongue) -> str:
    """Which hubs, with a colon; nothing where there is one only."""
    if len(report.hubs) == 1:
        return ""
    return f"{named_together(hubs, report, tongue)}: "
