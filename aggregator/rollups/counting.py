"""Different people counted from the hashes that are kept, and what stays where hashes have gone."""

from collections.abc import Collection, Sequence

from aggregator.rollups.books import Books
from aggregator.rollups.bucket_rows import Filled, Keeper, entries, numbers
from aggregator.rollups.buckets import Bucket, Resolution, days_of, with_day
from aggregator.rollups.catalogue import About
from aggregator.rollups.people import Seen
from aggregator.rollups.people_rows import (
    Via,
    days_with_people,
    days_without_hashes,
    first_days,
    how_many,
    keep_people,
)
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.series_rows import FARTHEST
from aggregator.rollups.subjects import Subject


async def keep_seen(keeper: Keeper, books: Books, hub: Subject, days: Sequence[Bucket], seen: Seen) -> None:
    """Keeps who was seen on some days of a hub, and how many they are."""
    subject = books.id_of(hub)
    # Hashes that were kept for long enough do not come back, and what was counted from them stays.
    gone = await _without_hashes(keeper, books, [subject], days)
    days = [day for day in days if day.number not in gone]
    told = {
        day.number: frozenset(map(books.key.hash_of, seen.names[hub.namespace, day.number]))
        for day in days
        if (hub.namespace, day.number) in seen.names
    }
    await keep_people(keeper.connection, subject, told, Via.POD)
    known = told.keys() | await days_with_people(keeper.connection, subject, [day.number for day in days])
    await count_days(keeper, books, hub, [day for day in days if day.number in known])


async def counted(keeper: Keeper, books: Books, whose: Subject, hubs: Collection[int], bucket: Bucket) -> float | None:
    """The different people of some hubs in a bucket; where hashes have gone, as far as it was counted before.

    Then and now it may have been some of the people only, so the larger number is nearer to the truth.
    """
    days = days_of(bucket, whose.zone)
    people = float(await how_many(keeper.connection, hubs, days[0].number, days[-1].number))
    if not await _without_hashes(keeper, books, hubs, days):
        return people
    span = bucket.resolution, bucket.number, bucket.number
    before = await numbers(keeper.connection, books.id_of(whose), *span)
    measure = books.measures[measure_of_people(whose)]
    counted_before = before.get((measure, bucket.number))
    return None if counted_before is None else max(people, counted_before)


def measure_of_people(whose: Subject) -> str:
    """The name of the measure that counts the different people of a subject."""
    return "people" if whose.about is About.HUB else f"{whose.about}_people"


async def _without_hashes(keeper: Keeper, books: Books, hubs: Collection[int], days: Sequence[Bucket]) -> set[int]:
    if not days:
        return set()
    span = days[0].number, days[-1].number
    return await days_without_hashes(keeper.connection, hubs, books.people, *span)


async def count_days(keeper: Keeper, books: Books, hub: Subject, days: Sequence[Bucket]) -> None:
    """The people of some days. Who was new on a later day may not be so any more, once an earlier one is known: nor in
    its week and its month, however long after these days they are.
    """
    if not days:
        return
    subject = books.id_of(hub)
    counts = {day: await how_many(keeper.connection, [subject], day.number, day.number) for day in days}
    filled = [_with(day, hub, people=people) for day, people in counts.items()]
    changed = await keeper.put_numbers(subject, filled, ("people",))
    await keeper.touch(subject, Resolution.DAY, changed)
    new = await _new_people(keeper, books, hub, min(day.number for day in days))
    changed = await keeper.put_numbers(subject, new, ("new_people",))
    for resolution in (Resolution.WEEK, Resolution.MONTH):
        longer = await _new_people_in(keeper, books, hub, {with_day(resolution, day, hub.zone) for day in changed})
        await keeper.put_numbers(subject, longer, ("new_people",))


async def _new_people(keeper: Keeper, books: Books, hub: Subject, first: int) -> list[Filled]:
    """How many people were new on each day from the first on, as far as hashes can tell."""
    subject, span = books.id_of(hub), (Resolution.DAY, first, FARTHEST)
    kept = await numbers(keeper.connection, subject, *span)
    known = await entries(keeper.connection, subject, *span)
    firsts = await first_days(keeper.connection, subject)
    gone = await days_without_hashes(keeper.connection, [subject], books.people)
    days = [number for measure, number in kept if measure == books.people and number in known.keys() - gone]
    new = {number: firsts.get(number, 0) for number in days}
    if gone:
        # Whoever was there before the oldest hash that is left looks new where they come next, and is not.
        new = {number: min(people, int(kept.get((books.new_people, number), people))) for number, people in new.items()}
    return [_with(known[number].bucket, hub, new_people=people) for number, people in new.items()]


async def _new_people_in(keeper: Keeper, books: Books, hub: Subject, some: Collection[Bucket]) -> list[Filled]:
    """How many people were new in weeks or months, of those that are kept: the sum of their days."""
    subject, found = books.id_of(hub), []
    for bucket in sorted(some):
        for kept in (
            await entries(keeper.connection, subject, bucket.resolution, bucket.number, bucket.number)
        ).values():
            days = days_of(bucket, hub.zone)
            parts = await numbers(keeper.connection, subject, Resolution.DAY, days[0].number, days[-1].number)
            new = sum(int(number) for (measure, _), number in parts.items() if measure == books.new_people)
            found.append(_with(kept.bucket, hub, new_people=new))
    return found


def _with(bucket: Bucket, hub: Subject, **counts: int) -> Filled:
    # Databases are given numbers of one kind.
    return Filled(bucket, hub.zone.key, Coverage(0, 0), {name: float(count) for name, count in counts.items()})
