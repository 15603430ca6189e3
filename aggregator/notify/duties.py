"""What notify has to do by the calendar, each slot by one replica: the digest of a morning, and removing what is old."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.access import finding_rows, window_rows
from aggregator.clusters.values import UTC, Config
from aggregator.delivery.receivers import receivers
from aggregator.events import heard_rows
from aggregator.events import rows as event_rows
from aggregator.events.rows import alerts, events
from aggregator.events.values import Change
from aggregator.notify import rows, silence_rows
from aggregator.notify.digest import MONTH, Morning, digest
from aggregator.notify.muting import MutedBy, muted_by
from aggregator.notify.policy import policy_of
from aggregator.notify.silences import quiet_of
from aggregator.outbox import rows as outbox_rows
from aggregator.outbox.notice import written
from aggregator.outbox.rows import enqueue
from aggregator.outbox.values import Message
from aggregator.rules.files import rules_of
from aggregator.rules.own_rules import as_seen
from aggregator.slots import rows as slot_rows
from aggregator.slots.calendars import Cron
from aggregator.slots.catching_up import Schedule
from aggregator.slots.claiming import finish_ours, run_due
from aggregator.slots.intervals import at_intervals
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database

log = logging.getLogger(__name__)

DIGEST = "digest"
PURGE = "notify retention"
DAY = timedelta(days=1)
# What was told of groups that are gone matters to nobody after so long, and never within twice a repeat interval.
TOLD = timedelta(days=30)
BATCH = 1000
KEPT_AS_EVENTS = (event_rows, heard_rows, outbox_rows, silence_rows, window_rows, finding_rows)


@dataclass(frozen=True, slots=True)
class Duties:
    """Everything that doing them takes."""

    config: Config
    database: Database
    holder: Holder
    now: Callable[[], datetime]

    async def do(self) -> None:
        """Does what is due and what nobody else does."""
        await run_due(tuple(schedules(self.config)), self.database, self.now(), self._done, self.holder)

    async def _done(self, claim: Claim) -> None:
        if claim.schedule == DIGEST:
            await self._digest(claim)
        else:
            await purge(self.database, self.config, self.now())

    async def _digest(self, claim: Claim) -> None:
        now = self.now()
        async with self.database.reading() as connection:
            before = await slot_rows.last_done(connection, DIGEST)
            since = now - DAY if before is None else max(before, now - MONTH)
            morning, mute_of = await _morning(connection, self.config, since, now)
        body = written(digest(self.config, morning, mute_of))
        async with self.database.writing() as connection:
            for receiver in self.config.digest.receivers if self.config.digest is not None else ():
                await enqueue(connection, _message(claim.slot, receiver, body))
            await finish_ours(connection, claim)


def schedules(config: Config) -> list[Schedule]:
    """When there is something to do: the digest where one is wanted, in UTC, and each day the removing."""
    daily = at_intervals(PURGE, 86400)
    if config.digest is None:
        return [daily]
    return [Schedule(name=DIGEST, calendar=Cron(config.digest.cron, UTC), catch_up="latest", max_lateness=DAY), daily]


async def purge(database: Database, config: Config, now: datetime, batch: int = BATCH) -> int:
    """How many rows were removed: what is as old as events are kept, and what was told long ago."""
    longest = max((route.repeat_interval for route in config.routes), default=0.0)
    ends = [(rows.purge, now - max(TOLD, timedelta(seconds=2 * longest)))]
    if config.retention.events is not None:
        before = now - timedelta(seconds=config.retention.events)
        ends += [(each.purge, before) for each in KEPT_AS_EVENTS]
    removed = 0
    for remove, before in ends:
        count = batch
        while count >= batch:
            async with database.writing() as connection:
                count = await remove(connection, before, batch)
            removed += count
    return removed


async def _morning(
    connection: AsyncConnection, config: Config, since: datetime, now: datetime
) -> tuple[Morning, MutedBy]:
    kept = await alerts(connection, resolved_since=since)
    found = as_seen(kept, rules_of(config.rules), config, now)
    fired = await events(connection, now - MONTH, now, changes=(Change.FIRING,))
    disabled = await rows.disabled_receivers(connection, receivers(config))
    policy, silences = policy_of(config), await silence_rows.silences(connection, now)
    quiet = (*policy.quiet, *map(quiet_of, silences))
    return Morning(found, fired, disabled, since, now), muted_by(policy.inhibit, quiet, found, now)


def _message(slot: datetime, receiver: str, body: str) -> Message:
    key = hashlib.sha256(f"{DIGEST}\n{receiver}\n{slot.isoformat()}".encode()).hexdigest()
    return Message(key, receiver, f"{receiver} {DIGEST}", "page", body)
