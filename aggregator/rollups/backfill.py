"""Days of the past computed by hand: what is missing of them, or all of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.clusters.values import Config
from aggregator.federation.fanout import open_fleet
from aggregator.rollups import due
from aggregator.rollups.bucket_rows import Entry
from aggregator.rollups.buckets import Bucket, Resolution, day_number, midnight, numbered
from aggregator.rollups.catalogue import About
from aggregator.rollups.chunks import Window
from aggregator.rollups.job import Rollups
from aggregator.rollups.outcome import Outcome, Show
from aggregator.rollups.people_rows import key_of_people
from aggregator.rollups.standing import State
from aggregator.rollups.standing_rows import standing_of
from aggregator.rollups.subject_rows import known_subjects
from aggregator.rollups.subjects import Subject, subjects
from aggregator.store.clock import database_clock
from aggregator.store.database import open_database
from aggregator.store.instants import milliseconds, utc_now
from aggregator.store.migrating import migrate


@dataclass(frozen=True, slots=True)
class Days:
    """Local days, from the first to the last."""

    first: date
    last: date


def window_of(days: Days, hubs: Sequence[Subject], *, again: bool) -> Window:
    """Where to look, so that each of the hubs has those days, as its own zone has them, and their hours.

    Zones begin their days at different moments, so there may be some hours more at both ends; no day more.
    """
    first, last = day_number(days.first), day_number(days.last)
    chosen = due.every if again else due.missing

    def of_these_days(wanted: Iterable[Bucket], kept: Mapping[int, Entry], now: int) -> tuple[Bucket, ...]:
        found = chosen(wanted, kept, now)
        return tuple(each for each in found if each.resolution is Resolution.HOUR or first <= each.number <= last)

    start = min(midnight(days.first, hub.zone) for hub in hubs)
    end = max(midnight(days.last + timedelta(days=1), hub.zone) for hub in hubs)
    return Window(start, end, of_these_days, frozenset(hub.key for hub in hubs))


async def backfill(config: Config, window: Window, show: Show | None = None) -> Outcome:
    """Computes and keeps what is chosen in the window, in the database of the configuration.

    What is kept by the time it is cancelled stays, so doing it again goes on from there.
    """
    async with open_fleet(config.clusters) as fleet, open_database(config.database) as database:
        await migrate(database)
        async with database.reading() as connection:
            key = await key_of_people(connection, config.people_key_file)
        now = await database_clock(database, utc_now)
        return await Rollups(fleet, database, key, subjects(config), now).compute(window, show)


async def how_days_stand(config: Config, days: Days, hubs: Sequence[Subject]) -> Counter[State]:
    """On how many days of these hubs how much is known."""
    keys, now = {hub.key for hub in hubs}, milliseconds(utc_now())
    numbers = range(day_number(days.first), day_number(days.last) + 1)
    found: Counter[State] = Counter()
    async with open_database(config.database) as database, database.reading() as connection:
        for hub in await known_subjects(connection):
            if hub.about is About.HUB and hub.key in keys:
                some = [numbered(Resolution.DAY, number, ZoneInfo(hub.zone)) for number in numbers]
                found.update(day.state for day in await standing_of(connection, hub, some, None, now))
    return found


def today_anywhere(now: datetime) -> date:
    """The latest date that it is in any zone."""
    return (now + timedelta(hours=14)).date()
