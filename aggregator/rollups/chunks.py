"""The work that is to be done, in pieces that are asked for and kept at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.rollups import due
from aggregator.rollups.bucket_rows import Entry
from aggregator.rollups.buckets import DAY, Bucket, Resolution, buckets, with_day
from aggregator.rollups.catalogue import About
from aggregator.rollups.subjects import UTC, Subject

MOST = {Resolution.HOUR: 24, Resolution.DAY: 7, Resolution.WEEK: 1, Resolution.MONTH: 1}
"""How many buckets one question asks for."""

LONGEST = 31
"""Days of the longest bucket."""

Kept = Mapping[tuple[Subject, Resolution], Mapping[int, Entry]]
"""What is known of the buckets of a subject and a resolution, by number."""


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch in which buckets are looked for, in milliseconds; `chosen` says which of them are computed, `hubs` of
    which hubs, by key, where not of all.
    """

    start: int
    end: int
    chosen: Callable[[Iterable[Bucket], Mapping[int, Entry], int], tuple[Bucket, ...]] = due.due
    hubs: frozenset[str] | None = None

    @property
    def first_day(self) -> int:
        """From which day on it has to be known what is kept: the window may begin in the midst of a month."""
        return self.start // DAY - 2 * LONGEST

    def looks_at(self, subject: Subject) -> bool:
        return subject.about is About.HUB and (self.hubs is None or subject.key in self.hubs)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Buckets of one resolution, of some hubs of one cluster and zone."""

    cluster: str
    hubs: tuple[Subject, ...]
    buckets: tuple[Bucket, ...]

    @property
    def resolution(self) -> Resolution:
        return self.buckets[0].resolution

    @property
    def namespaces(self) -> tuple[str, ...]:
        return tuple(hub.namespace for hub in self.hubs)


def hours_and_days(hubs: Sequence[Subject], kept: Kept, window: Window, now: int) -> dict[str, list[Chunk]]:
    """For each cluster what it is to be asked, the newest first."""
    found: dict[str, list[Chunk]] = defaultdict(list)
    for resolution in (Resolution.HOUR, Resolution.DAY):
        for (cluster, zone), together in _neighbours(hubs, resolution).items():
            wanted = buckets(resolution, window.start, min(window.end, now), zone)
            chosen = {
                bucket for hub in together for bucket in window.chosen(wanted, kept.get((hub, resolution), {}), now)
            }
            pieces = due.pieces(tuple(chosen), MOST[resolution])
            found[cluster] += [Chunk(cluster, tuple(together), piece) for piece in pieces]
    return dict(found)


def weeks_and_months(hubs: Sequence[Subject], kept: Kept, first_day: int, now: int) -> dict[str, list[Chunk]]:
    """For each cluster the weeks and months of its hubs that do not follow from their days as they are kept now.

    The dearest last: a cluster that cannot compute a month still gets its weeks.
    """
    together: dict[tuple[str, ZoneInfo, Bucket], list[Subject]] = defaultdict(list)
    for hub in hubs:
        known = {resolution: kept[hub, resolution] for resolution in (Resolution.WEEK, Resolution.MONTH)}
        for bucket in stale([kept[hub, Resolution.DAY]], hub.zone, known, first_day, now):
            together[hub.cluster, hub.zone, bucket].append(hub)
    found: dict[str, list[Chunk]] = defaultdict(list)
    for (cluster, _, bucket), some in sorted(together.items(), key=lambda item: _turn(item[0][2])):
        found[cluster].append(Chunk(cluster, tuple(some), (bucket,)))
    return dict(found)


def stale(
    days: Iterable[Mapping[int, Entry]],
    zone: ZoneInfo,
    kept: Mapping[Resolution, Mapping[int, Entry]],
    first_day: int,
    now: int,
) -> list[Bucket]:
    """The buckets that are over and older than one of the days that make them up, or not there at all.

    What begins before the first day is left out: nobody has looked whether it is there.
    """
    newest: dict[Bucket, datetime] = {}
    for day in (day for some in days for day in some.values()):
        # The hubs of a crowd have days of their own; what counts is the date.
        for resolution in kept:
            bucket = with_day(resolution, day.bucket.number, zone)
            newest[bucket] = max(newest.get(bucket, day.computed_at), day.computed_at)
    return [
        bucket
        for bucket, changed in sorted(newest.items())
        if bucket.number >= first_day
        and due.is_over(bucket, now)
        and _is_older(kept[bucket.resolution].get(bucket.number), changed)
    ]


def _turn(bucket: Bucket) -> tuple[bool, int]:
    """Weeks before months, the newest first."""
    return bucket.resolution is Resolution.MONTH, -bucket.number


def _is_older(entry: Entry | None, changed: datetime) -> bool:
    return entry is None or entry.computed_at < changed


def _neighbours(hubs: Sequence[Subject], resolution: Resolution) -> dict[tuple[str, ZoneInfo], list[Subject]]:
    """Hubs that have their buckets in common: of one cluster and, but for hours, of one zone."""
    found: dict[tuple[str, ZoneInfo], list[Subject]] = defaultdict(list)
    for hub in hubs:
        if hub.about is About.HUB:
            found[hub.cluster, UTC if resolution is Resolution.HOUR else hub.zone].append(hub)
    return dict(found)
