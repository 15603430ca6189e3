"""A simulated hub looked at as the job looks, and what is told of it."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.access.detect import outcomes
from aggregator.access.evidence import Sighting
from aggregator.access.findings import Finding, FindingKey, findings_now
from aggregator.access.found import Found
from aggregator.access.judging import Looked, called, judged
from aggregator.events.going_on import Key, gone_on
from aggregator.events.values import Alert, State
from tests.access.replay.emitted import Emitting
from tests.access.replay.life import NEVER, Life
from tests.access.replay.place import DAY, HOUR, Place

EVERY = 300.0
"""The job's own step."""
COARSE = 12 * HOUR
ABOUT_PEOPLE = frozenset(
    {
        "StrangersAtWork", "UnknownAccounts", "WindowOverStillOpen", "AccountSurge", "DenialsVanished", "AdminAppeared",
        "MoreAccountsThanPeople", "SteadyNewAccounts", "SimilarNames", "LoginOutsideWindow",
    }
)  # fmt: skip
"""Alerts about who appears and what they do."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that began: when, of which kind, in which words, and about whom."""

    at: float
    kind: str
    head: str
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class Watch:
    """The findings and alerts of one hub, from one look to the next."""

    findings: Mapping[FindingKey, Finding] = field(default_factory=dict)
    alerts: dict[Key, Alert] = field(default_factory=dict)
    last_told: float = 0.0

    def look(self, seen: Sighting, at: float) -> list[Told]:
        """What is told after a look."""
        found = outcomes(seen)
        if not self.alerts and not self.findings and not any(isinstance(each, Found) for each in found.values()):
            return []
        changed = {each.key: each for each in findings_now(self.findings, seen, found)}
        self.findings = {**self.findings, **changed}
        judgement = judged(
            [Looked(seen, found, {})], self.findings, [*self.alerts.values()], seen.at, timedelta(seconds=EVERY)
        )
        went = gone_on([*self.alerts.values()], judgement, seen.at, "access", called)
        new = [alert for alert in went.alerts if alert.key not in self.alerts]
        self.alerts = {alert.key: alert for alert in went.alerts if alert.state is not State.RESOLVED}
        told = [_told(at, alert, found[alert.name]) for alert in new]
        self.last_told = at if any(each.kind in ABOUT_PEOPLE for each in told) else self.last_told
        return told

    @property
    def is_about_people(self) -> bool:
        return any(alert.name in ABOUT_PEOPLE for alert in self.alerts.values())


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when it is looked, and from when to when without leaving out a look."""

    since: float
    until: float
    closely: tuple[float, float] = (0.0, 0.0)


def watched(emitting: Emitting, span: Span, is_enough: Callable[[Told], bool] = lambda _: False) -> list[Told]:
    """What is told in a span, up to what is enough."""
    watch, told = Watch(), list[Told]()
    moments = _moments(emitting.place, emitting.lived, span)
    at = span.since
    while at < span.until:
        new = watch.look(emitting.sighting(at), at)
        told += new
        if any(map(is_enough, new)):
            break
        at = _next(watch, moments, span, at)
    return told


def _next(watch: Watch, moments: list[float], span: Span, at: float) -> float:
    """The next look at which anything could have become so, or be over."""
    begins, ends = span.closely
    if begins <= at + EVERY < ends:
        return at + EVERY
    step = COARSE
    if watch.is_about_people:
        step = EVERY if at - watch.last_told < 6 * HOUR else HOUR
    following = bisect_right(moments, at)
    soon = moments[following] if following < len(moments) else NEVER
    return min(at + step, soon, begins if begins > at else NEVER)


def _moments(place: Place, lived: Life, span: Span) -> list[float]:
    """The looks just after something happened that could begin anything; in between nothing gets worse but by the clock.

    Accounts made, admins, somebody's first server, servers of newcomers that begin to compute or do not stop, the first login after an
    hour without, the last refusal a day ago, windows, and whenever something answers again.
    """
    found = [each.at for each in lived.accounts] + [each.admin for each in lived.accounts]
    first: dict[str, float] = {}
    made = {each.name: each.at for each in lived.accounts}
    for session in lived.sessions:
        first[session.name] = min(first.get(session.name, NEVER), session.begins)
        if session.begins - made[session.name] < 30 * DAY:
            found += [since + late for since, _, _ in session.busy for late in (600, 1200, 2100)]
            found += [session.begins + late for late in (DAY / 2, DAY) if session.begins + late < session.ends]
    found += first.values()
    found += _lonely(sorted(lived.logins), HOUR, before=True)
    found += [at + DAY for at in _lonely(sorted(lived.denials), DAY, before=False)]
    for window in place.hub.access.open_windows if place.hub.access else ():
        ends = (window.until or window.since).timestamp()
        found += [window.since.timestamp(), ends, ends + HOUR, ends + HOUR + EVERY]
    found += [ends for _, ends in (*lived.deaf, *lived.blind)]
    looks = {(at // EVERY + 1) * EVERY for at in found if span.since <= at < span.until}
    return sorted(looks)


def _lonely(moments: list[float], apart: float, *, before: bool) -> Iterator[float]:
    """Those with nothing so long before, or after, them."""
    padded = [-NEVER, *moments, NEVER]
    for at, each in enumerate(moments, 1):
        other = padded[at - 1] if before else padded[at + 1]
        if abs(each - other) > apart:
            yield each


def _told(at: float, alert: Alert, outcome: object) -> Told:
    names = outcome.names if isinstance(outcome, Found) else ()
    return Told(at, alert.name, dict(alert.annotations)["summary"], names)


def about_people(told: Iterable[Told]) -> list[Told]:
    return [each for each in told if each.kind in ABOUT_PEOPLE]
