"""Hours of servers by image as rows: those of a bucket are replaced together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.buckets import Bucket, Resolution
from aggregator.rollups.images import Hours, bounded
from aggregator.store.tables import image_hours as rows
from aggregator.store.upsert import upsert

KEY = ("subject", "resolution", "number", "image")


async def keep_images(connection: AsyncConnection, subject: int, found: Mapping[Bucket, Hours]) -> None:
    """Puts what ran in some buckets of a hub, all of one resolution, in the place of what there is."""
    for bucket in found:
        c = rows.c
        which = (c.subject == subject, c.resolution == str(bucket.resolution), c.number == bucket.number)
        await connection.execute(delete(rows).where(*which))
    new = [
        {"subject": subject, "resolution": str(bucket.resolution), "number": bucket.number, "image": image,
         "end": bucket.end, "hours": float(hours)}
        for bucket, images in found.items()
        for image, hours in images.items()
    ]  # fmt: skip
    await upsert(connection, rows, new, key=KEY)


async def keep_images_of_days(
    connection: AsyncConnection, subject: int, longer: Bucket, days: Sequence[Bucket]
) -> None:
    """Puts what ran in a week or a month in the place of what there is: the sum of its days, as far as they are kept."""
    found = await images_of(connection, [subject], Resolution.DAY, [day.number for day in days])
    together = bounded(pair for hours in found.get(subject, {}).values() for pair in hours.items())
    await keep_images(connection, subject, {longer: together})


async def images_of(
    connection: AsyncConnection, subjects: Collection[int], resolution: Resolution, which: Collection[int]
) -> Mapping[int, Mapping[int, Hours]]:
    """By subject and number of a bucket what ran; without what is not known."""
    c = rows.c
    query = select(c.subject, c.number, c.image, c.hours).where(
        c.subject.in_(list(subjects)), c.resolution == str(resolution), c.number.in_(list(which))
    )
    found: defaultdict[int, dict[int, dict[str, float]]] = defaultdict(dict)
    for row in await connection.execute(query):
        found[row.subject].setdefault(row.number, {})[row.image] = row.hours
    return found
