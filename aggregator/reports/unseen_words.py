"""What could not be seen, in sentences."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
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
        "images": later("images that people ran"),
    }
)


def unseen(report: Report, tongue: Tongue) -> Iterator[str]:
    """Stretches of time, then what nobody tells of; hubs of which the same is to be said together."""
    for spans, hubs in _together(report, lambda hub: hub.unseen).items():
        said = [f"{_when(span, hubs[0].zone, report, tongue)}: {tongue.say(WHY[span.why])}." for span in spans[:MOST]]
        if left := spans[MOST:]:
            hours = tongue.spell(sum((each.end - each.start).total_seconds() for each in left) / 60)
            said.append(
                tongue.many(
                    "{number} more time, {hours}.", "{number} more times, {hours} in all.", len(left), hours=hours
                )
            )
        yield from _of(hubs, said, report, tongue)
    for names, hubs in _together(report, lambda hub: hub.lacking).items():
        what = tongue.listed([tongue.say(CALLED[name]) for name in names])
        yield from _of(hubs, [tongue.say("No numbers about {what}: nobody tells.", what=what)], report, tongue)


def _of(hubs: Sequence[HubReport], said: Sequence[str], report: Report, tongue: Tongue) -> Iterator[str]:
    """Of one hub sentence by sentence; of several all in one line, with their names."""
    if len(report.hubs) == 1:
        yield from (f"{each[:1].upper()}{each[1:]}" for each in said)
    else:
        yield f"{named_together(hubs, report, tongue)}: {' '.join(said)}"


def _when(span: Unseen, zone: str, report: Report, tongue: Tongue) -> str:
    whole = replace(report.period, zone=zone)
    if span.start <= whole.start and span.end >= whole.end:
        return tongue.say("All the time")
    return tongue.stretch(span.start, span.end, report.period)


def _together(report: Report, told: Callable[[HubReport], tuple[Told, ...]]) -> dict[tuple[Told, ...], list[HubReport]]:
    """Hubs of which the same is to be told, unless it is nothing."""
    found: dict[tuple[Told, ...], list[HubReport]] = defaultdict(list)
    for hub in report.hubs:
        if told(hub):
            found[told(hub)].append(hub)
    return dict(found)
