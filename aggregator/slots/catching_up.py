"""What is to be done about slots that are due, above all when nobody looked for a while. Pure."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal

from aggregator.slots.calendars import Calendar, next_slot, slots
from aggregator.store.instants import MILLISECOND

CatchUp = Literal["skip", "latest", "all"]
# Whoever wants nothing that was missed still wants what is a tick, a restart or a short pause late.
ON_TIME = timedelta(minutes=5)
MOST_MISSED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Something that is due by a calendar.

    After a downtime `all` does every slot that was missed, `latest` the last one of them, `skip` none. What is later
    than `max_lateness` is done in no case.
    """

    name: str
    calendar: Calendar
    catch_up: CatchUp = "latest"
    max_lateness: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Kept:
    """How far a schedule is: its next slot, and the calendar that this was reckoned by."""

    calendar: str
    next_slot: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """The slot to claim, or none, and how far the schedule is then."""

    slot: datetime | None
    then: Kept


def step(schedule: Schedule, kept: Kept | None, now: datetime) -> Step | None:
    """What is to be done about a schedule now; None where it is simply not due.

    One that is new, or whose calendar is another, begins with the first slot after now.
    """
    name = str(schedule.calendar)
    if kept is None or kept.calendar != name:
        return Step(None, Kept(name, next_slot(schedule.calendar, now)))
    if kept.next_slot is None or kept.next_slot > now:
        return None
    slot = next(slots_to_run(schedule, kept.next_slot, now), None)
    return Step(slot, Kept(name, next_slot(schedule.calendar, slot or now)))


def slots_missed(schedule: Schedule, first: datetime, now: datetime) -> tuple[datetime, ...]:
    """Of the slots from `first` until now those that are not done any more; at most the last hundred."""
    due = takewhile(lambda slot: slot <= now, slots(schedule.calendar, first - MILLISECOND))
    to_run = frozenset(slots_to_run(schedule, first, now))
    return tuple(deque((slot for slot in due if slot not in to_run), maxlen=MOST_MISSED))


def slots_to_run(schedule: Schedule, first: datetime, now: datetime) -> Iterator[datetime]:
    """Of the slots from `first` until now those that are to be done, in order."""
    lateness = min(schedule.max_lateness, ON_TIME) if schedule.catch_up == "skip" else schedule.max_lateness
    earliest = max(first, now - lateness)
    due = takewhile(lambda slot: slot <= now, slots(schedule.calendar, earliest - MILLISECOND))
    return due if schedule.catch_up == "all" else iter(deque(due, maxlen=1))
