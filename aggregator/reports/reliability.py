"""How much of a period a hub worked, and when it was down. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.reports.comparing import stepped
from aggregator.reports.facts import NOTHING, HubFacts
from aggregator.reports.periods import Period
from aggregator.reports.values import Outage, Reliability
from aggregator.rollups.buckets import days_of
from aggregator.rollups.downtime import MEASURE as LOOKED
from aggregator.store.instants import EPOCH, MILLISECOND

MINUTE = 60_000


def reliability_of(hub: HubFacts, period: Period, now: datetime) -> Reliability:
    """By Crosshub's own looks where it looked on each day; otherwise by the hub's scrapes, as far as there are any."""
    bucket = period.bucket(hub.zone)
    start, end = (EPOCH + at * MILLISECOND for at in (bucket.start, bucket.end))
    outages = tuple(
        Outage(max(began, start), min(ended or now, end), ended is None)
        for began, ended in hub.outages
        if began < end and (ended is None or ended > start)
    )
    numbers = stepped(hub.periods, period)[0].numbers
    days = days_of(bucket, ZoneInfo(hub.zone))
    if LOOKED in numbers and all(LOOKED in hub.days.get(day.number, NOTHING).numbers for day in days):
        minutes = numbers[LOOKED]
        return Reliability(1 - minutes * MINUTE / bucket.length, minutes, True, outages)
    told, up = numbers.get("down_minutes"), numbers.get("up_ratio")
    if not outages:
        return Reliability(up, told, False)
    # Scrapes may go well while people cannot use the hub.
    seen = sum((each.end - each.start) / timedelta(minutes=1) for each in outages)
    share = None if up is None else min(up, 1 - seen * MINUTE / bucket.length)
    return Reliability(share, max(seen, told or 0), False, outages)
