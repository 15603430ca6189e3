"""How many minutes of a bucket a hub was down, where Crosshub looked all the while. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from aggregator.rollups.buckets import HOUR, Bucket
from aggregator.store.instants import EPOCH, MILLISECOND

MEASURE = "outage_minutes"

Span = tuple[datetime, datetime | None]
"""From when to when; a time that goes on has no end."""


def down_minutes(spans: Iterable[Span], start: datetime, end: datetime) -> float:
    """The minutes between two instants that lie in any of the spans; those that overlap are counted once."""
    found = timedelta(0)
    reached = start
    for begins, ends in sorted(spans, key=lambda span: span[0]):
        until = min(ends or end, end)
        found += max(timedelta(0), until - max(begins, reached))
        reached = max(reached, until)
    return found / timedelta(minutes=1)


def minutes_by_bucket(spans: Collection[Span], buckets: Iterable[Bucket], looked: Collection[int]) -> dict[int, float]:
    """By number of the bucket; `looked` are the hours since 1970 in which Crosshub looked.

    Of a bucket with an hour in which it did not, nothing is known.
    """
    return {
        bucket.number: down_minutes(spans, EPOCH + bucket.start * MILLISECOND, EPOCH + bucket.end * MILLISECOND)
        for bucket in buckets
        if looked and all(hour in looked for hour in range(bucket.start // HOUR, -(-bucket.end // HOUR)))
    }
