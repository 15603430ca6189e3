"""The stretches of a period of which nothing, or not all, is known. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from aggregator.reports.comparing import WHOLE
from aggregator.reports.facts import HubFacts, Seen
from aggregator.reports.periods import Period
from aggregator.reports.values import Unknown, Unseen
from aggregator.rollups.buckets import HOUR, Bucket, Resolution, buckets
from aggregator.rollups.standing import Asked, asked_since
from aggregator.store.instants import EPOCH, MILLISECOND

SLACK = 0.02
"""So much more may be known of a day than of its hours, since they are looked at one by one."""

Stretch = tuple[Bucket, Unknown | None]

ENOUGH = {Resolution.HOUR: 0.75, Resolution.DAY: WHOLE}
"""An hour of which a few minutes are missing is not worth a word."""


def unseen(hub: HubFacts, period: Period, asked: Asked | None) -> tuple[Unseen, ...]:
    """By the hour where hours are kept that know as much as their day, otherwise by the day."""
    bucket, zone = period.bucket(hub.zone), ZoneInfo(hub.zone)
    since = asked_since(asked, hub.since)
    parts: list[Stretch] = []
    for day in buckets(Resolution.DAY, bucket.start, bucket.end, zone):
        # Zones that begin within an hour have it looked at whole.
        start, end = day.start // HOUR * HOUR, -(-day.end // HOUR) * HOUR
        hours = buckets(Resolution.HOUR, start, end, zone)
        if _know_as_much(hours, hub, hub.days.get(day.number)):
            parts += [(hour, _why(hour, hub.hours.get(hour.number), since)) for hour in hours]
        else:
            parts.append((day, _why(day, hub.days.get(day.number), since)))
    return tuple(_joined(parts))


def _know_as_much(hours: Sequence[Bucket], hub: HubFacts, day: Seen | None) -> bool:
    """What came in late is known of days, and of hours only if it was not too late."""
    known = [hub.hours[hour.number].share for hour in hours if hour.number in hub.hours]
    return bool(known) and (day is None or day.share <= sum(known) / len(hours) + SLACK)


def _why(part: Bucket, seen: Seen | None, asked: Asked | None) -> Unknown | None:
    if seen is None:
        was_asked = asked is not None and asked.first <= _instant(part.end) <= asked.last
        return Unknown.SILENT if was_asked else Unknown.UNASKED
    if seen.share == 0:
        return Unknown.UNSEEN
    return Unknown.IN_PART if seen.share < ENOUGH[part.resolution] else None


def _joined(parts: Iterable[Stretch]) -> Iterator[Unseen]:
    """Neighbours are one; an hour that was seen in part belongs to the gap beside it."""
    for is_unknown, group in groupby(parts, key=lambda part: part[1] is not None):
        if is_unknown:
            some = list(group)
            reasons = [why for _, why in some if why not in (None, Unknown.IN_PART)]
            why = reasons[0] if reasons else Unknown.IN_PART
            yield Unseen(_instant(some[0][0].start), _instant(some[-1][0].end), why or Unknown.IN_PART)


def _instant(at: int) -> datetime:
    return EPOCH + at * MILLISECOND
