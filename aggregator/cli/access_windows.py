"""Open windows declared, ended and listed; in the database, whether or not the service runs."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.access import window_rows
from aggregator.access.hubs import Placed, placed
from aggregator.access.policy import Window, policy_of
from aggregator.access.window_rows import Kept
from aggregator.cli.author import author_of, reason_of
from aggregator.cli.hub_clock import clock, end_by, moment_by
from aggregator.cli.hubs import hub_named, name_of
from aggregator.clusters.values import LONGEST_WINDOW, Config
from aggregator.errors import BadQuery, printable
from aggregator.notify.wording import count_of
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there


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
    window = _window(asked, hub.hub.timezone, utc_now())

    async def keep() -> None:
        async with database_there(config.database) as database, database.writing() as connection:
            await window_rows.add(connection, Kept(hub.where, window, utc_now()))

    asyncio.run(keep())
    for line in _what_follows(name_of(hub), window, hub.hub.timezone):
        print(printable(line))


def end_window(config: Config, name: str, author: str | None) -> None:
    """Ends a window now; raises BadQuery where there is none."""
    now, who = utc_now(), author_of(author)

    async def ended() -> Kept | None:
        async with database_there(config.database) as database, database.writing() as connection:
            there = [each for each in await window_rows.windows(connection) if each.window.id == name]
            return there[0] if await window_rows.end(connection, name, now, who) else None

    kept = asyncio.run(ended())
    if kept is None:
        raise BadQuery(
            f'there is no window "{name}" that is not over; `crosshub access window list` shows them, and those without '
            "an id stand in the configuration and are ended there"
        )
    hub = _name(kept, {hub.where: hub for hub in placed(config)}.get(kept.where))
    if kept.window.since > now:
        print(printable(f"Window {name} of {hub} will not begin."))
    else:
        print(printable(f"Window {name} of {hub} is over. From now on it is checked that the hub was closed."))


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
    for each in sorted(shown, key=lambda kept: kept.window.since):
        for line in _lines(each, hubs.get(each.where), now):
            print(printable(line))


def _declared(config: Config) -> Iterator[Kept]:
    for hub in placed(config):
        for window in policy_of(hub.hub).windows:
            yield Kept(hub.where, window, window.since)


def _window(asked: Asked, zone: ZoneInfo, now: datetime) -> Window:
    since = moment_by("--from", asked.since, zone) if asked.since else now
    until = end_by("--until", asked.until, zone) if asked.until else None
    if until is not None and until <= max(since, now):
        raise BadQuery(f"--until: {clock(until, zone)} is {'over' if until <= now else 'not after --from'}")
    reason, author = reason_of(asked.reason), author_of(asked.author)
    return Window(since, until, asked.people, reason, author, secrets.token_hex(4))


def _what_follows(hub: str, window: Window, zone: ZoneInfo) -> Iterator[str]:
    until = "without an end" if window.until is None else f"until {clock(window.until, zone)}"
    yield f"Window {window.id}: {hub} is open from {clock(window.since, zone)} {until}."
    if window.until is None:
        yield f"It counts for {LONGEST_WINDOW.days} days, and that it has no end is a finding itself."
    elif window.until - window.since > LONGEST_WINDOW:
        yield f"It is longer than {LONGEST_WINDOW.days} days, which is a finding itself."
    if window.most_people is None:
        yield "New accounts are not told of while it lasts, however many come; with --people they would be."
    else:
        yield f"While it lasts, more than {window.most_people} new accounts are told of."
    yield "Afterwards it is checked that the hub was closed."


def _lines(kept: Kept, hub: Placed | None, now: datetime) -> Iterator[str]:
    """Which window of which hub, how it stands, from when until when, and what for."""
    window = kept.window
    zone = hub.hub.timezone if hub else ZoneInfo("UTC")
    ended = f", ended by {kept.ended_by}" if kept.ended_by else ""
    yield f"{window.id or '(file)  '}   {_name(kept, hub)}   {_state(window, now)}{ended}"
    until = "without an end" if window.until is None else f"until {clock(window.until, zone)}"
    people = (
        "" if window.expected_people is None else f", {count_of(window.expected_people, 'person', 'people')} expected"
    )
    yield f"  from {clock(window.since, zone)} {until}{people}"
    yield "  " + ", ".join(filter(None, (window.reason, window.author)))


def _name(kept: Kept, hub: Placed | None) -> str:
    return name_of(hub) if hub else f"{'/'.join(kept.where)} (no such hub)"


def _state(window: Window, now: datetime) -> str:
    if window.until is not None and window.until <= window.since:
        return "never began"
    if window.end <= now:
        return "over"
    return "open" if window.holds(now) else "to come"
