"""Reports that were not made, as alerts: one for each schedule of which a slot was missed lately. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from aggregator.events.going_on import Judgement
from aggregator.events.values import SUMMARY_RESOLVED, Alert, labels_of
from aggregator.reports.missed_rows import Missed
from aggregator.reports.planned import NAMES, Planned
from aggregator.rules.verdicts import REPORT_MISSED, Verdict
from aggregator.series import Labels

LATELY = timedelta(days=1)
"""So long after it was noted that a report was missed its alert is open."""
MOST = 10
"""Slots that an alert names; how many there are more is said."""

WHAT_NOW = (
    "Nobody gets it by itself any more. If it still matters, send it by hand: "
    "crosshub report send COMMUNITY --period PERIOD --to ADDRESS."
)


def judged(missed: Sequence[Missed], before: Sequence[Alert], plans: Mapping[str, Planned]) -> Judgement[Verdict]:
    """What is true of reports, by those that were missed lately; alerts about others are over."""
    by_name = groupby(sorted(missed, key=lambda each: (each.schedule, each.slot)), key=lambda each: each.schedule)
    true = tuple(_verdict(name, tuple(some), plans.get(name)) for name, some in by_name)
    return Judgement(true, over=frozenset(each.key for each in before) - {each.key for each in true})


def called(name: str, count: int = 1) -> str:
    """`weekly report of lisbon`: what the report of a schedule is called, or several of them."""
    community, kind, *_ = name.removeprefix(NAMES).split("/")
    return f"{kind} report{'' if count == 1 else 's'} of {community or 'all hubs'}"


def _verdict(name: str, missed: Sequence[Missed], plan: Planned | None) -> Verdict:
    count = len(missed)
    said = f"The {called(name)} was missed" if count == 1 else f"{count} {called(name, count)} were missed"
    words = {"summary": said, "description": WHAT_NOW, SUMMARY_RESOLVED: f"No {called(name)} was missed for a day"}
    return Verdict(REPORT_MISSED, _labels(name), labels_of(words), tuple(_evidence(missed, plan)), sure=True)


def _labels(name: str) -> Labels:
    community, *kind = name.removeprefix(NAMES).split("/")
    labels = {"alertname": REPORT_MISSED, "severity": "ticket", "kind": "meta"}
    return labels_of({**labels, "community": community, "report": " ".join(kind)})


def _evidence(missed: Sequence[Missed], plan: Planned | None) -> Iterator[str]:
    for each in missed[-MOST:]:
        period = f"{plan.period(each.slot).name}, " if plan is not None else ""
        yield f"{period}due {each.slot:%Y-%m-%d %H:%M} UTC: {each.why}"
    if len(missed) > MOST:
        yield f"and {len(missed) - MOST} before them"
