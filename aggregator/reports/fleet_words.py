"""Many hubs at a glance: a table with a row each, those that grow and shrink, those that need a look."""

from collections.abc import Iterator, Sequence

from aggregator.reports.comparing import difference
from aggregator.reports.comparing_words import signed
from aggregator.reports.layout import Table
from aggregator.reports.numbers_words import number_of
from aggregator.reports.storage import FARTHEST
from aggregator.reports.storage_words import full_in
from aggregator.reports.tongue import Tongue
from aggregator.reports.troubles import down_minutes, is_failing
from aggregator.reports.values import Audience, Compared, HubReport, Report, Storage

MOST_ROWS = {Audience.OPERATORS: 40, Audience.COMMUNITY: 20}
"""Of each table, so that a mail is never so long that it is cut off; communities get more tables."""

MOST_NAMED = 5

# Who grows or shrinks does so by so many people, and by such a part.
FEWEST, FIFTH = 5, 0.2


def in_order(report: Report) -> Sequence[HubReport]:
    """The hubs of the tables: the one in the worst state first, then the largest; at most so many."""
    return sorted(report.hubs, key=lambda hub: (-_gravity(hub), -_people(hub), hub.title))[: MOST_ROWS[report.audience]]


def table_of(report: Report, tongue: Tongue) -> Table:
    """A row a hub. Those who run many see at once what fails and what it takes; communities have tables about that."""
    head = [tongue.say("Hub"), tongue.say("People"), tongue.say("Change"), tongue.say("Worked")]
    if report.audience is Audience.OPERATORS:
        head += [tongue.say("Starts failed"), tongue.say("CPU hours")]
        return Table(tuple(head), tuple((*_row(hub, tongue), *_cost(hub, tongue)) for hub in in_order(report)))
    down = [(*_row(hub, tongue), _down(hub, tongue)) for hub in in_order(report)]
    return Table((*head, tongue.say("Down")), tuple(down))


def left_out(report: Report, tongue: Tongue) -> Iterator[str]:
    """How many hubs are not in the table."""
    left = len(report.hubs) - MOST_ROWS[report.audience]
    if left > 0:
        yield tongue.many(
            "{number} more hub, smaller and without trouble, is not in the tables.",
            "{number} more hubs, smaller or without trouble, are not in the tables.",
            left,
        )


def homes_of(report: Report, tongue: Tongue) -> Table | None:
    """How full homes are, a row a hub, what is full soonest first; None where nobody tells."""
    known = [(hub, hub.storage) for hub in report.hubs if hub.storage is not None]
    head = (tongue.say("Hub"), tongue.say("Homes"), tongue.say("Change"), tongue.say("Free"), tongue.say("Full in"))
    rows = [
        (
            hub.title,
            tongue.size(homes.used),
            "–" if homes.grown is None else tongue.more_size(homes.grown),
            "–" if homes.free is None else tongue.size(homes.free),
            "–" if homes.days_to_full is None else full_in(homes.days_to_full, tongue),
        )
        for hub, homes in sorted(known, key=lambda pair: _soon(pair[1]))
    ]
    return Table(head, tuple(rows[: MOST_ROWS[report.audience]])) if rows else None


def _soon(homes: Storage) -> float:
    return FARTHEST if homes.days_to_full is None else homes.days_to_full


def moving(report: Report, tongue: Tongue) -> Iterator[str]:
    """Which hubs nobody used and, for those who run them, which have clearly more or fewer people than usual."""
    look = report.audience is Audience.OPERATORS
    moved = sorted((hub for hub in report.hubs if look and _moves(hub)), key=_by)
    grown, shrunk = [hub for hub in reversed(moved) if _by(hub) > 0], [hub for hub in moved if _by(hub) < 0]
    if grown:
        yield tongue.say("More people than usual: {hubs}.", hubs=_named(grown, tongue))
    if shrunk:
        yield tongue.say("Fewer people than usual: {hubs}.", hubs=_named(shrunk, tongue))
    idle = [hub for hub in report.hubs if hub.idle_for]
    if idle and len(idle) < len(report.hubs):
        names = tongue.listed(_first([hub.title for hub in idle], tongue))
        yield tongue.say("Nobody used: {hubs}.", hubs=names)


def _row(hub: HubReport, tongue: Tongue) -> tuple[str, ...]:
    people = hub.number("sessions" if hub.ephemeral else "people")
    up = hub.reliability.up
    return (
        hub.title,
        tongue.many("{number} session", "{number} sessions", people.value)
        if hub.ephemeral and people.value is not None
        else number_of(people, tongue),
        signed(people, tongue),
        "–" if up is None else tongue.share(up if down_minutes(hub) else 1.0),
    )


def _cost(hub: HubReport, tongue: Tongue) -> tuple[str, ...]:
    return tuple(number_of(hub.number(name), tongue) for name in ("server_start_failures", "cpu_hours"))


def _down(hub: HubReport, tongue: Tongue) -> str:
    return "–" if hub.reliability.down_minutes is None else f"{tongue.number(down_minutes(hub))}\u00a0min"


def _gravity(hub: HubReport) -> float:
    """The worse, the more: findings, unseen, down, failing, flagged."""
    return (
        1e6 * any(each.is_open for each in hub.access.findings)
        + 1e5 * (not hub.share)
        + 10 * down_minutes(hub)
        + 500 * is_failing(hub)
        + 100 * any(each.is_open for each in hub.alerts)
        + 10 * bool(hub.flags)
    )


def _people(hub: HubReport) -> float:
    return hub.number("people").value or 0


def _usual(hub: HubReport) -> Compared:
    people = hub.number("people")
    return Compared(people.value, people.usual, partial=people.partial)


def _by(hub: HubReport) -> float:
    return difference(_usual(hub)) or 0


def _moves(hub: HubReport) -> bool:
    return abs(_by(hub)) >= max(FEWEST, FIFTH * (_usual(hub).before or 0))


def _named(hubs: Sequence[HubReport], tongue: Tongue) -> str:
    said = [f"{hub.title} ({_from_to(hub, tongue)})" for hub in hubs]
    return tongue.listed(_first(said, tongue))


def _from_to(hub: HubReport, tongue: Tongue) -> str:
    people = hub.number("people")
    return tongue.say(
        "{people}, usually {usual}", people=number_of(people, tongue), usual=tongue.number(people.usual or 0)
    )


def _first(said: list[str], tongue: Tongue) -> list[str]:
    left = len(said) - MOST_NAMED
    return said if left <= 0 else [*said[:MOST_NAMED], tongue.many("{number} more", "{number} more", left)]
