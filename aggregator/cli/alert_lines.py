"""Alerts as a table in the terminal: how they stand, since when, what, where, and by what they are muted."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aggregator.clusters.conditions import Condition
from aggregator.clusters.values import Config
from aggregator.delivery.receivers import receivers
from aggregator.errors import printable
from aggregator.events.values import Alert, Health, State, worse_first
from aggregator.notify.job import seen_in
from aggregator.notify.matching import fulfils
from aggregator.notify.messages import place
from aggregator.notify.muting import MutedBy, muted_by
from aggregator.notify.policy import policy_of
from aggregator.notify.rows import disabled_receivers
from aggregator.notify.silences import Mute, quiet_of
from aggregator.rules.files import rules_of
from aggregator.rules.own_rules import as_seen
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there

COLUMNS = ("state", "since", "what", "where", "muted by")


@dataclass(frozen=True, slots=True)
class Listed:
    """Alerts, by what each is muted, and when that was."""

    alerts: tuple[Alert, ...]
    mute_of: MutedBy
    at: datetime
    off: tuple[tuple[str, str], ...] = ()
    """Receivers that are switched off, with their error."""


def print_alerts(config: Config, matchers: Sequence[Condition], *, everything: bool) -> None:
    """Prints the alerts that fulfil all matchers, those that fire first."""
    listed = asyncio.run(read_alerts(config))
    for name, error in listed.off:
        print(printable(f"Receiver {name} is switched off: {error}"))
    chosen = [each for each in listed.alerts if everything or each.is_open]
    chosen = [each for each in chosen if fulfils(dict(each.labels), matchers)]
    if not chosen:
        print("No alert." if everything else "No alert is open.")
        return
    console = Console()
    console.print(table_of(config, listed, chosen), soft_wrap=not console.is_terminal)


async def read_alerts(config: Config) -> Listed:
    """The alerts that are pending, open, or ended within a day, as the database has them now."""
    now = utc_now()
    async with database_there(config.database) as database, database.reading() as connection:
        seen = await seen_in(connection, now)
        off = await disabled_receivers(connection, receivers(config))
    policy = policy_of(config)
    mute_of = muted_by(policy.inhibit, (*policy.quiet, *map(quiet_of, seen.silences)), seen.alerts, now)
    alerts = as_seen(seen.alerts, rules_of(config.rules), config, now)
    return Listed(tuple(sorted(alerts, key=_order)), mute_of, now, off)


def table_of(config: Config, listed: Listed, alerts: Iterable[Alert]) -> Table:
    """One line an alert."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for alert in alerts:
        mute = listed.mute_of(alert) if alert.is_open else None
        cells = (
            _state(alert),
            _since(alert),
            alert.name,
            place(config, alert),
            "" if mute is None else muted_by_words(mute),
        )
        # As Text: nothing that comes from a cluster is markup.
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def muted_by_words(mute: Mute) -> str:
    """By what, until when, and why."""
    until = "" if mute.until is None else f" until {local(mute.until)}"
    why = f": {mute.reason}" if mute.reason else ""
    return f"{mute.kind} by {mute.by}{until}{why}"


def local(instant: datetime) -> str:
    """A moment by the clock of whoever reads it."""
    return f"{instant.astimezone():%Y-%m-%d %H:%M %Z}"


def _state(alert: Alert) -> str:
    held = alert.is_open and alert.health is not Health.OK
    return f"{alert.state}, held ({alert.health})" if held else str(alert.state)


def _since(alert: Alert) -> str:
    if alert.state is State.RESOLVED and alert.resolved_at is not None:
        return local(alert.resolved_at)
    return local(alert.active_at)


def _order(alert: Alert) -> tuple[int, int, datetime, object]:
    return (
        (State.FIRING, State.RECOVERING, State.PENDING, State.RESOLVED).index(alert.state),
        worse_first(alert),
        alert.active_at,
        alert.labels,
    )
