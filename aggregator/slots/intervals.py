"""Schedules that are due every so many seconds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.slots import rows
from aggregator.slots.calendars import Every, next_slot
from aggregator.slots.catching_up import Kept, Schedule
from aggregator.store.database import Database


def at_intervals(name: str, seconds: float) -> Schedule:
    """A schedule of whole seconds, of whose missed slots the last one is enough."""
    return Schedule(name=name, calendar=Every(max(1, round(seconds))))


async def begun(database: Database, schedules: Sequence[Schedule], now: datetime) -> None:
    """One that is new is due at once, not only at its next slot: the latest one that is over is left to be done."""
    async with database.reading() as connection:
        known = await rows.standing(connection, [schedule.name for schedule in schedules])
    for schedule in schedules:
        if schedule.name not in known and isinstance(schedule.calendar, Every):
            first = next_slot(schedule.calendar, now - timedelta(seconds=schedule.calendar.seconds))
            async with database.writing() as connection:
                await rows.advance(connection, schedule.name, None, Kept(str(schedule.calendar), first))
