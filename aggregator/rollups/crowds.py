"""Different people of a whole cluster, of a community and of everybody: counted over its hubs, each person once."""

from collections.abc import Sequence

from aggregator.rollups.books import Books
from aggregator.rollups.bucket_rows import Filled, Keeper, entries, numbers
from aggregator.rollups.buckets import Bucket, Resolution, days_of
from aggregator.rollups.catalogue import About
from aggregator.rollups.counting import counted, measure_of_people
from aggregator.rollups.keeping import coverage_of
from aggregator.rollups.people_rows import has_counted
from aggregator.rollups.reduce import Coverage, together
from aggregator.rollups.subject_rows import Known
from aggregator.rollups.subjects import Subject


def hubs_of(crowd: Subject, known: Sequence[Known]) -> tuple[Known, ...]:
    """The hubs whose people make up a crowd, gone ones too, since their people were there; not those that have none."""
    hubs = [each for each in known if each.about is About.HUB and not each.ephemeral]
    match crowd.about:
        case About.CLUSTER:
            return tuple(hub for hub in hubs if hub.cluster == crowd.cluster)
        case About.COMMUNITY:
            return tuple(hub for hub in hubs if hub.community == crowd.community)
        case About.FLEET:
            return tuple(hubs)
        case About.HUB:
            return ()


async def keep_crowd(
    keeper: Keeper, books: Books, crowd: Subject, hubs: Sequence[Known], some: Sequence[Bucket]
) -> None:
    """How many different people used any of the hubs. Days are the hubs' own local days of the same date."""
    measure = measure_of_people(crowd)
    for resolution in Resolution:
        found = [
            await _counted(keeper, books, crowd, hubs, bucket) for bucket in some if bucket.resolution is resolution
        ]
        filled = [
            Filled(bucket, crowd.zone.key, coverage, {} if people is None else {measure: people})
            for bucket, coverage, people in found
            if coverage.expected
        ]
        await keeper.keep_following(books.id_of(crowd), filled, (measure,))


async def _counted(
    keeper: Keeper, books: Books, crowd: Subject, hubs: Sequence[Known], bucket: Bucket
) -> tuple[Bucket, Coverage, float | None]:
    """The people, and how much was seen of the hubs: of one that was there and not told of, nothing.

    A hub of which people were never known is left out, since nobody in its cluster tells of them.
    """
    days = days_of(bucket, crowd.zone)
    first, last = days[0].number, days[-1].number
    coverage = []
    for hub in hubs:
        kept = await numbers(keeper.connection, hub.id, Resolution.DAY, first, last)
        told = {number for measure, number in kept if measure == books.people}
        known = await entries(keeper.connection, hub.id, Resolution.DAY, first, last)
        if told or (hub.was_there(bucket) and await has_counted(keeper.connection, hub.id, books.people)):
            coverage += [coverage_of(day, {number: known[number] for number in told & known.keys()}) for day in days]
    return bucket, together(coverage), await counted(keeper, books, crowd, [hub.id for hub in hubs], bucket)
