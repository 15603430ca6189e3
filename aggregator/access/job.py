"""Hubs looked at for who gets in: everything is seen, judged, and kept together with what follows."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.access import finding_rows, sight_rows
from aggregator.access.detect import DETECTORS, outcomes
from aggregator.access.evidence import Effect, Sighting, Unseen, Where
from aggregator.access.findings import Outcomes, findings_now, left_behind
from aggregator.access.found import Found
from aggregator.access.judging import Looked, called, judged
from aggregator.access.looking import Hubs, Remembered, looked_at
from aggregator.access.remembering import sight_of, was_measured
from aggregator.access.window_rows import windows_by_hub
from aggregator.clusters.values import Config
from aggregator.events import rows as alert_rows
from aggregator.events.going_on import NOTHING, Went, gone_on
from aggregator.events.values import Source
from aggregator.federation.question import Fleet
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.sealed_names import sealed
from aggregator.slots.claiming import finish_ours, run_due
from aggregator.slots.intervals import at_intervals, begun
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database

log = logging.getLogger(__name__)

LOOKS = "access"
OURS: tuple[Source, ...] = ("access",)
OF_RULES: tuple[Source, ...] = ("rule",)
EFFECTS = frozenset({"SustainedMaxCPU", "ServersNeverStop", "CryptominerKilled", "NodeCountSpike", "ComputeCostSpike"})
"""The rules of `alerts/abuse.yaml` and `alerts/machines.yaml` that say what people do."""
FORGOTTEN = timedelta(days=30)
"""A hub that was not looked at for so long is a new one."""


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that looking takes; `http` asks the hubs, `now` is a clock."""

    config: Config
    fleet: Fleet
    database: Database
    http: httpx.AsyncClient
    key: PeopleKey
    now: Callable[[], datetime]
    holder: Holder

    async def do(self) -> None:
        """Looks, where it is time to and nobody else does."""
        schedule = at_intervals(LOOKS, self.config.every.access)
        await begun(self.database, [schedule], self.now())
        await run_due([schedule], self.database, self.now(), self._looked, self.holder)

    async def _looked(self, claim: Claim) -> None:
        looked = await self.look()
        async with self.database.writing() as connection:
            went = await kept(connection, looked, self.config.every.access)
            await finish_ours(connection, claim)
        for event in went.events:
            # As a mapping, so that names from outside cannot begin a line of their own.
            log.info("%s: %s", event.change, dict(event.labels))

    async def look(self) -> "Look":
        """What is seen now of every hub, and what the detectors make of it. Nothing is kept."""
        began = self.now()
        async with self.database.reading() as connection:
            remembered = await _remembered(connection, began)
        hubs = Hubs(self.config, self.fleet, self.http, self.key.hash_of)
        seen = await looked_at(hubs, remembered)
        # Detectors are pure and quick, but hubs are many, and others wait for the loop.
        return Look(began, await asyncio.to_thread(self._judged, seen))

    def _judged(self, seen: Sequence[Sighting]) -> tuple[Looked, ...]:
        return tuple(self._one(each) for each in seen)

    def _one(self, seen: Sighting) -> Looked:
        found = self._outcomes(seen)
        names = {kind: sealed(self.key, each.names) for kind, each in found.items() if isinstance(each, Found)}
        return Looked(seen, found, names)

    def _outcomes(self, seen: Sighting) -> Outcomes:
        """A hub that makes a detector fail keeps no other from being looked at."""
        try:
            return outcomes(seen)
        except Exception:
            log.exception("what was seen of %r cannot be judged", seen.where)
            return dict.fromkeys(DETECTORS, Unseen("a fault of Crosshub; its log says more"))


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all hubs."""

    at: datetime
    hubs: tuple[Looked, ...]


async def kept(connection: AsyncConnection, look: Look, every: float) -> Went:
    """What follows from a look, kept: findings, alerts and what happened to them, and what is remembered of each hub.

    Nothing does where somebody has kept a later look.
    """
    apart = timedelta(seconds=every)
    if not await sight_rows.turn(connection, LOOKS, look.at):
        return NOTHING
    before = await finding_rows.findings(connection)
    changed = [each for one in look.hubs for each in findings_now(before, one.seen, one.outcomes)]
    changed += left_behind(before.values(), frozenset(one.seen.where for one in look.hubs), look.at, apart)
    alerts = await alert_rows.alerts(connection, sources=OURS)
    findings = {**before, **{each.key: each for each in changed}}
    judgement = judged(look.hubs, findings, alerts, look.at, apart)
    went = gone_on(alerts, judgement, look.at, "access", called)
    await finding_rows.keep(connection, changed)
    await sight_rows.keep(connection, [sight_of(one.seen) for one in look.hubs])
    await sight_rows.forget(connection, look.at - FORGOTTEN)
    await alert_rows.save(connection, went.alerts, went.events)
    await alert_rows.drop(connection, went.dropped)
    return went


async def _remembered(connection: AsyncConnection, at: datetime) -> Remembered:
    sights = await sight_rows.sights(connection)
    return Remembered(
        at,
        {where: sight.known for where, sight in sights.items()},
        await windows_by_hub(connection),
        await _effects(connection),
        frozenset(where for where, sight in sights.items() if was_measured(sight)),
    )


async def _effects(connection: AsyncConnection) -> Mapping[Where, tuple[Effect, ...]]:
    """What the rules say of hubs and, with no namespace, of whole clusters."""
    found: dict[Where, tuple[Effect, ...]] = {}
    for alert in await alert_rows.alerts(connection, sources=OF_RULES):
        if alert.is_open and alert.name in EFFECTS:
            where = alert.label("cluster"), alert.label("namespace")
            words = dict(alert.annotations).get("summary", alert.name)
            found[where] = (*found.get(where, ()), Effect(alert.name, words, bool(where[1])))
    return found
