"""Silences added, listed and ended in the database."""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aggregator.cli.alert_lines import Listed, local, read_alerts, table_of
from aggregator.cli.author import author_of
from aggregator.cli.matchers import conditions_of
from aggregator.clusters.faults import Unfit
from aggregator.clusters.times import positive_duration
from aggregator.clusters.values import Config
from aggregator.errors import CrosshubError, printable
from aggregator.events.values import Alert
from aggregator.notify import silence_rows
from aggregator.notify.matching import conditions_text, fulfils
from aggregator.notify.silences import Quiet, Silence, quiet_of, quiet_times
from aggregator.notify.wording import count_of
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there

COLUMNS = ("id", "from", "until", "what", "who", "why")


class NoSuchSilence(CrosshubError):
    """There is no silence of that id that is not over."""


def asked_for(matchers: Sequence[str], length: str, reason: str, author: str | None) -> Silence:
    """The silence that was asked for, from now on; raises BadParameter."""
    if not reason.strip():
        raise typer.BadParameter("say why", param_hint="--reason")
    now = utc_now()
    conditions = conditions_of(matchers)
    if fulfils({}, conditions):
        words = "at least one matcher must not match a label that is missing; this would silence everything"
        raise typer.BadParameter(words, param_hint="MATCHER")
    who = author_of(author)
    return Silence(secrets.token_hex(4), conditions, now, now + _length(length), who, reason.strip(), now)


def add_silence(config: Config, new: Silence, *, preview: bool) -> None:
    """Prints which open alerts it matches, and keeps it unless that was all that is wanted."""
    listed = asyncio.run(read_alerts(config))
    _print_preview(config, listed, new)
    if preview:
        print("Nothing is silenced: this was a preview.")
        return

    async def keep() -> None:
        async with database_there(config.database) as database, database.writing() as connection:
            await silence_rows.add(connection, new)

    asyncio.run(keep())
    print(f"Silence {new.id} is kept. End it with: crosshub silence expire {new.id}")


def list_silences(config: Config, *, everything: bool) -> None:
    """Prints the silences, and the times of silence of the configuration."""
    now = utc_now()

    async def read() -> tuple[Silence, ...]:
        async with database_there(config.database) as database, database.reading() as connection:
            return await (
                silence_rows.all_silences(connection) if everything else silence_rows.silences(connection, now)
            )

    kept = [(each.id, each.author, quiet_of(each)) for each in asyncio.run(read())]
    declared = [
        (each.mute.kind, each.mute.by, each)
        for each in quiet_times(config)
        if everything or each.mute.until is None or each.mute.until > now
    ]
    if not kept and not declared:
        print("Nothing is silenced.")
        return
    console = Console()
    console.print(_table([*kept, *declared], now), soft_wrap=not console.is_terminal)


def expire_silence(config: Config, name: str) -> None:
    """Ends a silence; raises NoSuchSilence."""

    async def expired() -> bool:
        async with database_there(config.database) as database, database.writing() as connection:
            return await silence_rows.expire(connection, name, utc_now())

    if not asyncio.run(expired()):
        raise NoSuchSilence(f"there is no silence {name!r} that is not over; `crosshub silence list` shows them")
    print(f"Silence {printable(name)} is over.")


def _length(text: str) -> timedelta:
    try:
        return timedelta(seconds=positive_duration(text))
    except Unfit as unfit:
        raise typer.BadParameter(f"{text!r} {unfit}", param_hint="--for") from None
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no length of time such as 2h or 30m", param_hint="--for") from None


def _print_preview(config: Config, listed: Listed, new: Silence) -> None:
    matched: list[Alert] = [each for each in listed.alerts if each.is_open and fulfils(dict(each.labels), new.matchers)]
    print(
        f"{printable(conditions_text(new.matchers))} until {local(new.ends_at)}: {count_of(len(matched), 'open alert')}"
    )
    if matched:
        console = Console()
        console.print(table_of(config, listed, matched), soft_wrap=not console.is_terminal)


def _table(entries: Iterable[tuple[str, str, Quiet]], now: datetime) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for name, who, quiet in entries:
        since = "" if quiet.since is None else local(quiet.since)
        until = "" if quiet.mute.until is None else local(quiet.mute.until)
        over = quiet.mute.until is not None and quiet.mute.until <= now
        cells = (
            name,
            since,
            f"{until} (over)" if over else until,
            conditions_text(quiet.matchers),
            who,
            quiet.mute.reason,
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table
