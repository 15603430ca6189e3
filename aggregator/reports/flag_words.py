"""What is more than usual, with the reason, in sentences."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from aggregator.reports.flags import GROWN
from aggregator.reports.naming import clean
from aggregator.reports.tongue import Tongue, later
from aggregator.reports.values import Flag, HubReport

SAID: Mapping[str, str] = MappingProxyType(
    {
        "people": later("{value} people came (usually {usual})"),
        "new_people": later("{value} people came for the first time (usually {usual})"),
        "sessions": later("{value} servers were started (usually {usual})"),
        "servers_most": later("{value} servers ran at once (usually {usual})"),
        "server_hours": later("Servers ran for {value} hours (usually {usual})"),
        "server_start_failures": later("{value} server starts failed (usually {usual})"),
        "server_starts_refused": later("{value} server starts were put off (usually {usual})"),
        "logins_refused": later("{value} logins were refused (usually {usual})"),
        "requests_failed": later("{value} requests ended in an error of the hub (usually {usual})"),
        "cpu_hours": later("Servers took {value} CPU hours (usually {usual})"),
        "memory_gib_hours": later("Servers took {value} GiB hours of memory (usually {usual})"),
        "gpu_requested_hours": later("Servers took {value} GPU hours (usually {usual})"),
        GROWN: later("Home storage grew by {value} (usually {usual})"),
    }
)


def flagged(flag: Flag, hub: HubReport, tongue: Tongue) -> str:
    """One of them: how much, how much it usually is, and what is known of why or of what follows."""
    form: Callable[[float], str] = tongue.size if flag.measure == GROWN else tongue.number
    said = tongue.say(SAID[flag.measure], value=form(flag.value), usual=form(flag.usual))
    return " ".join(filter(None, (f"{said}.", _follows(flag, hub, tongue))))


def _follows(flag: Flag, hub: HubReport, tongue: Tongue) -> str:
    if flag.window:
        return tongue.say("It was declared open to all then: {reason}.", reason=clean(flag.window))
    if flag.measure == GROWN and hub.storage is not None and hub.storage.soon_full is not None:
        return tongue.many(
            "At this pace it is full in {number} day.",
            "At this pace it is full in {number} days.",
            int(hub.storage.soon_full),
        )
    if flag.measure == "cpu_hours" and (hours := hub.number("server_hours").value):
        share = tongue.number(flag.value / hours)
        return tongue.say("A server took {number} CPUs on average.", number=share)
    return ""
