"""How servers started on each of several hubs, and what they took: a row a hub."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from aggregator.reports.layout import Table
from aggregator.reports.numbers_words import number_of
from aggregator.reports.tongue import Tongue, later
from aggregator.reports.values import HubReport

Cell = Callable[[HubReport, Tongue], str]


def _number(measure: str) -> Cell:
    return lambda hub, tongue: number_of(hub.number(measure), tongue)


def _seconds(measure: str) -> Cell:
    def cell(hub: HubReport, tongue: Tongue) -> str:
        value = hub.number(measure).value
        return "–" if value is None else tongue.seconds(value)

    return cell


def _tried(hub: HubReport, tongue: Tongue) -> str:
    started, failed = (hub.number(name).value for name in ("server_starts", "server_start_failures"))
    return "–" if started is None else tongue.number(started + (failed or 0))


STARTS: Mapping[str, Cell] = MappingProxyType(
    {
        later("Tried"): _tried,
        later("Failed"): _number("server_start_failures"),
        later("Half ready in"): _seconds("server_start_seconds_p50"),
        later("19 of 20 in"): _seconds("server_start_seconds_p95"),
    }
)
USE: Mapping[str, Cell] = MappingProxyType(
    {
        later("Hours"): _number("server_hours"),
        later("CPU hours"): _number("cpu_hours"),
        later("GiB hours"): _number("memory_gib_hours"),
        later("GPU hours"): _number("gpu_requested_hours"),
    }
)
NOTHING = ("–", "0")


def servers_of(hubs: Sequence[HubReport], columns: Mapping[str, Cell], tongue: Tongue) -> Table | None:
    """A row for each hub that has something to tell, a column for each number that one of them has; None without any."""
    cells = [(hub.title, [cell(hub, tongue) for cell in columns.values()]) for hub in hubs]
    rows = [(title, some) for title, some in cells if any(each not in NOTHING for each in some)]
    shown = [place for place in range(len(columns)) if any(some[place] not in NOTHING for _, some in rows)]
    heads = [tongue.say(name) for name in columns]
    table = Table(
        (tongue.say("Hub"), *(heads[place] for place in shown)),
        tuple((title, *(some[place] for place in shown)) for title, some in rows),
    )
    return table if rows else None
