"""What becomes of an alert when its rule is looked at: Prometheus' states (rules/alerting.go), and what nobody could see.

*Missing data never resolves*: an alert that cannot be seen is held, whatever its state is, and time in which it could not
be seen counts neither for its `for` nor for its `keep_firing_for`. For `for`, that is what Prometheus does about the time
in which it did not run (`RestoreForState` in rules/group.go): it moves `activeAt` on by so much, lets what was about to
fire wait for ten minutes, and begins anew after an hour. Pure.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.events.values import Alert, Change, Health, State, unwatched
from aggregator.promql.numbers import text
from aggregator.series import Labels

OUTAGE_TOLERANCE = timedelta(hours=1)
"""Prometheus' `--rules.alert.for-outage-tolerance`: what was pending before a longer time unseen begins anew."""
GRACE = timedelta(minutes=10)
"""Prometheus' `--rules.alert.for-grace-period`: at least so long it is pending again after nobody looked."""
MISSED = 3
"""Looks in a row that are missing mean that nobody looked, not that one was slow."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The condition is true."""

    labels: Labels
    annotations: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Over:
    """Somebody could see, and the condition is not true."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nobody could see whether the condition is true."""

    health: Health
    why: str


Look = Seen | Over | Unseen


@dataclass(frozen=True, slots=True)
class Terms:
    """A rule as far as it matters here, and the moment of the look."""

    rule: str
    hold: timedelta
    keep_firing_for: timedelta
    interval: timedelta
    now: datetime


Step = tuple[Alert | None, tuple[Change, ...]]
"""An alert as it is then, or that there is none, and what happened to it."""


def step(before: Alert | None, look: Look, terms: Terms) -> Step:
    """What becomes of an alert by a look at it. Of one that is over for good nothing does, unless it begins anew."""
    known = before if before is not None and before.state is not State.RESOLVED else None
    match look:
        case Seen():
            return _true(known, look, terms)
        case Over() if known is not None:
            return _over(known, terms)
        case Unseen() if known is not None:
            return _held(known, look, terms.now)
        case _:
            return before, ()


def removed(before: Alert, why: str, now: datetime) -> Step:
    """What becomes of an alert that nobody will look at again: it ends, and says why."""
    if before.state is State.PENDING:
        return None, (Change.DROPPED,)
    where = "/".join(filter(None, (before.label("cluster"), before.label("namespace"))))
    what = f"{before.name} on {where}" if where else before.name
    return _resolved(unwatched(before, what, why), now), (Change.RESOLVED,)


def _true(before: Alert | None, seen: Seen, terms: Terms) -> Step:
    now = terms.now
    if before is None:
        fresh = Alert(terms.rule, "rule", seen.labels, seen.annotations, State.PENDING, now, now, now)
        alert, changes = _after_hold(_told(fresh, seen), terms)
        return alert, changes or (Change.PENDING,)
    changes = _seen_again(before)
    alert = replace(
        _looked_at(_told(before, seen), now), active_at=_active_at(before, terms), true_at=now, over_since=None
    )
    if alert.state is State.RECOVERING:
        return replace(alert, state=State.FIRING), (*changes, Change.FIRING)
    alert, fired = _after_hold(alert, terms)
    return alert, (*changes, *fired)


def _after_hold(alert: Alert, terms: Terms) -> tuple[Alert, tuple[Change, ...]]:
    """A pending alert fires once it was so for long enough."""
    if alert.state is not State.PENDING or terms.now - alert.active_at < terms.hold:
        return alert, ()
    return replace(alert, state=State.FIRING, fired_at=terms.now), (Change.FIRING,)


def _over(before: Alert, terms: Terms) -> Step:
    now = terms.now
    if before.state is State.PENDING:
        return None, (Change.DROPPED,)
    changes = _seen_again(before)
    unseen = timedelta(0) if before.held_since is None else now - before.held_since
    since = now if before.over_since is None else before.over_since + unseen
    alert = replace(_looked_at(before, now), over_since=since, evidence=_evidence(before))
    if now - since >= terms.keep_firing_for:
        return _resolved(alert, now), (*changes, Change.RESOLVED)
    if before.state is State.RECOVERING:
        return alert, changes
    return replace(alert, state=State.RECOVERING), (*changes, Change.RECOVERING)


def _held(before: Alert, look: Unseen, now: datetime) -> Step:
    alert = replace(
        before,
        health=look.health,
        held_since=before.held_since or now,
        looked_at=now,
        evidence=(*_evidence(before), f"not seen: {look.why}"),
    )
    return alert, () if before.held_since else (Change.HELD,)


def _active_at(before: Alert, terms: Terms) -> datetime:
    """Since when the condition of an alert counts as true."""
    now, unseen = terms.now, terms.now - before.true_at
    nobody_looked = now - before.looked_at > MISSED * terms.interval
    if before.state is not State.PENDING or not (nobody_looked or before.held_since):
        return before.active_at
    if unseen > OUTAGE_TOLERANCE:
        return now
    if nobody_looked:
        if terms.hold < GRACE:
            return now
        if terms.hold - (before.true_at - before.active_at) < GRACE:
            return now + GRACE - terms.hold
    return before.active_at + unseen


def _told(alert: Alert, seen: Seen) -> Alert:
    told = replace(alert, annotations=seen.annotations, value=seen.value)
    return replace(told, evidence=_evidence(told))


def _evidence(alert: Alert) -> tuple[str, ...]:
    return () if alert.value is None else (f"its expression gave {text(alert.value)}",)


def _looked_at(alert: Alert, now: datetime) -> Alert:
    """After a look that could see."""
    return replace(alert, looked_at=now, health=Health.OK, held_since=None)


def _seen_again(before: Alert) -> tuple[Change, ...]:
    return (Change.SEEN,) if before.held_since else ()


def _resolved(alert: Alert, now: datetime) -> Alert:
    return replace(_looked_at(alert, now), state=State.RESOLVED, resolved_at=now, over_since=None)
