"""Reports that were made, are due or were missed, shown in the terminal; and pauses."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.cli.alert_lines import local
from aggregator.cli.previewing import own_link, write_file
from aggregator.clusters.times import moment
from aggregator.clusters.values import UTC, Config
from aggregator.delivery.wording import plain
from aggregator.errors import BadQuery, NotFound, printable
from aggregator.outbox import address_rows
from aggregator.reports import subscription_rows
from aggregator.reports.archive_rows import Archived, Head, Sending, archived, heads, sendings
from aggregator.reports.missed_rows import Missed, every_missed
from aggregator.reports.planned import OPERATORS, Planned, planned
from aggregator.reports.recipients import WHOLE
from aggregator.slots import rows as slot_rows
from aggregator.slots.calendars import next_slot
from aggregator.slots.catching_up import Kept
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""Until somebody resumes it."""


def list_reports(config: Config, community: str | None, most: int) -> None:
    """Prints when each report is due, and the latest that were made."""

    async def read() -> tuple[dict[str, Kept], tuple[Head, ...], dict[str, tuple[Sending, ...]]]:
        async with database_there(config.database) as database, database.reading() as connection:
            kept = await slot_rows.standing(connection, [each.schedule.name for each in planned(config)])
            found = await heads(connection, most, community)
            return kept, found, await sendings(connection, [each.id for each in found])

    kept, found, told = asyncio.run(read())
    if community is not None and not found:
        _meet(config, community)
    plans = [each for each in planned(config) if community in (None, each.community)]
    if plans:
        _print(("due", "which", "for"), [_due(each, kept.get(each.schedule.name)) for each in plans])
    if found:
        print()
        made = [(each.id, local(each.made_at), on_a_line(each.subject), _counted(told[each.id])) for each in found]
        _print(("id", "made", "what", "sent to"), made)
    if not plans and not found:
        print("No report is due, and none was made.")


def list_missed(config: Config) -> None:
    """Prints the reports that were not made, as far back as runs are kept."""

    async def read() -> tuple[Missed, ...]:
        async with database_there(config.database) as database, database.reading() as connection:
            return await every_missed(connection)

    found = asyncio.run(read())
    if not found:
        print("None was missed.")
        return
    _print(("due", "which", "why"), [(local(each.slot), _schedule(each.schedule), each.why) for each in found])


def show_report(config: Config, name: str, html: Path | None) -> None:
    """Prints a report as it was sent, and who got it; raises NotFound."""

    async def read() -> tuple[Archived | None, tuple[Sending, ...]]:
        async with database_there(config.database) as database, database.reading() as connection:
            return await archived(connection, name), (await sendings(connection, [name]))[name]

    found, told = asyncio.run(read())
    if found is None:
        raise NotFound(f"there is no report {name!r}; `crosshub report list` shows them")
    if html is not None:
        write_file(html, found.letter.html.replace(found.letter.link_place, own_link(config)).encode())
        return
    print(f"Subject: {on_a_line(found.letter.subject)}\n")
    sys.stdout.write(found.letter.text.replace(found.letter.link_place, own_link(config)))
    print()
    for each in told:
        print(printable(f"{each.address}: {_outcome(each)}"))


def pause_reports(config: Config, community: str, to: str | None, until: str | None) -> None:
    """Pauses the reports of a community, or those to one address, until then or until they are resumed."""
    _meet(config, community)
    end = FAR if until is None else _moment(until)

    async def pause() -> bool:
        async with database_there(config.database) as database, database.writing() as connection:
            of = await _subscription(connection, config, community, to)
            await subscription_rows.pause(connection, of, end)
            after = await subscription_rows.by_id(connection, of)
            return after is not None and after.stopped_at is not None

    if asyncio.run(pause()):
        print(f"{printable(f'{to}')} has stopped them; that stays so. crosshub report resume ends it.")
        return
    print(f"Paused{'' if until is None else f' until {local(end)}'}. crosshub report resume ends it.")


def resume_reports(config: Config, community: str, to: str | None) -> None:
    """Lets the reports of a community come again, or those to one address, whatever stopped them."""
    _meet(config, community)

    async def resume() -> None:
        async with database_there(config.database) as database, database.writing() as connection:
            of = await _subscription(connection, config, community, to)
            await subscription_rows.resume(connection, of)
            if to is not None:
                await address_rows.reached(connection, to)

    asyncio.run(resume())
    print("They come again.")


def on_a_line(subject: str) -> str:
    """A subject as terminals show it: each of its spaces is a plain one."""
    return printable(plain(subject))


def _meet(config: Config, community: str) -> None:
    names = [each.name for each in config.communities]
    if community not in (OPERATORS, *names):
        raise BadQuery(f"there is no community {community!r}; the configuration has: {', '.join(names) or 'none'}")


async def _subscription(connection: AsyncConnection, config: Config, community: str, to: str | None) -> str:
    """The id of that of an address, or of the community as a whole; raises BadQuery where nobody there is called so."""
    address = to or WHOLE
    known = set(await subscription_rows.known(connection, community)) - {WHOLE}
    named = {each for plan in planned(config) if plan.community == community for each in plan.recipients}
    if to is not None and to not in known | named:
        whose = f"of {community}" if community else "about all hubs"
        who = ", ".join(sorted(known | named)) or "nobody"
        raise BadQuery(f"--to: {to!r} gets no reports {whose}; those who do: {who}")
    return (await subscription_rows.subscriptions(connection, community, (address,)))[address].id


def _moment(text: str) -> datetime:
    try:
        return moment(text, UTC)
    except ValueError:
        raise BadQuery(f"--until: {text!r} is no moment such as 2027-01-15 or 2027-01-15T08:00") from None


def _due(plan: Planned, kept: Kept | None) -> tuple[str, str, str]:
    due = next_slot(plan.schedule.calendar, utc_now()) if kept is None else kept.next_slot
    count = len(plan.recipients)
    whom = f"{count} recipient{'' if count == 1 else 's'}" + (", draft" if plan.draft else "")
    return "never" if due is None else local(due), _schedule(plan.schedule.name), whom


def _schedule(name: str) -> str:
    """`report/lisbon/weekly` as people say it."""
    _, community, *kind = name.split("/")
    return f"{community or 'all hubs'}, {' '.join(kind)}"


def _counted(told: Sequence[Sending]) -> str:
    sent = sum(any(state == "sent" for state, _ in each.states) for each in told)
    return f"{sent} of {len(told)}"


def _outcome(each: Sending) -> str:
    if not each.states:
        return f"not sent: {each.left_out}" if each.left_out else "it is no longer known"
    return "; ".join(f"{state}{f' ({error})' if error else ''}" for state, error in each.states)


def _print(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for column in head:
        table.add_column(column, overflow="fold")
    for row in rows:
        # As Text: nothing that comes from outside is markup.
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console()
    console.print(table, soft_wrap=not console.is_terminal)
