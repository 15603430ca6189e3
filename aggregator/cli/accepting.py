"""Findings that somebody lives with for a while; in the database, whether or not the service runs."""

import asyncio
from dataclasses import dataclass

from aggregator.access import finding_rows
from aggregator.access.findings import Acceptance, Finding
from aggregator.access.hubs import Placed
from aggregator.access.kinds import KINDS
from aggregator.cli.author import author_of, reason_of
from aggregator.cli.hub_clock import clock, end_by
from aggregator.cli.hubs import hub_named, name_of
from aggregator.clusters.faults import did_you_mean
from aggregator.clusters.values import Config
from aggregator.errors import BadQuery, printable
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there


@dataclass(frozen=True, slots=True)
class Accepting:
    """A finding that somebody wants to live with, as it was asked for."""

    hub: str
    kind: str
    until: str
    reason: str
    author: str | None


def accept_finding(config: Config, asked: Accepting) -> None:
    """Notes who lives with a finding; raises NoSuchHub and BadQuery."""
    hub = hub_named(config, asked.hub)
    zone = hub.hub.timezone
    until = end_by("--until", asked.until, zone)
    if until <= utc_now():
        raise BadQuery(f"--until: {clock(until, zone)} is over")
    given = Acceptance(author_of(asked.author), until, reason_of(asked.reason))
    finding = _keep_acceptance(config, hub, asked.kind, given)
    print(printable(f"{finding.kind} on {name_of(hub)}: accepted by {given.by} until {clock(until, zone)}."))
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
