"""The tiles, the bars of the days, and what the picture shows."""

from collections.abc import Sequence

from aggregator.reports.comparing import WHOLE
from aggregator.reports.comparing_words import tile
from aggregator.reports.layout import Bar, Tile
from aggregator.reports.periods import Kind
from aggregator.reports.tongue import Tongue, later
from aggregator.reports.values import Compared, DayCount, HubReport, Report

PEOPLE = {
    Kind.DAILY: later("People that day"),
    Kind.WEEKLY: later("People this week"),
    Kind.MONTHLY: later("People this month"),
}
SESSIONS = {
    Kind.DAILY: later("Sessions that day"),
    Kind.WEEKLY: later("Sessions this week"),
    Kind.MONTHLY: later("Sessions this month"),
}


def tiles(report: Report, tongue: Tongue) -> tuple[Tile, ...]:
    """Four numbers. Of several hubs, the most at once is that of the hub with the most."""
    kind = report.period.kind
    found = [tile(tongue.say(PEOPLE[kind]), report.people, tongue)] if report.people.value is not None else []
    if kind is not Kind.MONTHLY and report.month.value is not None:
        found.append(tile(tongue.say("People in 30 days"), report.month, tongue))
    if report.new.value is not None:
        found.append(tile(tongue.say("New people"), report.new, tongue))
    if report.people.value is None and (busiest := _most(report.hubs, "sessions")) is not None:
        label = tongue.say(SESSIONS[kind])
        found.append(tile(label, busiest.number("sessions"), tongue, _at(busiest, report, tongue, hour=False)))
    if (busiest := _most(report.hubs, "servers_most")) is not None:
        number = busiest.number("servers_most")
        found.append(tile(tongue.say("Most servers at once"), number, tongue, _at(busiest, report, tongue, hour=True)))
    return tuple(found)


def bars(days: Sequence[DayCount], tongue: Tongue) -> tuple[Bar, ...]:
    """A bar a day. A day of which nothing is known has a word in its place."""
    longest = max((day.count for day in days if day.count), default=1.0)
    return tuple(_bar(day, longest, tongue, by_date=len(days) > 7) for day in days)


def bars_title(report: Report, tongue: Tongue) -> str:
    """What the bars are of."""
    return tongue.say("Sessions by day") if is_of_sessions(report) else tongue.say("People by day")


def is_of_sessions(report: Report) -> bool:
    return bool(report.hubs) and all(hub.ephemeral for hub in report.hubs)


def picture(report: Report, tongue: Tongue) -> tuple[str, str]:
    """What the picture shows: a caption, and all of it in a sentence for who does not see it. Empty without numbers."""
    known = [day for day in report.past if day.count is not None]
    if sum(bool(day.count) for day in known) < 2:
        return "", ""
    weeks = len(report.past) // 7
    caption = (
        tongue.many("Sessions by day, {number} week", "Sessions by day, {number} weeks", weeks)
        if is_of_sessions(report)
        else tongue.many("People by day, {number} week", "People by day, {number} weeks", weeks)
    )
    top = max(known, key=lambda day: day.count or 0)
    low = min(known, key=lambda day: day.count or 0)
    words = tongue.say(
        "{caption}: most {most} ({day}), fewest {fewest} ({other}), {last} on the last day.",
        caption=caption, most=tongue.number(top.count or 0), day=tongue.day(top.date),
        fewest=tongue.number(low.count or 0), other=tongue.day(low.date), last=_last(report.past, tongue),
    )  # fmt: skip
    return caption, words


def _last(days: Sequence[DayCount], tongue: Tongue) -> str:
    count = days[-1].count
    return tongue.say("not known") if count is None else tongue.number(count)


def _bar(day: DayCount, longest: float, tongue: Tongue, *, by_date: bool) -> Bar:
    label = tongue.short_day(day.date) if by_date else tongue.weekday(day.date)
    if day.count is None:
        return Bar(label, "", 0.0, tongue.say("not known"))
    note = tongue.say("seen in part") if day.share < WHOLE else ""
    return Bar(label, tongue.number(day.count), day.count / longest, note)


def _most(hubs: Sequence[HubReport], measure: str) -> HubReport | None:
    known = [hub for hub in hubs if hub.number(measure).value is not None]
    return max(known, key=lambda hub: hub.number(measure).value or 0, default=None)


def _at(hub: HubReport, report: Report, tongue: Tongue, *, hour: bool) -> str:
    when = tongue.moment(hub.peak_at, report.period) if hour and hub.peak_at is not None else ""
    name = hub.title if len(report.hubs) > 1 else ""
    return ", ".join(filter(None, (name, when)))


def number_of(number: Compared, tongue: Tongue) -> str:
    """A number for a table; a dash where it is not known."""
    return "–" if number.value is None else tongue.number(number.value)
