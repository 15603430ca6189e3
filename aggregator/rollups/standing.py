"""How the rollups of a hub stand: how much of each day was seen, and what is lacking, which is never zero."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aggregator.rollups.bucket_rows import Entry
from aggregator.rollups.buckets import Bucket
from aggregator.rollups.catalogue import MEASURES, About, Measure
from aggregator.rollups.due import REACH, SETTLED, WHOLE, is_over
from aggregator.store.instants import milliseconds

OF_PEOPLE = frozenset({"people", "new_people"})
OF_EVENTS = {
    **{each.name: "server_starts" for each in MEASURES if each.name.startswith("server_start_seconds")},
    "request_seconds_mean": "requests",
}
"""How long things took, and how many there were: where there was none, nothing is lacking."""


class State(StrEnum):
    """How much is known of a day, in words."""

    WHOLE = "seen"
    IN_PART = "seen in part"
    UNSEEN = "nothing of the hub was seen"
    SILENT = "the cluster did not answer"
    UNASKED = "not asked yet"
    RUNNING = "not over yet"


SEEN = (State.WHOLE, State.IN_PART)


@dataclass(frozen=True, slots=True)
class Asked:
    """When the service computed rollups for the first and for the last time, as far back as that is kept."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of a hub; `numbers` by name of the measure."""

    date: date
    state: State
    share: float
    numbers: Mapping[str, float]


def state_of(day: Bucket, kept: Entry | None, asked: Asked | None, now: int) -> State:
    """How much is known of a day. Whoever was asked and kept nothing did not answer."""
    if not is_over(day, now):
        return State.RUNNING
    if kept is None:
        return State.SILENT if asked is not None and _was_asked(day, asked) else State.UNASKED
    if not kept.coverage.seen:
        return State.UNSEEN
    return State.WHOLE if kept.coverage.share >= WHOLE else State.IN_PART


def lacking(day: Day, *, ephemeral: bool) -> tuple[Measure, ...]:
    """What has no number on a day that was seen. Hubs whose accounts come and go have no people."""
    if day.state not in SEEN:
        return ()
    absent = (each for each in MEASURES if each.about is About.HUB and each.name not in day.numbers)
    return tuple(
        each
        for each in absent
        if not (ephemeral and each.name in OF_PEOPLE) and day.numbers.get(OF_EVENTS.get(each.name, "")) != 0
    )


def always_lacking(days: Iterable[Day], *, ephemeral: bool) -> tuple[Measure, ...]:
    """What has no number on any day that was seen."""
    found = [set(lacking(day, ephemeral=ephemeral)) for day in days if day.state in SEEN]
    everywhere = set.intersection(*found) if found else set()
    return tuple(each for each in MEASURES if each in everywhere)


def now_and_then_lacking(day: Day, always: Sequence[Measure], *, ephemeral: bool) -> tuple[Measure, ...]:
    """What is lacking on this day and not on all."""
    return tuple(each for each in lacking(day, ephemeral=ephemeral) if each not in always)


def asked_since(asked: Asked | None, since: datetime) -> Asked | None:
    """Of what was computed, what a hub had part in that is known since then."""
    if asked is None or asked.last < since:
        return None
    return Asked(max(asked.first, since), asked.last)


def _was_asked(day: Bucket, asked: Asked) -> bool:
    return day.end + SETTLED <= milliseconds(asked.last) and day.start >= milliseconds(asked.first) - REACH
