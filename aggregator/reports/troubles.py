"""What was not well, the worst first: what a subject has room for, and what several sentences ask."""

from collections.abc import Iterator

from aggregator.reports.comparing import WHOLE
from aggregator.reports.flags import GROWN
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import Fired, HubReport, Report

# Starts that failed are news when there are so many, and such a part of all.
FEWEST, TENTH = 5, 0.1

GRAVE = ("page", "critical", "high")
LONG = 60
"""Minutes from which on an outage is no short one."""

SOON = 30
"""Days within which a full volume is news."""


def troubles(report: Report, tongue: Tongue) -> Iterator[str]:
    """What was not well, in a few words, the worst first."""
    findings = sum(each.is_open and is_grave(each) for hub in report.hubs for each in hub.access.findings)
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
    if least_seen(report) < WHOLE:
        yield tongue.say("seen in part")
    if any(hub.flags for hub in report.hubs):
        yield tongue.say("something more than usual")


def is_grave(finding: Fired) -> bool:
    """Whether it is such that somebody is woken, or should be."""
    return finding.severity in GRAVE


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
    """At the pace of the last weeks, or at that of the period where it grew more than usual."""
    if hub.storage is None:
        return None
    grew = any(flag.measure == GROWN for flag in hub.flags)
    known = [hub.storage.days_to_full, hub.storage.soon_full if grew else None]
    return min((days for days in known if days is not None), default=None)


def least_seen(report: Report) -> float:
    """What was seen of the hub of which the least was seen."""
    return min((hub.share for hub in report.hubs), default=1.0)
