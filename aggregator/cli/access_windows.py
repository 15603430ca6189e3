"""Open windows declared, ended and listed; findings accepted. All in the database, whether or not the service runs."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.access import finding_rows, window_rows
from aggregator.access.findings import Acceptance, Finding
from aggregator.access.hubs import Placed, placed
from aggregator.access.kinds import KINDS
from aggregator.access.policy import Window, policy_of
from aggregator.access.window_rows import Kept
from aggregator.cli.author import author_of
from aggregator.cli.hubs import chosen_hubs, name_of
from aggregator.clusters.faults import did_you_mean
from aggregator.clusters.times import moment
from aggregator.clusters.values import LONGEST_WINDOW, Config
from aggregator.errors import BadQuery, printable
from aggregator.notify.wording import count_of
from aggregator.rollups.duties import utc_now
from aggregator.store.migrating import database_there


@dataclass(frozen=True, slots=True)
class Accepting:
    """A finding that somebody wants to live with, as it was asked for."""

    hub: str
    kind: str
    until: str
    reason: str
    author: str | None


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


def accept_finding(config: Config, asked: Accepting) -> None:
    """Notes who lives with a finding; raises NoSuchHub and BadQuery."""
    hub = hub_named(config, asked.hub)
    zone = hub.hub.timezone
    until = _end("--until", asked.until, zone)
    if until <= utc_now():
        raise BadQuery(f"--until: {_clock(until, zone)} is over")
    given = Acceptance(author_of(asked.author), until, _said("--reason", asked.reason))
    finding = _keep_acceptance(config, hub, asked.kind, given)
    print(printable(f"{finding.kind} on {name_of(hub)}: accepted by {given.by} until {_clock(until, zone)}."))
    if finding.closed_at is None:
        print(printable(f"Nobody is told until then: {finding.head}."))
    else:
        print("It is over at the moment; nobody is told if it comes back before then.")


def reopen_finding(config: Config, hub: str, kind: str) -> None:
    """Takes that back; raises NoSuchHub and BadQuery."""
    place = hub_named(config, hub)
    finding = _keep_acceptance(config, place, kind, None)
    if not finding.is_accepted(utc_now()):
        print(printable(f"{kind} on {name_of(place)} was not accepted; nothing has changed."))
    else:
        print(printable(f"{kind} on {name_of(place)} is accepted no longer; it is told of when it is seen next."))


def hub_named(config: Config, name: str) -> Placed:
    """The hub of that name; raises NoSuchHub."""
    return chosen_hubs(placed(config), [name])[0]


def _keep_acceptance(config: Config, hub: Placed, kind: str, given: Acceptance | None) -> Finding:
    if kind not in KINDS:
        raise BadQuery(f'there is no finding "{kind}"{did_you_mean(kind, list(KINDS), everything="there are ")}')

    async def keep() -> Finding | None:
        async with database_there(config.database) as database, database.writing() as connection:
            found = await finding_rows.findings(connection)
            await finding_rows.accept(connection, (*hub.where, kind), given)
            return found.get((*hub.where, kind))

    finding = asyncio.run(keep())
    if finding is None:
        raise BadQuery(
            f"{kind} was never found on {name_of(hub)}; `crosshub access status --hub {name_of(hub)}` shows what was"
        )
    return finding


def _declared(config: Config) -> Iterator[Kept]:
    for hub in placed(config):
        for window in policy_of(hub.hub).windows:
            yield Kept(hub.where, window, window.since)


def _window(asked: Asked, zone: ZoneInfo, now: datetime) -> Window:
    since = _moment("--from", asked.since, zone) if asked.since else now
    until = _end("--until", asked.until, zone) if asked.until else None
    if until is not None and until <= max(since, now):
        raise BadQuery(f"--until: {_clock(until, zone)} is {'over' if until <= now else 'not after --from'}")
    reason, author = _said("--reason", asked.reason), author_of(asked.author)
    return Window(since, until, asked.people, reason, author, secrets.token_hex(4))


def _what_follows(hub: str, window: Window, zone: ZoneInfo) -> Iterator[str]:
    until = "without an end" if window.until is None else f"until {_clock(window.until, zone)}"
    yield f"Window {window.id}: {hub} is open from {_clock(window.since, zone)} {until}."
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
    until = "without an end" if window.until is None else f"until {_clock(window.until, zone)}"
    people = (
        "" if window.expected_people is None else f", {count_of(window.expected_people, 'person', 'people')} expected"
    )
    yield f"  from {_clock(window.since, zone)} {until}{people}"
    yield "  " + ", ".join(filter(None, (window.reason, window.author)))


def _name(kept: Kept, hub: Placed | None) -> str:
    return name_of(hub) if hub else f"{'/'.join(kept.where)} (no such hub)"


def _state(window: Window, now: datetime) -> str:
    if window.until is not None and window.until <= window.since:
        return "never began"
    if window.end <= now:
        return "over"
    return "open" if window.holds(now) else "to come"


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    """By the clock of the hub, by which windows are declared."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _moment(option: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        return moment(text, zone)
    except ValueError:
        raise BadQuery(f'{option}: "{text}" is no moment; write it as 2026-12-01T09:00') from None


def _end(option: str, text: str, zone: ZoneInfo) -> datetime:
    """The moment, or the end of the day where only a day is given."""
    begins = _moment(option, text, zone)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return begins
    try:
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    except OverflowError:
        raise BadQuery(f'{option}: "{text}" is too far away') from None


def _said(option: str, text: str) -> str:
    if not text.strip():
        raise BadQuery(f"{option}: say why; whoever looks at it later reads this")
    return text.strip()
