"""Who may log in, as declared, in sentences."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType

from aggregator.access.kinds import NO_POLICY
from aggregator.reports.alert_words import fired
from aggregator.reports.naming import clean
from aggregator.reports.tongue import Tongue, later
from aggregator.reports.troubles import is_grave
from aggregator.reports.values import AccessFacts, Report, Window

MOST = 4
REVIEW = timedelta(days=30)

POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "closed": later("only who is named"),
        "org": later("members of an organisation"),
        "institution": later("people of an institution"),
        "shared-password": later("whoever knows the password"),
        "open": later("anybody"),
        "ephemeral": later("anybody, for a session"),
    }
)


def access(known: AccessFacts, report: Report, tongue: Tongue) -> Iterator[str]:
    """The policy, whether it was looked at, windows, and what was found that nobody is woken for."""
    if known.policy:
        yield f"{_policy(known, tongue)}; {_checked(known, report, tongue)}."
    else:
        yield tongue.say("Nobody has declared who may log in.")
    yield from (fired(each, report, tongue) for each in known.findings if not is_grave(each) and each.name != NO_POLICY)
    for window in known.windows:
        yield _window(window, report, tongue)
    if known.review_by is not None and _is_due(known, report):
        yield tongue.say("This policy is to be reviewed by {day}.", day=tongue.full_date(known.review_by))


def is_quiet(known: AccessFacts, report: Report) -> bool:
    """Whether there is a policy, nothing was found, no window is close by and no review due."""
    return bool(known.policy) and not known.findings and not known.windows and not _is_due(known, report)


def findings(known: AccessFacts, report: Report, tongue: Tongue) -> Iterator[str]:
    """What contradicts the policy so that somebody has to act."""
    return (fired(each, report, tongue) for each in known.findings if is_grave(each))


def _is_due(known: AccessFacts, report: Report) -> bool:
    return known.review_by is not None and known.review_by <= report.period.last + REVIEW


def _policy(known: AccessFacts, tongue: Tongue) -> str:
    who = tongue.say(POLICIES[known.policy])
    names = [clean(each) for each in known.patterns]
    if len(names) > MOST:
        left = tongue.many("{number} more", "{number} more", len(names) - MOST)
        names = [*names[:MOST], left]
    if known.named:
        names.append(tongue.many("{number} named person", "{number} named people", known.named))
    if not names:
        return tongue.say("As declared: {who}", who=who)
    return tongue.say("As declared: {who} ({names})", who=who, names=tongue.listed(names))


def _checked(known: AccessFacts, report: Report, tongue: Tongue) -> str:
    if known.checked_at is None:
        return tongue.say("Crosshub has not looked whether that holds")
    when = tongue.moment(known.checked_at, report.period)
    if any(each.is_open and is_grave(each) for each in known.findings):
        return tongue.say("that does not hold (seen {when})", when=when)
    return tongue.say("nothing contradicted it up to {when}", when=when)


def _window(window: Window, report: Report, tongue: Tongue) -> str:
    reason = clean(window.reason) or tongue.say("no reason was given")
    since, until = (tongue.moment(each, report.period) for each in (window.since, window.until))
    if window.until < report.period.end:
        return tongue.say(
            "It was open to all from {since} to {until}: {reason}.", since=since, until=until, reason=reason
        )
    if window.since < report.made_at:
        return tongue.say("It is open to all until {until}: {reason}.", until=until, reason=reason)
    return tongue.say(
        "It will be open to all from {since} to {until}: {reason}.", since=since, until=until, reason=reason
    )
