"""How alerts that no rule file tells of go on: what was just judged, put upon what stood before. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from aggregator.events.values import Alert, Change, Event, Health, Source, State, event_of, unwatched
from aggregator.series import Labels

Key = tuple[str, str]
"""A rule, and the fingerprint of an alert's labels."""


class Verdict(Protocol):
    """Something that is wrong now. What is not `sure` has to be seen by two looks; `people` had servers there."""

    @property
    def rule(self) -> str: ...
    @property
    def key(self) -> Key: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def annotations(self) -> Labels: ...
    @property
    def evidence(self) -> tuple[str, ...]: ...
    @property
    def sure(self) -> bool: ...
    @property
    def people(self) -> int | None: ...


V = TypeVar("V", bound=Verdict)


@dataclass(frozen=True, slots=True)
class Judgement(Generic[V]):
    """Which alerts are true, and the keys of those that were open and are surely over.

    `gone` are those that nobody looks for any more, and why; `left` those of which that is to be seen yet. An open alert
    that is none of these was not seen.
    """

    true: tuple[V, ...]
    over: frozenset[Key] = frozenset()
    gone: Mapping[Key, str] = field(default_factory=dict)
    left: frozenset[Key] = frozenset()


Called = Callable[[Alert], str]
"""What an alert is about, as people say it."""


@dataclass(frozen=True, slots=True)
class Went:
    """Alerts as they stand now, what happened to them, and those that went away without ever having fired."""

    alerts: tuple[Alert, ...]
    events: tuple[Event, ...]
    dropped: tuple[Key, ...]


NOTHING = Went((), (), ())


def gone_on(before: Sequence[Alert], judgement: Judgement[V], now: datetime, source: Source, called: Called) -> Went:
    """Every alert that was not resolved, and every one that begins.

    What is sure fires at once, everything else when a second look shows it. What is over recovers for one look, since a
    hub that comes and goes is one outage. What was not seen is held. What nobody looks for any more ends at once, and says
    that it is not mended.
    """
    known = {alert.key: alert for alert in before}
    true = {verdict.key: verdict for verdict in judgement.true}
    steps = [
        _true(known[key], verdict, now) if key in known else _began(verdict, now, source)
        for key, verdict in true.items()
    ]
    rest = [alert for key, alert in known.items() if key not in true]
    steps += [_without(alert, judgement, now, called) for alert in rest]
    return _went(steps, now)


_Step = tuple[Alert, Change | None]


def _went(steps: Iterable[_Step], now: datetime) -> Went:
    every = tuple(steps)
    return Went(
        tuple(alert for alert, change in every if change is not Change.DROPPED),
        tuple(event_of(alert, change, now) for alert, change in every if change is not None),
        tuple(alert.key for alert, change in every if change is Change.DROPPED),
    )


def _began(verdict: Verdict, now: datetime, source: Source) -> _Step:
    state = State.FIRING if verdict.sure else State.PENDING
    began = Alert(
        verdict.rule, source, verdict.labels, verdict.annotations, state, now, now, now,
        people=verdict.people, evidence=verdict.evidence, fired_at=now if verdict.sure else None,
    )  # fmt: skip
    return began, Change(state)


def _true(before: Alert, verdict: Verdict, now: datetime) -> _Step:
    seen = replace(
        before, annotations=verdict.annotations, evidence=verdict.evidence, true_at=now, looked_at=now,
        health=Health.OK, held_since=None, state=State.FIRING, fired_at=before.fired_at or now,
    )  # fmt: skip
    if before.state is not State.FIRING:
        return seen, Change.FIRING
    return seen, Change.SEEN if before.held_since is not None else None


def _without(before: Alert, judgement: Judgement[V], now: datetime, called: Called) -> _Step:
    """What becomes of an alert that was not judged to be true."""
    if before.key in judgement.left:
        return before, None
    if before.key in judgement.gone:
        return _gone(before, judgement.gone[before.key], now, called(before))
    return _over(before, now) if before.key in judgement.over else _unseen(before, now)


def _gone(before: Alert, why: str, now: datetime, what: str) -> _Step:
    if before.state is State.PENDING:
        return before, Change.DROPPED
    ended = replace(unwatched(before, what, why), state=State.RESOLVED, resolved_at=now, looked_at=now, held_since=None)
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
