"""What is found, as alerts that are true, over, or not to be told of any more. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.access.evidence import Sighting, Where
from aggregator.access.findings import LEFT_ALONE, Finding, FindingKey, Outcomes
from aggregator.access.found import Found, Pause, counted
from aggregator.access.kinds import KINDS, THEN
from aggregator.events.fingerprint import fingerprint
from aggregator.events.going_on import Judgement, Key
from aggregator.events.values import NAMES, SUMMARY_RESOLVED, Alert, labels_of
from aggregator.series import Labels

RULE = "access"
"""Where a rule's file stands in the key of an alert."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding that somebody is to be told of; it is one at the first look, since every look can be checked."""

    kind: str
    labels: Labels
    annotations: Labels
    evidence: tuple[str, ...]
    sure: bool = True
    people: int | None = None

    @property
    def rule(self) -> str:
        return f"{RULE};{self.kind}"

    @property
    def key(self) -> Key:
        return self.rule, fingerprint(self.labels)


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at one hub: what was seen, what each detector gave, and the names in it, sealed, by kind."""

    seen: Sighting
    outcomes: Outcomes
    sealed: Mapping[str, str]


def judged(
    looked: Iterable[Looked],
    findings: Mapping[FindingKey, Finding],
    before: Sequence[Alert],
    now: datetime,
    every: timedelta,
) -> Judgement[Verdict]:
    """Which alerts are true. `findings` are as they stand after the looks, `every` is how far looks are apart."""
    by_hub = {each.seen.where: each for each in looked}
    accepted = {key for key, finding in findings.items() if finding.is_accepted(now)}
    found = [verdict for each in by_hub.values() for verdict in _true(each, findings)]
    found += [_as_before(alert) for alert in before if _pauses(alert, by_hub, findings)]
    true = tuple(each for each in found if (*_place(each.labels), each.kind) not in accepted)
    still = {verdict.key for verdict in true}
    rest = [alert for alert in before if alert.key not in still]
    gone = {alert.key: why for alert in rest if (why := _why_gone(alert, by_hub, findings, now))}
    # Where replicas differ in their configuration or their version, another one may have looked just now.
    left = {
        alert.key
        for alert in rest
        if alert.key in gone and not _is_looked_for(alert, by_hub) and now - alert.looked_at <= LEFT_ALONE * every
    }
    over = {alert.key for alert in rest if alert.key not in gone and _is_over(alert, by_hub)}
    return Judgement(true, frozenset(over), {key: why for key, why in gone.items() if key not in left}, frozenset(left))


def called(alert: Alert) -> str:
    """What an alert about access is about: `The finding UnknownAccounts about lisbon/prod`."""
    return f"The finding {alert.name} about {alert.label('cluster')}/{alert.label('hub') or alert.label('namespace')}"


def _true(looked: Looked, findings: Mapping[FindingKey, Finding]) -> Iterator[Verdict]:
    for kind, outcome in looked.outcomes.items():
        if isinstance(outcome, Found):
            finding = findings.get((*looked.seen.where, kind))
            yield Verdict(
                kind, _labels(looked, kind), _words(looked, kind, outcome), _evidence(looked, outcome, finding)
            )


def _pauses(alert: Alert, looked: Mapping[Where, Looked], findings: Mapping[FindingKey, Finding]) -> bool:
    """Whether an alert is not so at the moment, and not over either."""
    where = _where(alert)
    finding = findings.get((*where, alert.name))
    return (
        where in looked
        and looked[where].seen.hub == alert.label("hub")
        and isinstance(looked[where].outcomes.get(alert.name), Pause)
        and finding is not None
        and finding.closed_at is None
    )


def _as_before(alert: Alert) -> Verdict:
    return Verdict(alert.name, alert.labels, alert.annotations, alert.evidence)


def _labels(looked: Looked, kind: str) -> Labels:
    cluster, namespace = looked.seen.where
    named = {"alertname": kind, "cluster": cluster, "namespace": namespace, "hub": looked.seen.hub}
    return labels_of(named | {"severity": KINDS[kind].severity, "kind": "access"})


def _words(looked: Looked, kind: str, found: Found) -> Labels:
    called = looked.seen.called
    return labels_of(
        {
            "title": looked.seen.title,
            "summary": found.in_words(called),
            "description": THEN[kind],
            SUMMARY_RESOLVED: f"{called}: {KINDS[kind].over}",
            "confidence": KINDS[kind].confidence,
            NAMES: looked.sealed.get(kind, ""),
        }
    )


def _evidence(looked: Looked, found: Found, finding: Finding | None) -> tuple[str, ...]:
    if finding is None:
        return found.evidence
    first = f"{finding.first_seen.astimezone(looked.seen.zone):%d %b %H:%M}"
    return (
        *found.evidence,
        f"first seen {first}, {counted(finding.looks, 'time')}; this is {KINDS[finding.kind].confidence}",
    )


def _why_gone(
    alert: Alert, looked: Mapping[Where, Looked], findings: Mapping[FindingKey, Finding], now: datetime
) -> str:
    """Why an alert ends though nothing says that it is over; nothing where that is not so."""
    where = _where(alert)
    if where not in looked:
        return "no configuration names this hub any more"
    if alert.name not in looked[where].outcomes:
        return "this version of Crosshub does not look for it"
    if isinstance(looked[where].outcomes[alert.name], Found) and not _is_accepted(findings, alert, now):
        return "it is told of under another name of the hub now"
    finding = findings.get((*where, alert.name))
    if finding is not None and finding.accepted is not None and finding.is_accepted(now):
        until = finding.accepted.until.astimezone(looked[where].seen.zone)
        return f"accepted by {finding.accepted.by} until {until:%d %b %Y}: {finding.accepted.why}"
    return ""


def _is_accepted(findings: Mapping[FindingKey, Finding], alert: Alert, now: datetime) -> bool:
    finding = findings.get((*_where(alert), alert.name))
    return finding is not None and finding.is_accepted(now)


def _is_over(alert: Alert, looked: Mapping[Where, Looked]) -> bool:
    outcome = looked[_where(alert)].outcomes[alert.name]
    return outcome is None or isinstance(outcome, Pause)


def _is_looked_for(alert: Alert, looked: Mapping[Where, Looked]) -> bool:
    return _where(alert) in looked and alert.name in looked[_where(alert)].outcomes


def _where(alert: Alert) -> Where:
    return _place(alert.labels)


def _place(labels: Labels) -> Where:
    named = dict(labels)
    return named["cluster"], named["namespace"]
