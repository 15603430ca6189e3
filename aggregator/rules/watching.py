"""Hubs and clusters watched: each minute everything is looked at, judged, and kept together with what follows."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Config
from aggregator.events import rows as alert_rows
from aggregator.events.going_on import NOTHING, Went, gone_on
from aggregator.events.values import Source
from aggregator.federation.question import Fleet
from aggregator.rollups.downtime_rows import LOOKS
from aggregator.rules import incident_rows, probe_rows
from aggregator.rules.gathering import Seen, evidence, remembered
from aggregator.rules.incidents import AGAIN, down, incidents_now
from aggregator.rules.outages import judged
from aggregator.rules.probes import PATIENT, Pace, looked_at
from aggregator.rules.scrapes import told_by_all
from aggregator.rules.unwatched import called
from aggregator.rules.watchdog_rows import watchdogs
from aggregator.rules.watchdogs import followed
from aggregator.slots.claiming import finish_ours, run_due
from aggregator.slots.intervals import at_intervals
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database

log = logging.getLogger(__name__)

OUTAGES: tuple[Source] = ("outage",)


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything that watching takes; `now` is a clock, `http` asks the hubs."""

    config: Config
    fleet: Fleet
    database: Database
    http: httpx.AsyncClient
    now: Callable[[], datetime]
    holder: Holder
    pace: Pace = PATIENT

    async def do(self) -> None:
        """Looks, where it is time to and nobody else does."""
        schedule = at_intervals(LOOKS, self.config.every.health)
        await run_due([schedule], self.database, self.now(), self._looked, self.holder)

    async def _looked(self, claim: Claim) -> None:
        seen = await self.look()
        async with self.database.writing() as connection:
            went = await kept(connection, self.config, seen)
            await finish_ours(connection, claim)
        for event in went.events:
            # As a mapping, so that names from outside cannot begin a line of their own.
            log.info("%s: %s", event.change, dict(event.labels))

    async def look(self) -> Seen:
        """What is seen now, of every hub from outside and by every cluster. Nothing is kept."""
        # Of two looks the one that began later knows more, however long either takes.
        began = self.now()
        named = [(cluster.name, hub) for cluster in self.config.clusters for hub in cluster.hubs]
        outside, told = await asyncio.gather(
            looked_at(self.http, [hub for _, hub in named], self.pace),
            told_by_all(self.fleet, [cluster.name for cluster in self.config.clusters]),
        )
        hubs = {(cluster, hub.namespace): looks for (cluster, hub), looks in zip(named, outside, strict=True)}
        return Seen(began, hubs, told)


async def kept(connection: AsyncConnection, config: Config, seen: Seen) -> Went:
    """What follows from a look, kept: what was seen, alerts and what happened to them, incidents.

    Nothing does where somebody has kept a later look.
    """
    if not await probe_rows.turn(connection, LOOKS, seen.at):
        return NOTHING
    before = await alert_rows.alerts(connection, sources=OUTAGES)
    incidents = await incident_rows.open_or_ended_since(connection, seen.at - AGAIN)
    probes = await probe_rows.probes(connection)
    known, gone = remembered(config, probes, seen)
    dogs, heard = followed(await watchdogs(connection), probes, seen.at)
    known |= heard
    told = evidence(config, known, seen, down(incidents), dogs)
    judgement = judged(told, before)
    went = gone_on(before, judgement, seen.at, "outage", called)
    await probe_rows.keep(connection, [each for key, each in known.items() if each != probes.get(key)])
    await probe_rows.forget(connection, gone)
    await alert_rows.save(connection, went.alerts, went.events)
    await alert_rows.drop(connection, went.dropped)
    await incident_rows.keep(connection, incidents_now(incidents, told, judgement, went.alerts))
    return went
