"""Somebody is told: alerts are read, it is decided, and messages, groups and the log are written together."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Config
from aggregator.errors import CrosshubError
from aggregator.events.rows import alerts, alerts_with
from aggregator.events.values import Alert
from aggregator.notify import rows
from aggregator.notify.deciding import Begin, End, Flush, Group, Seen, Sooner, Step, Telling, decide
from aggregator.notify.messages import notice_of
from aggregator.notify.policy import Policy, policy_of
from aggregator.notify.silence_rows import silences
from aggregator.outbox.notice import written
from aggregator.outbox.rows import enqueue
from aggregator.outbox.values import Message
from aggregator.store.database import Database

log = logging.getLogger(__name__)

# Who was told that an alert fires is told of its end however long ago that was; others need no more than the last flush.
RESOLVED = timedelta(days=1)
# Groups a transaction: each is written whole or not at all, and nobody else who writes waits long.
BATCH = 50


class NotAllTold(CrosshubError):
    """Some groups could not be told; the others were."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, and when."""

    now: datetime
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Notifying:
    """Everything that telling people takes. Any number of replicas may do so at once: each flush is done by one."""

    config: Config
    database: Database
    now: Callable[[], datetime]
    policy: Policy = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "policy", policy_of(self.config))

    async def tick(self) -> int:
        """How many messages are to go out that were not before."""
        return await self.do(await self.decided())

    async def decided(self) -> Decided:
        """What is to be done now, by everything as it was at one moment."""
        now = self.now()
        async with self.database.reading() as connection:
            seen = await seen_in(connection, now)
        return Decided(now, decide(self.policy, seen, now))

    async def do(self, decided: Decided) -> int:
        """Writes what was decided, as far as nobody else was quicker; how many messages that adds.

        Raises NotAllTold in the end where some of it cannot be written.
        """
        said = 0
        failed: list[Exception] = []
        for start in range(0, len(decided.steps), BATCH):
            said += await self._together(decided.steps[start : start + BATCH], decided.now, failed)
        if failed:
            raise NotAllTold(f"of {len(decided.steps)} groups {len(failed)} cannot be told") from failed[0]
        return said

    async def _together(self, steps: Sequence[Step], now: datetime, failed: list[Exception]) -> int:
        """Does steps in one transaction; where that fails, each in its own, so that one keeps no other from being told."""
        try:
            async with self.database.writing() as connection:
                # All replicas go by the order of keys, so that none waits for one that waits for it.
                return sum([await self._do(connection, step, now) for step in steps])
        except (OperationalError, InterfaceError, OSError):
            # It is the database that fails, not a step.
            raise
        except Exception as error:
            if len(steps) == 1:
                log.exception("group %r cannot be told", steps[0].group.key)
                failed.append(error)
                return 0
        return sum([await self._together((step,), now, failed) for step in steps])

    async def _do(self, connection: AsyncConnection, step: Step, now: datetime) -> int:
        match step:
            case Begin(group):
                await rows.begin(connection, group)
            case Sooner(group, due_at):
                await rows.make_due(connection, group, due_at)
            case End(group):
                await rows.end(connection, group)
            case Flush(group, due_at, tellings):
                if await rows.flush(connection, group, due_at, now):
                    return await self._tell(connection, group, tellings, now)
        return 0

    async def _tell(self, connection: AsyncConnection, group: Group, tellings: Sequence[Telling], now: datetime) -> int:
        await rows.keep_told(connection, group.key, {each.receiver: each.told for each in tellings})
        said = 0
        for telling in tellings:
            if telling.alerts:
                log.info("%s is told of %r: %s", telling.receiver, group.key, telling.reason)
                said += await enqueue(connection, message_of(self.config, group, telling, now))
        return said


async def seen_in(connection: AsyncConnection, now: datetime) -> Seen:
    """Everything that is decided by."""
    groups, told = await rows.groups(connection), await rows.told(connection)
    found = list(await alerts(connection, resolved_since=now - RESOLVED))
    there = {alert.fingerprint for alert in found}
    awaited = {one for said in told.values() for one in said.firing | said.owed} - there
    for fingerprint in sorted(awaited):
        found += await _ended(connection, fingerprint)
    return Seen(tuple(found), groups, told, await silences(connection, now))


def message_of(config: Config, group: Group, telling: Telling, now: datetime) -> Message:
    """The message for one receiver; its key is that of the group, the receiver and the flush."""
    named = "\n".join((group.key, telling.receiver, group.due_at.isoformat(timespec="milliseconds")))
    key = hashlib.sha256(named.encode()).hexdigest()
    lane = f"{telling.receiver} {group.key}"
    return Message(key, telling.receiver, lane, "notice", written(notice_of(config, group, telling, now)))


async def _ended(connection: AsyncConnection, fingerprint: str) -> tuple[Alert, ...]:
    return tuple(alert for alert in await alerts_with(connection, fingerprint) if not alert.is_open)
