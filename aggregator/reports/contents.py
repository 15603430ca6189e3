"""The report that follows from the facts. Pure: it can be made again from the same rows, and comes out the same."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from aggregator.reports.access_facts import access_of, open_in, windows_of
from aggregator.reports.comparing import BACK, WHOLE, compared, measured, stepped
from aggregator.reports.facts import NOTHING, CrowdFacts, Facts, HubFacts, Seen
from aggregator.reports.flags import flags
from aggregator.reports.periods import Period
from aggregator.reports.reliability import reliability_of
from aggregator.reports.storage import HOME, SIZE, storage_of
from aggregator.reports.unseen import unseen
from aggregator.reports.values import Audience, Compared, DayCount, HubReport, Report
from aggregator.rollups.buckets import HOUR
from aggregator.store.instants import EPOCH, MILLISECOND

NUMBERS = (
    "people", "new_people", "sessions", "servers_most", "server_hours", "server_starts", "server_start_failures",
    "server_starts_refused", "server_start_seconds_p50", "server_start_seconds_p95", "logins", "logins_refused",
    "requests_failed", "up_ratio", "down_minutes", "outage_minutes", "hub_restarts", "cpu_hours", "memory_gib_hours",
    "memory_most_bytes", "gpu_requested_hours", "home_bytes", "home_volume_bytes", "home_volume_free_bytes",
)  # fmt: skip
"""What is read of each hub, by the catalogue's names."""

OF_DAYS = ("people", "sessions", "outage_minutes", "home_bytes", "home_volume_free_bytes")
OF_CROWDS = {Audience.COMMUNITY: "community_people", Audience.OPERATORS: "fleet_people"}

WANTED = (
    "people",
    "sessions",
    "server_starts",
    "server_hours",
    "up_ratio",
    "cpu_hours",
    "memory_gib_hours",
    "home_bytes",
)
"""What a reader would miss where nobody tells of it."""

IMAGES = "images"

USED = ("people", "sessions", "server_starts")
"""A hub in which all of these are zero was used by nobody."""

MOST = "servers_most"
MONTH = 30

PAST = 63
"""Days of the picture: nine weeks up to the period's end."""

LONG_ENOUGH = 28
"""Before people have been known for so many days, everybody would be new."""


def report(facts: Facts) -> Report:
    """All that the mail says."""
    period, crowd = facts.period, facts.crowd
    hubs = tuple(_hub(hub, facts) for hub in facts.hubs)
    end = period.end_number
    return Report(
        audience=facts.audience,
        period=period,
        name=facts.name,
        title=facts.title,
        made_at=facts.now,
        people=measured(crowd.periods, period, OF_CROWDS[facts.audience]),
        month=_month(crowd, period),
        new=_new(crowd, period),
        hubs=hubs,
        days=_days(facts, range(period.number, end)),
        past=_days(facts, range(end - PAST, end)),
        elsewhere=facts.elsewhere,
        next_at=facts.next_at,
        links=facts.links,
    )


def _hub(hub: HubFacts, facts: Facts) -> HubReport:
    period = facts.period
    now = stepped(hub.periods, period)[0]
    return HubReport(
        cluster=hub.cluster,
        namespace=hub.namespace,
        title=hub.title,
        zone=hub.zone,
        ephemeral=hub.ephemeral,
        share=now.share,
        numbers={name: number for name in NUMBERS if (number := measured(hub.periods, period, name)) != Compared(None)},
        reliability=reliability_of(hub, period, facts.now),
        access=access_of(hub, facts),
        days=tuple(
            _day(number, hub.days.get(number, NOTHING), "sessions" if hub.ephemeral else "people")
            for number in range(period.number, period.end_number)
        ),
        peak_at=_peak(hub, now),
        storage=storage_of(hub, period),
        flags=flags(hub, period, open_in(windows_of(hub), period)),
        alerts=hub.alerts,
        unseen=unseen(hub, period, facts.asked),
        lacking=_lacking(hub, now, period),
        idle_for=_idle_for(hub, period),
        images=hub.images.get(period.number, {}),
    )


def _peak(hub: HubFacts, now: Seen) -> datetime | None:
    """The first hour in which as many servers ran as in no other."""
    most = now.numbers.get(MOST)
    if not most:
        return None
    hours = (number for number, seen in sorted(hub.hours.items()) if seen.numbers.get(MOST) == most)
    return next((EPOCH + number * HOUR * MILLISECOND for number in hours), None)


def _lacking(hub: HubFacts, now: Seen, period: Period) -> tuple[str, ...]:
    """What nobody told, of a hub that was seen. Not every cluster tells of images: they are missed where it did before."""
    if not now.share:
        return ()
    known = {*now.numbers, *(("people",) if hub.ephemeral else ()), *((HOME,) if SIZE in now.numbers else ())}
    ran_unknown = bool(now.numbers.get("server_hours")) and bool(hub.images) and period.number not in hub.images
    return tuple(name for name in (*WANTED, *((IMAGES,) if ran_unknown else ())) if name not in known)


def _idle_for(hub: HubFacts, period: Period) -> int:
    """How many periods in a row nobody used it, this one first; one that was not seen well is no idle one."""
    steps = stepped(hub.periods, period)
    return next((ago for ago, seen in enumerate(steps) if not _is_idle(seen)), len(steps))


def _is_idle(seen: Seen) -> bool:
    used = [seen.numbers.get(name) for name in USED]
    return seen.share >= WHOLE and any(each is not None for each in used) and not any(used)


def _month(crowd: CrowdFacts, period: Period) -> Compared:
    """People of 30 days are known as well as the periods that end with them."""
    steps = stepped(crowd.periods, period)
    # A count over days before anybody was known is one over fewer days.
    known = {
        ago: float(people)
        for ago, people in crowd.month.items()
        if crowd.since is not None and crowd.since <= period.earlier(ago).end_number - MONTH
    }
    return compared(known, {ago: seen.share >= WHOLE for ago, seen in enumerate(steps)})


def _new(crowd: CrowdFacts, period: Period) -> Compared:
    known: dict[int, float] = {}
    for ago in range(BACK + 1):
        first, end = period.earlier(ago).number, period.earlier(ago).end_number
        if crowd.since is not None and crowd.since <= first - LONG_ENOUGH:
            known[ago] = float(sum(people for day, people in crowd.new.items() if first <= day < end))
    whole = {ago: seen.share >= WHOLE for ago, seen in enumerate(stepped(crowd.periods, period))}
    return compared(known, whole)


def _days(facts: Facts, which: range) -> tuple[DayCount, ...]:
    """People over all hubs; where no hub has people, sessions."""
    if facts.hubs and all(hub.ephemeral for hub in facts.hubs):
        return tuple(_sessions(facts.hubs, number) for number in which)
    measure = OF_CROWDS[facts.audience]
    return tuple(_day(number, facts.crowd.days.get(number, NOTHING), measure) for number in which)


def _sessions(hubs: Sequence[HubFacts], number: int) -> DayCount:
    days = [hub.days.get(number, NOTHING) for hub in hubs]
    counts = [day.numbers["sessions"] for day in days if "sessions" in day.numbers]
    return DayCount(_date(number), sum(counts) if counts else None, min(day.share for day in days))


def _day(number: int, seen: Seen, measure: str) -> DayCount:
    return DayCount(_date(number), seen.numbers.get(measure), seen.share)


def _date(number: int) -> date:
    return EPOCH.date() + timedelta(days=number)
