"""The report of a week as it follows from what happened in the demo's cluster, without anything that is kept.

Every number is added up from the demo's own rows, by other ways than the report takes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from aggregator.reports.periods import Period
from aggregator.reports.values import Compared, DayCount, Flag, HubReport, Outage, Reliability, Report, Storage
from aggregator.rollups.buckets import HOUR, Resolution, buckets
from aggregator.store.instants import EPOCH, MILLISECOND
from tests.reports import filled
from tests.reports.filled import BY_DAY, BY_WEEK, HOMES, IN_DETAIL, PLAN, happening, truth
from tests.rollups.made import DAY
from tests.rollups.what_happened import TRUE, Day

ZONES = {each.namespace: ZoneInfo(each.timezone) for each in PLAN.hubs}
HUBS = tuple(ZONES)
WEEKS = range(9)
"""The week, and those that it is compared with."""


def as_it_happened(report: Report) -> Report:
    """The report with what happened in the place of each of its numbers."""
    week = report.period
    whole = [coverage(week.earlier(ago)) >= 0.95 for ago in WEEKS]
    return replace(
        report,
        people=beside([len(users(week.earlier(ago))) for ago in WEEKS], whole),
        month=beside([_if(week, ago, -23, len(users(week.earlier(ago), range(-23, 7)))) for ago in WEEKS], whole),
        new=beside([_if(week, ago, -28, len(new_users(week.earlier(ago)))) for ago in WEEKS], whole),
        days=_days(week, range(7)),
        past=_days(week, range(-56, 7)),
        hubs=tuple(_hub(each, week) for each in report.hubs),
    )


def beside(numbers: Sequence[float | None], whole: Sequence[bool]) -> Compared:
    """A number beside that of the week before and the median of weeks that were seen, of four at least."""
    usual = [number for number, seen in zip(numbers[1:], whole[1:], strict=True) if seen and number is not None]
    partial = not whole[0] or (numbers[1] is not None and not whole[1])
    return Compared(numbers[0], numbers[1], median(usual) if len(usual) >= 4 else None, partial=partial)


def users(week: Period, days: range = range(7), hubs: Iterable[str] = HUBS) -> set[str]:
    """Who had a server on any of some days, counted from the week's first."""
    found = set[str]()
    for namespace in hubs:
        for day in local_days(namespace, week, days):
            found |= _users(namespace, *day)
    return found


def new_users(week: Period, hubs: Sequence[str] = HUBS) -> set[str]:
    """Who of them had none before, as far back as anything is kept."""
    before = set[str]()
    for namespace in hubs:
        before |= _users(namespace, _first_day(namespace), week.bucket(ZONES[namespace].key).start)
    return users(week, hubs=hubs) - before


def local_days(namespace: str, week: Period, days: range = range(7)) -> list[tuple[int, int]]:
    zone, first = ZONES[namespace], week.bucket(ZONES[namespace].key).start
    around = buckets(Resolution.DAY, first - 60 * DAY, first + 9 * DAY, zone)
    wanted = {week.number + day for day in days}
    return [(each.start, each.end) for each in around if each.number in wanted]


def the_week(namespace: str, week: Period) -> Day:
    bucket = week.bucket(ZONES[namespace].key)
    return Day(PLAN, truth(), namespace, bucket.start, bucket.end)


def coverage(week: Period, days: range = range(7), hubs: Sequence[str] = HUBS) -> float:
    """What was recorded of some days, over all hubs."""
    parts = [happening(hub, *day).coverage for hub in hubs for day in local_days(hub, week, days)]
    return sum(part.seen for part in parts) / sum(part.expected for part in parts)


@cache
def _users(namespace: str, start: int, end: int) -> frozenset[str]:
    return frozenset(name.lower() for name in Day(PLAN, truth(), namespace, start, end).users())


def _first_day(namespace: str) -> int:
    """What is kept begins with the first whole day."""
    return next(iter(buckets(Resolution.DAY, filled.SINCE, filled.UNTIL, ZONES[namespace]))).start


def _if(week: Period, ago: int, day: int, number: int) -> int | None:
    """The number, where people were known on that day, counted from the first of a week so many ago."""
    first = min(_first_day(each) for each in HUBS)
    return number if EPOCH + first * MILLISECOND <= week.earlier(ago).start + timedelta(days=day, hours=12) else None


def _days(week: Period, days: range, hubs: Sequence[str] = HUBS) -> tuple[DayCount, ...]:
    return tuple(
        DayCount(
            week.first + timedelta(days=day),
            len(users(week, range(day, day + 1), hubs)),
            coverage(week, range(day, day + 1), hubs),
        )
        for day in days
    )


def _hub(told: HubReport, week: Period) -> HubReport:
    namespace = told.namespace
    whole = [coverage(week.earlier(ago), hubs=(namespace,)) >= 0.95 for ago in WEEKS]
    weeks = [_numbers(namespace, week.earlier(ago)) for ago in WEEKS]
    names = {name for numbers in weeks for name in numbers}
    numbers = {name: beside([each.get(name) for each in weeks], whole) for name in names}
    return replace(
        told,
        share=coverage(week, hubs=(namespace,)),
        numbers={name: numbers[name] for name in (*told.numbers, *sorted(names)) if name in numbers},
        reliability=_reliability(the_week(namespace, week)),
        days=_days(week, range(7), (namespace,)),
        peak_at=None if told.peak_at is None else EPOCH + _peak(namespace, week) * MILLISECOND,
        storage=_storage(weeks, namespace, week),
        flags=tuple(_flag(each, weeks, whole) for each in told.flags),
        idle_for=0 if users(week, hubs=(namespace,)) else 1,
        images=the_week(namespace, week).image_hours(),
    )


@cache
def _numbers(namespace: str, week: Period) -> Mapping[str, float]:
    """What happened on a hub in a week, by the names of the catalogue."""
    day, days = the_week(namespace, week), local_days(namespace, week)
    found: dict[str, float | None] = {
        "people": len(users(week, hubs=(namespace,))),
        "new_people": len(new_users(week, (namespace,))),
        "outage_minutes": day.down_minutes(),
        "up_ratio": _up(namespace, days),
        **{name: TRUE[name](day) for name in (*BY_DAY, *BY_WEEK) if name != "up_ratio"},
        **{name: happening(namespace, *days[-1]).numbers[name] for name in HOMES.values()},
    }
    detailed = [
        happening(namespace, *each).numbers for each in days if IN_DETAIL[0] in happening(namespace, *each).numbers
    ]
    together: Mapping[str, Callable[[Iterable[float]], float]] = dict(zip(IN_DETAIL, (sum, sum, max), strict=True))
    if detailed:
        found |= {name: put(each[name] for each in detailed) for name, put in together.items()}
    return {name: value for name, value in found.items() if value is not None}


def _up(namespace: str, days: Sequence[tuple[int, int]]) -> float:
    """The part of what was seen in which it was up."""
    seen = [happening(namespace, *each) for each in days]
    return sum(each.numbers["up_ratio"] * each.coverage.seen for each in seen) / sum(
        each.coverage.seen for each in seen
    )


def _reliability(week: Day) -> Reliability:
    starts = (each for each in week.truth.starts if each.namespace == week.namespace and each.down)
    spans = [(max(each.at - each.down, week.start), min(each.at, week.end)) for each in starts]
    outages = tuple(Outage(EPOCH + a * MILLISECOND, EPOCH + b * MILLISECOND) for a, b in spans if a < b)
    return Reliability(1 - week.down_minutes() / 60 / week.hours, week.down_minutes(), looked=True, outages=outages)


def _peak(namespace: str, week: Period) -> int:
    """The first hour in which as many servers ran as in no other."""
    day = the_week(namespace, week)
    hours = range(day.start // HOUR * HOUR, day.end, HOUR)
    most = {hour: Day(PLAN, truth(), namespace, hour, hour + HOUR).most() for hour in hours}
    return max(most, key=lambda hour: most[hour])


def _storage(weeks: Sequence[Mapping[str, float]], namespace: str, week: Period) -> Storage:
    now, before = weeks[:2]
    free = now["home_volume_free_bytes"]
    grown = now["home_bytes"] - before["home_bytes"]
    ends = [happening(namespace, *day).numbers for day in local_days(namespace, week, range(-22, 7))]
    pace = (ends[0]["home_volume_free_bytes"] - ends[-1]["home_volume_free_bytes"]) / 28
    return Storage(
        now["home_bytes"], now["home_volume_bytes"], free, grown, _days_left(free, pace), _days_left(free, grown / 7)
    )


def _days_left(free: float, a_day: float) -> float | None:
    return free / a_day if a_day > 0 and free / a_day <= 1000 else None


def _flag(told: Flag, weeks: Sequence[Mapping[str, float]], whole: Sequence[bool]) -> Flag:
    """The same flag with what happened: which numbers are more than usual is tested elsewhere."""
    sizes = [each.get("home_bytes") for each in weeks]
    grown = [None if a is None or b is None else a - b for a, b in pairwise(sizes)]
    numbers = grown if told.measure == "home_grown" else [each.get(told.measure) for each in weeks]
    seen = [number for number, is_seen in zip(numbers[1:], whole[1:], strict=False) if number is not None and is_seen]
    assert numbers[0] is not None
    of = {"server_start_failures": "server_starts"}.get(told.measure, "")
    return replace(told, value=numbers[0], usual=median(seen), of=weeks[0].get(of))
