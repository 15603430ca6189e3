"""The subject and the first sentence: how many people, and the worst of what happened."""

from collections.abc import Iterable, Iterator, Sequence

from aggregator.reports.comparing import WHOLE, percent
from aggregator.reports.comparing_words import against_before, against_usual
from aggregator.reports.naming import clean, named_together
from aggregator.reports.periods import Kind, Period
from aggregator.reports.tongue import Tongue
from aggregator.reports.troubles import is_idle, is_unseen, least_seen, troubles
from aggregator.reports.values import Audience, HubReport, Report

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
    when, hubs = _during(report.period, tongue), _hubs(report.hubs, report, tongue)
    if not report.hubs:
        return (tongue.say("There are no hubs to tell of."),)
    if is_unseen(report):
        return (tongue.say("Nothing could be seen of {hubs} {when}.", hubs=hubs, when=when),)
    if is_idle(report):
        return tuple(_idle(report, tongue))
    partial = (_partial(report, tongue),) if report.people.partial or least_seen(report) < WHOLE else ()
    if report.people.value is not None:
        used = tongue.many(
            "{number} person used {hubs} {when}", "{number} people used {hubs} {when}", report.people.value,
            hubs=_hubs([hub for hub in report.hubs if not hub.ephemeral], report, tongue), when=when,
        )  # fmt: skip
        than = [against_before(report.people, report.period.kind, tongue), against_usual(report.people, tongue)]
        compared = tongue.listed([each for each in than if each])
        return (f"{used}, {compared}." if compared else f"{used}.", *_beside(report, tongue), *partial)
    sessions = _sessions(report.hubs)
    if sessions is not None:
        started = tongue.many(
            "{number} session was started on {hubs} {when}.", "{number} sessions were started on {hubs} {when}.",
            sessions, hubs=hubs, when=when,
        )  # fmt: skip
        return (started, *partial)
    return (tongue.say("How many people used {hubs} {when} is not known: nobody tells.", hubs=hubs, when=when),)


def _count(report: Report, tongue: Tongue) -> str:
    if not report.hubs:
        return tongue.say("no hubs to tell of")
    if is_unseen(report):
        return ""
    if is_idle(report):
        return tongue.say("nobody used it") if len(report.hubs) == 1 else tongue.say("nobody used them")
    if report.people.value is None:
        sessions = _sessions(report.hubs)
        return "" if sessions is None else tongue.many("{number} session", "{number} sessions", sessions)
    people = tongue.many("{number} person", "{number} people", report.people.value)
    more = percent(report.people)
    return f"{people} ({tongue.percent(more)})" if more is not None and round(more) else people


def _sessions(hubs: Iterable[HubReport]) -> float | None:
    known = [value for hub in hubs if (value := hub.number("sessions").value) is not None]
    return sum(known) if known else None


def _beside(report: Report, tongue: Tongue) -> Iterator[str]:
    """Hubs without people, beside those that have some."""
    others = [hub for hub in report.hubs if hub.ephemeral]
    sessions = _sessions(others)
    if sessions:
        yield tongue.many(
            "Besides, {number} session was started on {hubs}.",
            "Besides, {number} sessions were started on {hubs}.",
            sessions,
            hubs=named_together(others, report, tongue),
        )


def _idle(report: Report, tongue: Tongue) -> Iterator[str]:
    when, hubs = _during(report.period, tongue), _hubs(report.hubs, report, tongue)
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
    share = least_seen(report)
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


def _hubs(hubs: Sequence[HubReport], report: Report, tongue: Tongue) -> str:
    if report.audience is Audience.OPERATORS:
        return tongue.many("the one hub", "{number} hubs", len(hubs))
    return tongue.many("your hub", "your {number} hubs", len(hubs))


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
