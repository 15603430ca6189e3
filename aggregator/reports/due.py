"""Which reports are due now: claimed one by one, or noted as missed, or made to wait for their numbers."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aggregator.clusters.values import Config
from aggregator.reports.planned import Planned, planned, waits
from aggregator.rollups.standing_rows import when_asked
from aggregator.slots import rows as slot_rows
from aggregator.slots.catching_up import Kept, slots_missed, slots_to_run
from aggregator.slots.claiming import run_due
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database

log = logging.getLogger(__name__)

TOO_LATE = "Crosshub was not there when it was due, and it is too late for it now."


@dataclass(frozen=True, slots=True)
class Due:
    """Everything that finding it out takes."""

    config: Config
    database: Database
    holder: Holder
    now: Callable[[], datetime]

    async def do(self, make: Callable[[Claim, Planned], Awaitable[None]]) -> None:
        """`make` is awaited for each report that is due and that nobody else makes."""
        now, plans = self.now(), planned(self.config)
        by_name = {each.schedule.name: each for each in plans}
        await self._note_missed(plans, now)
        waiting = await self._waiting(plans, now)
        due = [each.schedule for each in plans if each.schedule.name not in waiting]
        await run_due(due, self.database, now, lambda claim: make(claim, by_name[claim.schedule]), self.holder)

    async def _note_missed(self, plans: tuple[Planned, ...], now: datetime) -> None:
        """What is too late for its report is noted as failed; that is an alert then."""
        async with self.database.reading() as connection:
            kept = await slot_rows.standing(connection, [each.schedule.name for each in plans])
        missed = [(plan, slot) for plan in plans for slot in _missed(plan, kept.get(plan.schedule.name), now)]
        if not missed:
            return
        async with self.database.writing() as connection:
            ours = [
                (plan, slot)
                for plan, slot in missed
                if await slot_rows.miss(connection, plan.schedule.name, slot, self.holder, TOO_LATE)
            ]
        for plan, slot in ours:
            log.error("%s of %s: %s", plan.schedule.name, slot.isoformat(), TOO_LATE)

    async def _waiting(self, plans: tuple[Planned, ...], now: datetime) -> frozenset[str]:
        """The schedules whose report has to wait for numbers."""
        async with self.database.reading() as connection:
            kept = await slot_rows.standing(connection, [each.schedule.name for each in plans])
            asked = await when_asked(connection)
        waiting = set()
        for plan in plans:
            stands = kept.get(plan.schedule.name)
            if stands is None or stands.next_slot is None or stands.next_slot > now:
                continue
            slot = next(slots_to_run(plan.schedule, stands.next_slot, now), None)
            if slot is not None and waits(plan, slot, asked.last if asked is not None else None, now):
                waiting.add(plan.schedule.name)
        return frozenset(waiting)


def _missed(plan: Planned, kept: Kept | None, now: datetime) -> tuple[datetime, ...]:
    """The slots of a report that are too late, or not caught up with."""
    if kept is None or kept.next_slot is None or kept.calendar != str(plan.schedule.calendar):
        return ()
    return slots_missed(plan.schedule, kept.next_slot, now)
