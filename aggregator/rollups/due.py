"""Which buckets are to be computed: what is new, what may still change, and what was missed."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from aggregator.rollups.bucket_rows import Entry
from aggregator.rollups.buckets import DAY, HOUR, Bucket
from aggregator.rollups.catalogue import VERSION
from aggregator.store.instants import milliseconds

TRAILING = 48 * HOUR
"""How long samples may come late: whatever ended within it is computed each time."""

REACH = 35 * DAY
"""How far back missing buckets are looked for. Most Prometheus servers keep two weeks, few keep more than this."""

FORGOTTEN = REACH + DAY
"""How long whoever was forgotten is not kept: as long as days are asked again on which clusters know them."""

SETTLED = 2 * 60 * 1000
"""How long after its end the last scrape of a bucket is sure to be there."""

WHOLE = 0.95
"""The share of its scrapes from which on a bucket is not looked at again."""


def is_over(bucket: Bucket, now: int) -> bool:
    """Whether all that will ever be in the bucket is there."""
    return bucket.end + SETTLED <= now


def due(wanted: Iterable[Bucket], kept: Mapping[int, Entry], now: int) -> tuple[Bucket, ...]:
    """Those of the wanted buckets that are over and recent, missing, or not as they should be and not looked at for a day."""
    return tuple(each for each in wanted if is_over(each, now) and _is_due(each, kept.get(each.number), now))


def missing(wanted: Iterable[Bucket], kept: Mapping[int, Entry], now: int) -> tuple[Bucket, ...]:
    """Those of the wanted buckets that are over and not kept whole."""
    return tuple(each for each in wanted if is_over(each, now) and not _is_whole(each, kept.get(each.number)))


def every(wanted: Iterable[Bucket], _: Mapping[int, Entry], now: int) -> tuple[Bucket, ...]:
    """Those of the wanted buckets that are over."""
    return tuple(each for each in wanted if is_over(each, now))


def pieces(buckets: Sequence[Bucket], most: int) -> list[tuple[Bucket, ...]]:
    """Hours or days in pieces of at most so many that follow each other, the newest first."""
    ordered = sorted(buckets, key=lambda bucket: bucket.number)
    runs = groupby(enumerate(ordered), key=lambda pair: pair[1].number - pair[0])
    together = [[bucket for _, bucket in run] for _, run in runs]
    return [tuple(run[first : first + most]) for run in together for first in range(0, len(run), most)][::-1]


def _is_due(bucket: Bucket, kept: Entry | None, now: int) -> bool:
    if kept is None or bucket.end > now - TRAILING:
        return True
    is_right = kept.coverage.share >= WHOLE and kept.catalogue == VERSION and kept.bucket == bucket
    return not is_right and now - milliseconds(kept.computed_at) > DAY


def _is_whole(bucket: Bucket, kept: Entry | None) -> bool:
    return (
        kept is not None
        and kept.bucket == bucket
        and kept.catalogue == VERSION
        and kept.coverage.share >= WHOLE
        and milliseconds(kept.computed_at) >= bucket.end + SETTLED
    )
