"""How alerts about outages go on: what was just judged, put upon what stood before. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.events.values import Alert, Change, Event, Health, State, event_of, unwatched
from aggregator.rules.outages import Judgement, Key
from aggregator.rules.unwatched import called
from aggregator.rules.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Went:
    """Alerts as they stand now, what happened to them, and those that went away without ever having fired."""

    alerts: tuple[Alert, ...]
    events: tuple[Event, ...]
    dropped: tuple[Key, ...]


def gone_on(before: Sequence[Alert], judgement: Judgement, now: datetime) -> Went:
    """Every alert that was not resolved, and every one that begins.

    What is sure fires at once, everything else when a second look shows it. What is over recovers for one look, since a
    hub that comes and goes is one outage. What was not seen is held. What nobody looks for any more ends at once, and says
    that it is not mended.
    """
    known = {alert.key: alert for alert in before}
    true = {verdict.key: verdict for verdict in judgement.true}
    steps = [_true(known.get(key), verdict, now) for key, verdict in true.items()]
    rest = [alert for key, alert in known.items() if key not in true]
    steps += [_without(alert, judgement, now) for alert in rest]
    return _went(steps, now)


_Step = tuple[Alert, Change | None]


def _went(steps: Iterable[_Step], now: datetime) -> Went:
    every = tuple(steps)
    return Went(
        tuple(alert for alert, change in every if change is not Change.DROPPED),
        tuple(event_of(alert, change, now) for alert, change in every if change is not None),
        tuple(alert.key for alert, change in every if change is Change.DROPPED),
    )


def _true(before: Alert | None, verdict: Verdict, now: datetime) -> _Step:
    if before is None:
        state = State.FIRING if verdict.sure else State.PENDING
        began = Alert(
            verdict.rule, "outage", verdict.labels, verdict.annotations, state, now, now, now,
            people=verdict.people, evidence=verdict.evidence, fired_at=now if verdict.sure else None,
        )  # fmt: skip
        return began, Change(state)
    seen = replace(
        before, annotations=verdict.annotations, evidence=verdict.evidence, true_at=now, looked_at=now,
        health=Health.OK, held_since=None, state=State.FIRING, fired_at=before.fired_at or now,
    )  # fmt: skip
    if before.state is not State.FIRING:
        return seen, Change.FIRING
    return seen, Change.SEEN if before.held_since is not None else None


def _without(before: Alert, judgement: Judgement, now: datetime) -> _Step:
    """What becomes of an alert that was not judged to be true."""
    if before.key in judgement.left:
        return before, None
    if before.key in judgement.gone:
        return _gone(before, judgement.gone[before.key], now)
    return _over(before, now) if before.key in judgement.over else _unseen(before, now)


def _gone(before: Alert, why: str, now: datetime) -> _Step:
    if before.state is State.PENDING:
        return before, Change.DROPPED
    ended = replace(
        unwatched(before, called(before), why), state=State.RESOLVED, resolved_at=now, looked_at=now, held_since=None
    )
    return replace(ended, health=Health.OK), Change.RESOLVED


def _over(before: Alert, now: datetime) -> _Step:
    seen = replace(before, looked_at=now, health=Health.OK, held_since=None)
    match before.state:
        case State.PENDING:
            return seen, Change.DROPPED
        case State.FIRING:
            return replace(seen, state=State.RECOVERING), Change.RECOVERING
        case _:
            return replace(seen, state=State.RESOLVED, resolved_at=now), Change.RESOLVED


def _unseen(before: Alert, now: datetime) -> _Step:
    """It stands as it did; that nobody could look is told once."""
    held = replace(before, looked_at=now, health=Health.NO_DATA, held_since=before.held_since or now)
    return held, Change.HELD if before.is_open and before.held_since is None else None
