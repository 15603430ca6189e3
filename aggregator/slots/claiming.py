"""Due slots claimed and done, one by one: each by one of any number of replicas."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.errors import CrosshubError
from aggregator.slots import rows
from aggregator.slots.catching_up import Schedule, step
from aggregator.slots.leases import under_lease
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database

log = logging.getLogger(__name__)

Work = Callable[[Claim], Awaitable[None]]


class TakenOver(CrosshubError):
    """A slot belongs to somebody else by now; what was found for it is not kept."""


async def finish_ours(connection: AsyncConnection, held: Claim) -> None:
    """Ends a slot in the transaction of what was found for it; where it is not ours any more, TakenOver undoes both."""
    if not await rows.finish(connection, held):
        raise TakenOver(f"{held.schedule} of {held.slot.isoformat()} was taken over by somebody else")


async def run_due(schedules: Sequence[Schedule], database: Database, now: datetime, work: Work, holder: Holder) -> int:
    """How many slots were claimed here that were due at `now`; `work` was awaited for each, as long as it was ours.

    `work` may run again elsewhere when this process ends in the midst of it. What it keeps in the database it keeps once
    if it calls `finish_ours` in the same transaction.
    """
    claimed = 0
    while (held := await next_claim(schedules, database, now, holder)) is not None:
        claimed += 1
        await under_lease(database, held, work, holder.lease)
    return claimed


async def next_claim(schedules: Sequence[Schedule], database: Database, now: datetime, holder: Holder) -> Claim | None:
    """The claim of one slot that is due and that nobody else works on; None where there is none."""
    names = [schedule.name for schedule in schedules]
    while True:
        async with database.reading() as connection:
            left = await rows.left_behind(connection, names)
            kept = await rows.standing(connection, names)
        if left is None:
            break
        async with database.writing() as connection:
            held = await rows.take_over(connection, left, holder)
        if held is not None:
            log.warning("%s of %s is taken over from %s", held.schedule, held.slot.isoformat(), left.owner)
            return held
    for schedule in schedules:
        if step(schedule, kept.get(schedule.name), now) is not None:
            held = await _claim_of(schedule, database, now, holder)
            if held is not None:
                return held
    return None


async def _claim_of(schedule: Schedule, database: Database, now: datetime, holder: Holder) -> Claim | None:
    """Claims the first due slot that nobody has; each look brings the schedule further, by us or by who was quicker."""
    while True:
        async with database.writing() as connection:
            before = (await rows.standing(connection, [schedule.name])).get(schedule.name)
            todo = step(schedule, before, now)
            if todo is None:
                return None
            held = await rows.claim(connection, schedule.name, todo.slot, holder) if todo.slot else None
            await rows.advance(connection, schedule.name, before, todo.then)
        if held is not None:
            return held
