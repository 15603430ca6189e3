"""What was told about a chunk, kept: numbers, people, and the weeks and months that follow."""

from collections.abc import Collection, Mapping

from aggregator.rollups.asking import Told
from aggregator.rollups.books import Books
from aggregator.rollups.bucket_rows import Entry, Filled, Keeper, entries, numbers
from aggregator.rollups.buckets import Bucket, Resolution, days_of
from aggregator.rollups.catalogue import MEASURES, About, Longer
from aggregator.rollups.chunks import Chunk
from aggregator.rollups.counting import count_days, counted, keep_seen
from aggregator.rollups.downtime import MEASURE as OUTAGE
from aggregator.rollups.downtime import minutes_by_bucket
from aggregator.rollups.downtime_rows import spans_down
from aggregator.rollups.image_rows import keep_images, keep_images_of_days
from aggregator.rollups.people import Seen
from aggregator.rollups.people_rows import Via, add_people
from aggregator.rollups.reduce import Coverage, Part, combined, together
from aggregator.rollups.subjects import Subject

OF_HUBS = tuple(each for each in MEASURES if each.about is About.HUB)
ASKED = frozenset(each.name for each in OF_HUBS if each.longer is Longer.ASKED)


async def keep_told(keeper: Keeper, books: Books, chunk: Chunk, told: Told, seen: Seen) -> None:
    """Hours or days of the hubs, as their cluster told them, and the people and the images of these days."""
    for hub in chunk.hubs:
        filled = [_filled(told, hub, bucket) for bucket in chunk.buckets]
        taken = await keeper.keep(books.id_of(hub), filled, tuple(told.values))
        await _keep_outages(keeper, books, hub, chunk)
        if told.images is not None:
            found = {
                day: told.images.get((hub.namespace, day.number), {}) for day in chunk.buckets if day.number in taken
            }
            await keep_images(keeper.connection, books.id_of(hub), found)
        # Hubs whose accounts come and go have no people.
        if chunk.resolution is Resolution.DAY and not hub.ephemeral:
            await keep_seen(keeper, books, hub, [day for day in chunk.buckets if day.number in taken], seen)


async def _keep_outages(keeper: Keeper, books: Books, hub: Subject, chunk: Chunk) -> None:
    """How long the hub was down. Of buckets in which nobody looked all the while, what is kept stays."""
    start, end = min(each.start for each in chunk.buckets), max(each.end for each in chunk.buckets)
    spans = await spans_down(keeper.connection, hub.cluster, hub.namespace, start, end)
    minutes = minutes_by_bucket(spans, chunk.buckets, books.looked)
    filled = [
        Filled(each, hub.zone.key, Coverage(0, 0), {OUTAGE: minutes[each.number]})
        for each in chunk.buckets
        if each.number in minutes
    ]
    changed = await keeper.put_numbers(books.id_of(hub), filled, (OUTAGE,))
    if changed:
        await keeper.touch(books.id_of(hub), chunk.resolution, changed)


async def keep_last_seen(keeper: Keeper, books: Books, hub: Subject, names: Mapping[int, frozenset[str]]) -> None:
    """People whom a hub itself saw last on some days, beside those who are known otherwise."""
    days = {day: frozenset(map(books.key.hash_of, who)) for day, who in names.items()}
    if not days:
        return
    await add_people(keeper.connection, books.id_of(hub), days, Via.API)
    known = await entries(keeper.connection, books.id_of(hub), Resolution.DAY, min(days), max(days))
    await count_days(keeper, books, hub, [known[day].bucket for day in sorted(days) if day in known])


async def keep_longer(keeper: Keeper, books: Books, chunk: Chunk, told: Told) -> None:
    """A week or a month of the hubs, from the days that are kept and what their cluster told about the whole stretch."""
    for hub in chunk.hubs:
        for bucket in chunk.buckets:
            filled = await _of_days(keeper, books, hub, bucket, told)
            asked = set(_not_refused(told))
            there = await entries(keeper.connection, books.id_of(hub), bucket.resolution, bucket.number, bucket.number)
            if there and told.coverage[hub.namespace, bucket.number].seen < filled.coverage.seen:
                # The cluster has forgotten some of the days: what it told before was about more of them.
                asked -= ASKED
            await keeper.keep_following(books.id_of(hub), [filled], asked)
            days = days_of(bucket, hub.zone)
            await keep_images_of_days(keeper.connection, books.id_of(hub), bucket, days)


def _filled(told: Told, hub: Subject, bucket: Bucket) -> Filled:
    place = (hub.namespace, bucket.number)
    values = {name: found[place] for name, found in told.values.items() if place in found}
    return Filled(bucket, hub.zone.key, told.coverage[place], values)


def _not_refused(told: Told) -> Collection[str]:
    return [each.name for each in OF_HUBS if each.name not in told.refused]


async def _of_days(keeper: Keeper, books: Books, hub: Subject, bucket: Bucket, told: Told) -> Filled:
    days = days_of(bucket, hub.zone)
    span = Resolution.DAY, days[0].number, days[-1].number
    known = await entries(keeper.connection, books.id_of(hub), *span)
    kept = await numbers(keeper.connection, books.id_of(hub), *span)
    coverage = [coverage_of(day, known) for day in days]
    values: dict[str, float] = {}
    for each in OF_HUBS:
        if each.longer in (Longer.ASKED, Longer.COUNTED):
            continue
        measure = books.measures[each.name]
        parts = [Part(kept.get((measure, day.number)), seen) for day, seen in zip(days, coverage, strict=True)]
        number = combined(each.longer, parts)
        if number is not None:
            values[each.name] = number
    place = (hub.namespace, bucket.number)
    values |= {name: found[place] for name, found in told.values.items() if place in found}
    if any((books.people, day.number) in kept for day in days):
        people = await counted(keeper, books, hub, [books.id_of(hub)], bucket)
        values |= {} if people is None else {"people": people}
    return Filled(bucket, hub.zone.key, together(coverage), values)


def coverage_of(day: Bucket, known: Mapping[int, Entry]) -> Coverage:
    """Of a day that was never told of, nothing was seen of what one scrape a minute would have been."""
    return known[day.number].coverage if day.number in known else Coverage(0, day.length // 60_000)
