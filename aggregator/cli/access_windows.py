"""Open windows declared, ended and listed; findings accepted. All in the database, whether or not the service runs."""

import asyncio
import getpass
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aggregator.access import finding_rows, window_rows
from aggregator.access.findings import Acceptance, Finding
from aggregator.access.hubs import Placed, placed
from aggregator.access.kinds import KINDS
from aggregator.access.policy import Window
from aggregator.access.window_rows import Kept
from aggregator.cli.alert_lines import local
from aggregator.cli.hubs import chosen_hubs, name_of
from aggregator.clusters.faults import did_you_mean
from aggregator.clusters.times import moment
from aggregator.clusters.values import LONGEST_WINDOW, Config
from aggregator.errors import BadQuery, printable
from aggregator.rollups.duties import utc_now
from aggregator.store.migrating import database_there

COLUMNS = ("id", "hub", "from", "until", "people", "why", "who")


@dataclass(frozen=True, slots=True)
class Asked:
    """A window as it was asked for."""

    hub: str
    since: str | None
    until: str | None
    people: int | None
    reason: str
    author: str | None


def add_window(config: Config, asked: Asked) -> None:
    """Keeps a window and says what follows from it; raises NoSuchHub and BadQuery."""
    hub = hub_named(config, asked.hub)
    now = utc_now()
    since = _moment("--from", asked.since, hub.hub.timezone) if asked.since else now
    until = _moment("--until", asked.until, hub.hub.timezone) if asked.until else None
    if until is not None and until <= max(since, now):
        raise BadQuery(f"--until {local(until)} is {'over' if until <= now else 'not after --from'}")
    window = Window(
        since,
        until,
        asked.people,
        _said("--reason", asked.reason),
        asked.author or getpass.getuser(),
        secrets.token_hex(4),
    )

    async def keep() -> None:
        async with database_there(config.database) as database, database.writing() as connection:
            await window_rows.add(connection, Kept(hub.where, window, now))

    asyncio.run(keep())
    end = (
        f"until {local(until)}"
        if until
        else f"without an end; it counts for {LONGEST_WINDOW.days} days and is a finding itself"
    )
    print(printable(f"Window {window.id}: {name_of(hub)} is open from {local(since)} {end}."))
    most = (
        f"more than {window.most_people} new accounts"
        if window.most_people is not None
        else "nothing about new accounts"
    )
    print(f"While it lasts {most} is told; afterwards it is checked that the hub was closed.")


def end_window(config: Config, name: str, author: str | None) -> None:
    """Ends a window now; raises BadQuery where there is none."""

    async def ended() -> bool:
        async with database_there(config.database) as database, database.writing() as connection:
            return await window_rows.end(connection, name, utc_now(), author or getpass.getuser())

    if not asyncio.run(ended()):
        raise BadQuery(
            f"there is no window {name!r} that is not over; `crosshub access window list` shows them, and those without "
            "an id stand in the configuration and are ended there"
        )
    print(printable(f"Window {name} is over. From now on it is checked that the hub was closed."))


def list_windows(config: Config, *, everything: bool) -> None:
    """Prints the windows of the configuration and of the command that are not over, or all."""
    now = utc_now()

    async def read() -> tuple[Kept, ...]:
        async with database_there(config.database) as database, database.reading() as connection:
            return await window_rows.windows(connection)

    hubs = {hub.where: hub for hub in placed(config)}
    shown = [each for each in (*_declared(config), *asyncio.run(read())) if everything or each.window.end > now]
    if not shown:
        print("No window is declared." if everything else "No window is open or to come.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for each in sorted(shown, key=lambda kept: kept.window.since):
        name = name_of(hubs[each.where]) if each.where in hubs else f"{'/'.join(each.where)} (no such hub)"
        table.add_row(*(Text(printable(cell)) for cell in _cells(each, name, now)))
    console = Console()
    console.print(table, soft_wrap=not console.is_terminal)


def accept_finding(config: Config, hub: str, kind: str, given: Acceptance) -> None:
    """Notes who lives with a finding; raises NoSuchHub and BadQuery."""
    place = hub_named(config, hub)
    finding = _keep_acceptance(config, place, kind, given)
    print(
        printable(
            f"{finding.head}: accepted by {given.by} until {local(given.until)}. Nobody is told of it until then."
        )
    )


def reopen_finding(config: Config, hub: str, kind: str) -> None:
    """Takes that back; raises NoSuchHub and BadQuery."""
    place = hub_named(config, hub)
    finding = _keep_acceptance(config, place, kind, None)
    print(printable(f"{finding.head}: nobody lives with it any more; it is told of when it is seen next."))


def acceptance(until: str, reason: str, author: str | None) -> Acceptance:
    """What was given on the command line; a day ends with it. Raises BadQuery."""
    now = utc_now()
    end = _moment("--until", until, None)
    if len(until) == len("2027-01-15"):
        end = datetime.combine(date.fromisoformat(until) + timedelta(days=1), time(), UTC)
    if end <= now:
        raise BadQuery(f"--until {until} is over")
    return Acceptance(author or getpass.getuser(), end, _said("--reason", reason))


def hub_named(config: Config, name: str) -> Placed:
    """The hub of that name; raises NoSuchHub."""
    return chosen_hubs(placed(config), [name])[0]


def _keep_acceptance(config: Config, hub: Placed, kind: str, given: Acceptance | None) -> Finding:
    if kind not in KINDS:
        raise BadQuery(
            f'there is no kind of finding "{kind}"{did_you_mean(kind, list(KINDS), everything="there are ")}'
        )

    async def keep() -> Finding | None:
        async with database_there(config.database) as database, database.writing() as connection:
            found = await finding_rows.findings(connection)
            await finding_rows.accept(connection, (*hub.where, kind), given)
            return found.get((*hub.where, kind))

    finding = asyncio.run(keep())
    if finding is None:
        raise BadQuery(f"{kind} was never found of {name_of(hub)}; `crosshub access status` shows what was")
    return finding


def _declared(config: Config) -> Iterator[Kept]:
    for hub in placed(config):
        for window in hub.hub.access.open_windows if hub.hub.access else ():
            found = Window(window.since, window.until, window.expected_people, window.reason, window.contact or "")
            yield Kept(hub.where, found, window.since)


def _cells(kept: Kept, name: str, now: datetime) -> tuple[str, ...]:
    window = kept.window
    until = "none" if window.until is None else local(window.until)
    over = " (over)" if window.end <= now else ""
    people = "" if window.expected_people is None else f"{window.expected_people}"
    ended = f"; ended by {kept.ended_by}" if kept.ended_by else ""
    return (
        window.id or "(file)",
        name,
        local(window.since),
        f"{until}{over}",
        people,
        window.reason,
        f"{window.author}{ended}",
    )


def _moment(option: str, text: str | None, zone: ZoneInfo | None) -> datetime:
    try:
        return moment(text or "", zone or ZoneInfo("UTC"))
    except ValueError:
        raise BadQuery(f'{option}: "{text}" is no moment; write it as 2026-12-01T09:00') from None


def _said(option: str, text: str) -> str:
    if not text.strip():
        raise BadQuery(f"{option}: say why; whoever looks at it later reads this")
    return text.strip()
