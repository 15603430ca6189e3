"""Alerts, looks and moments, made shortly."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.events.values import Alert, Change, Event, Health, State, labels_of
from aggregator.rules.state import Over, Seen, Terms, Unseen
from aggregator.series import Labels

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RULE = "hubs.yaml;hub;HubSlow"
LABELS = labels_of({"alertname": "HubSlow", "cluster": "lisbon", "namespace": "prod"})
TRUE, FALSE = Seen(LABELS, (("summary", "it is slow"),), 7.0), Over()
NO_DATA, ERROR = Unseen(Health.NO_DATA, "no answer in 20 s"), Unseen(Health.ERROR, "query timed out")


def at(minutes: float) -> datetime:
    return NOON + minutes * MINUTE


def terms(minutes: float, hold: float = 0, keep: float = 0) -> Terms:
    """A look that many minutes after noon, at a rule with that `for` and `keep_firing_for`."""
    return Terms(RULE, hold * MINUTE, keep * MINUTE, MINUTE, at(minutes))


def alert(state: State, since: float = 0, last: float | None = None, labels: Labels = LABELS, **more: Any) -> Alert:
    """An alert that is so since a minute, and was last looked at and true in another."""
    then = at(since if last is None else last)
    fired = None if state is State.PENDING else at(since)
    seen: dict[str, Any] = {"true_at": then, "looked_at": then, "fired_at": fired, "value": 7.0} | more
    return Alert(RULE, "rule", labels, (), state, **({"active_at": at(since)} | seen))


def replayed(events: Iterable[Event]) -> Mapping[Labels, tuple[State, bool]]:
    """The state of each alert that there is by what happened, and whether it is held."""
    standing: dict[Labels, tuple[State, bool]] = {}
    for event in events:
        state, held = standing.get(event.labels, (State.PENDING, False))
        match event.change:
            case Change.DROPPED:
                del standing[event.labels]
            case Change.HELD:
                assert not held
                standing[event.labels] = state, True
            case Change.SEEN:
                assert held
                standing[event.labels] = state, False
            case change:
                standing[event.labels] = State(change), held
    return standing
