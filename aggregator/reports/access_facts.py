"""Who may log in to a hub as its owners declared it, as far as a report tells. Pure."""

from datetime import timedelta

from aggregator.access.policy import patterns_in
from aggregator.reports.facts import Facts, HubFacts
from aggregator.reports.periods import Period
from aggregator.reports.values import AccessFacts, Window

AHEAD = timedelta(days=14)
"""Windows that begin or end so soon after the period are told of."""


def access_of(hub: HubFacts, facts: Facts) -> AccessFacts:
    """The policy, windows of the period and those close by, when it was looked at, and what contradicts it."""
    if hub.declared is None:
        windows = _near(windows_of(hub), facts.period)
        return AccessFacts(windows=windows, checked_at=facts.checked_at, findings=hub.findings)
    declared, patterns = hub.declared, patterns_in(hub.declared.identities)
    return AccessFacts(
        declared.policy,
        patterns,
        len(declared.identities) - len(patterns),
        declared.owner or "",
        declared.review_by,
        _near(windows_of(hub), facts.period),
        facts.checked_at,
        hub.findings,
    )


def windows_of(hub: HubFacts) -> tuple[Window, ...]:
    """Every window that is declared, in order of time."""
    declared = hub.declared.open_windows if hub.declared is not None else ()
    found = [*(Window(each.since, each.end, each.reason) for each in declared), *hub.windows]
    return tuple(sorted(found, key=lambda window: window.since))


def open_in(windows: tuple[Window, ...], period: Period) -> tuple[Window, ...]:
    """Those that were open in the period."""
    return tuple(each for each in windows if each.since < period.end and each.until > period.start)


def _near(windows: tuple[Window, ...], period: Period) -> tuple[Window, ...]:
    return tuple(each for each in windows if each.until > period.start and each.since < period.end + AHEAD)
