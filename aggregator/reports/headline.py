"""The subject and the first sentence: how many people, and the worst of what happened."""

from collections.abc import Iterator

from aggregator.reports.comparing import WHOLE, percent
from aggregator.reports.comparing_words import against_before, against_usual
from aggregator.reports.naming import clean
from aggregator.reports.periods import Kind, Period
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import Audience, HubReport, Report

LONG = 60
"""Minutes from which on an outage is no short one."""

SOON = 30
"""Days within which a full volume is news."""

# Starts that failed are news when there are so many, and such a part of all.
FEWEST, TENTH = 5, 0.1
OFTEN = 4
"""After so many idle periods in a row an end of the mails is offered."""


def title_of(report: Report, tongue: Tongue) -> str:
    """What the report is about."""
    if report.audience is Audience.OPERATORS:
        return tongue.say("All hubs")
    return clean(report.title) or clean(report.name) or tongue.say("Your hubs")


def subject_of(report: Report, tongue: Tongue) -> str:
    """`University of Lisbon, week 47: 42 people (+14 %), one short outage`."""
    well = "" if is_idle(report) or not report.hubs else tongue.say("all well")
    count = ", ".join(filter(None, (_count(report, tongue), next(troubles(report, tongue), well))))
    when = _when(report.period, tongue)
    return tongue.say("{title}, {when}: {count}", title=title_of(report, tongue), when=when, count=count)


def lead_of(report: Report, tongue: Tongue) -> tuple[str, ...]:
    """The one sentence, and what has to be known to read it rightly."""
    when, hubs = _during(report.period, tongue), _hubs(report, tongue)
    if not report.hubs:
        return (tongue.say("There are no hubs to tell of."),)
    if is_unseen(report):
        return (tongue.say("Nothing could be seen of {hubs} {when}.", hubs=hubs, when=when),)
    if is_idle(report):
        return tuple(_idle(report, tongue))
    partial = (_partial(report, tongue),) if report.people.partial or _share(report) < WHOLE else ()
    if report.people.value is not None:
        used = tongue.many(
            "{number} person used {hubs} {when}", "{number} people used {hubs} {when}", report.people.value,
            hubs=hubs, when=when,
        )  # fmt: skip
        than = [against_before(report.people, report.period.kind, tongue), against_usual(report.people, tongue)]
        compared = tongue.listed([each for each in than if each])
        return (f"{used}, {compared}." if compared else f"{used}.", *partial)
    sessions = [value for hub in report.hubs if (value := hub.number("sessions").value) is not None]
    if sessions:
        started = tongue.many(
            "{number} session was started on {hubs} {when}.", "{number} sessions were started on {hubs} {when}.",
            sum(sessions), hubs=hubs, when=when,
        )  # fmt: skip
        return (started, *partial)
    return (tongue.say("How many people used {hubs} {when} is not known: nobody tells.", hubs=hubs, when=when),)


def troubles(report: Report, tongue: Tongue) -> Iterator[str]:
    """What was not well, in a few words, the worst first."""
    findings = sum(each.is_open for hub in report.hubs for each in hub.access.findings)
    if findings:
        yield tongue.many("{number} finding about who may log in", "{number} findings about who may log in", findings)
    if is_unseen(report):
        yield tongue.say("nothing could be seen")
        return
    yield from _outages(report, tongue, long=True)
    full = min((days for hub in report.hubs if (days := _full_in(hub)) is not None), default=None)
    if full is not None and full <= SOON:
        yield tongue.many("home storage full in {number} day", "home storage full in {number} days", int(full))
    if any(map(is_failing, report.hubs)):
        yield tongue.say("many starts failed")
    yield from _outages(report, tongue, long=False)
    fired = [*(hub.alerts for hub in report.hubs), *(place.alerts for place in report.elsewhere)]
    alerts = sum(each.is_open for some in fired for each in some)
    if alerts:
        yield tongue.many("{number} alert is open", "{number} alerts are open", alerts)
    if _share(report) < WHOLE:
        yield tongue.say("seen in part")
    if any(hub.flags for hub in report.hubs):
        yield tongue.say("something more than usual")


def is_idle(report: Report) -> bool:
    """Whether nobody used any of the hubs, which were seen well."""
    return bool(report.hubs) and all(hub.idle_for for hub in report.hubs)


def is_unseen(report: Report) -> bool:
    return bool(report.hubs) and not any(hub.share for hub in report.hubs)


def is_failing(hub: HubReport) -> bool:
    """Whether so many starts failed that people speak of it."""
    failed, started = (hub.number(name).value or 0 for name in ("server_start_failures", "server_starts"))
    return failed >= FEWEST and failed >= TENTH * (failed + started)


def down_minutes(hub: HubReport) -> float:
    """Minutes in which it did not work, by whichever is known; a scrape or two that failed is nothing."""
    minutes = hub.reliability.down_minutes or 0
    return minutes if minutes >= 1 else 0


def _outages(report: Report, tongue: Tongue, *, long: bool) -> Iterator[str]:
    down = [hub for hub in report.hubs if down_minutes(hub) and (down_minutes(hub) >= LONG) is long]
    if not down:
        return
    if long:
        worst = max(down, key=down_minutes)
        spelt = tongue.spell(down_minutes(worst))
        more = len(report.hubs) > 1
        yield (
            tongue.say("{hub} down {long}", hub=worst.title, long=spelt)
            if more
            else tongue.say("down {long}", long=spelt)
        )
        return
    count = sum(max(1, len(hub.reliability.outages)) for hub in down)
    yield tongue.many("one short outage", "{number} short outages", count)


def _full_in(hub: HubReport) -> float | None:
    if hub.storage is None:
        return None
    known = [days for days in (hub.storage.days_to_full, hub.storage.soon_full) if days is not None]
    return min(known, default=None)


def _count(report: Report, tongue: Tongue) -> str:
    if not report.hubs:
        return tongue.say("no hubs to tell of")
    if is_unseen(report):
        return ""
    if is_idle(report):
        return tongue.say("nobody used it") if len(report.hubs) == 1 else tongue.say("nobody used them")
    if report.people.value is None:
        sessions = [value for hub in report.hubs if (value := hub.number("sessions").value) is not None]
        return tongue.many("{number} session", "{number} sessions", sum(sessions)) if sessions else ""
    people = tongue.many("{number} person", "{number} people", report.people.value)
    more = percent(report.people)
    return people if more is None else f"{people} ({tongue.percent(more)})"


def _idle(report: Report, tongue: Tongue) -> Iterator[str]:
    when, hubs = _during(report.period, tongue), _hubs(report, tongue)
    yield tongue.say("Nobody used {hubs} {when}.", hubs=hubs, when=when)
    idle = min(hub.idle_for for hub in report.hubs)
    if idle > 1:
        yield {
            Kind.DAILY: tongue.say("So it was on {number} such days of the week in a row.", number=idle),
            Kind.WEEKLY: tongue.say("That makes {number} weeks in a row.", number=idle),
            Kind.MONTHLY: tongue.say("That makes {number} months in a row.", number=idle),
        }[report.period.kind]
    if idle >= OFTEN:
        yield tongue.say("If that is to stay so, these mails can be stopped by the link at the end.")


def _partial(report: Report, tongue: Tongue) -> str:
    share = _share(report)
    if share < WHOLE and len(report.hubs) > 1:
        fewer = sum(hub.share < WHOLE for hub in report.hubs)
        return tongue.many(
            "These numbers are partial: {number} hub was not seen all the time. What is missing stands below.",
            "These numbers are partial: {number} hubs were not seen all the time. What is missing stands below.",
            fewer,
        )
    if share < WHOLE:
        seen = tongue.share(share)
        return tongue.say(
            "These numbers are partial: {seen} of the time was seen. What is missing stands below.", seen=seen
        )
    return tongue.say(
        "They are not compared with {before}, of which too little was seen.", before=_before(report, tongue)
    )


def _before(report: Report, tongue: Tongue) -> str:
    return {
        Kind.DAILY: tongue.say("the same day a week before"),
        Kind.WEEKLY: tongue.say("the week before"),
        Kind.MONTHLY: tongue.say("the month before"),
    }[report.period.kind]


def _share(report: Report) -> float:
    """What was seen of the hub of which the least was seen."""
    return min((hub.share for hub in report.hubs), default=1.0)


def _hubs(report: Report, tongue: Tongue) -> str:
    if report.audience is Audience.OPERATORS:
        return tongue.many("the one hub", "{number} hubs", len(report.hubs))
    return tongue.many("your hub", "your {number} hubs", len(report.hubs))


def _when(period: Period, tongue: Tongue) -> str:
    if period.kind is Kind.WEEKLY:
        return tongue.say("week {number}", number=period.first.isocalendar().week)
    return tongue.month(period.first) if period.kind is Kind.MONTHLY else tongue.day(period.first)


def _during(period: Period, tongue: Tongue) -> str:
    if period.kind is Kind.WEEKLY:
        return tongue.say("this week")
    if period.kind is Kind.MONTHLY:
        return tongue.say("in {month}", month=tongue.month(period.first))
    return tongue.say("on {day}", day=tongue.full_date(period.first))
