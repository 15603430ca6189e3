"""What becomes of all alerts of a rule when it is looked at. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.events.values import Alert, Change, Event, Health, State, event_of
from aggregator.rules.state import Look, Over, Seen, Step, Terms, Unseen, removed, step
from aggregator.series import CLUSTER, Labels

FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a rule came to: what is true, which clusters were silent and why, or why there was no look at all.

    `missing` are alerts that are not true, of which there are no series to be seen any more, and which.
    """

    seen: tuple[Seen, ...] = ()
    silent: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[Labels, str] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0.0

    @property
    def health(self) -> Health:
        return Health.ERROR if self.error else Health.NO_DATA if self.silent or self.missing else Health.OK

    @property
    def fault(self) -> str:
        """Why not everything was seen, or nothing."""
        return self.error or "; ".join(dict.fromkeys((*self.silent.values(), *self.missing.values())))


@dataclass(frozen=True, slots=True)
class Missing(Unseen):
    """Somebody could see, and there are no series to be seen."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """Alerts as they are then, the keys of those that are no more, and what happened."""

    alerts: tuple[Alert, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    events: tuple[Event, ...] = ()

    def begun(self) -> tuple[Alert, ...]:
        """The alerts that begin to fire; those that only do so again were told of before."""
        now = {(event.labels, event.at) for event in self.events if event.change is Change.FIRING}
        return tuple(each for each in self.alerts if each.fired_at and (each.labels, each.fired_at) in now)


def stepped(before: Iterable[Alert], looked: Looked, terms: Terms, limit: int = 0) -> tuple[Stepped, Looked]:
    """What becomes of the alerts of a rule that are not over; and the look, an error where they are more than the limit."""
    known = {alert.labels: alert for alert in before}
    outcome = _outcome(known, looked, terms)
    active = sum(alert.state is not State.RESOLVED for alert in outcome.alerts)
    if limit and active > limit and not looked.error:
        # Prometheus forgets all alerts of the rule then. Here they are held: too many is no sign that any is over.
        looked = Looked(error=f"exceeded limit of {limit} with {active} alerts", seconds=looked.seconds)
        outcome = _outcome(known, looked, terms)
    return outcome, looked


def ended(alerts: Iterable[Alert], now: datetime) -> Stepped:
    """What becomes of alerts whose rules are in no file any more."""
    return _put_together([(alert, removed(alert, "its rule was removed", now)) for alert in alerts], now)


def _outcome(known: Mapping[Labels, Alert], looked: Looked, terms: Terms) -> Stepped:
    seen = {each.labels: each for each in looked.seen}
    everybody = sorted(known.keys() | seen.keys())
    steps = [(known.get(labels), _step(known.get(labels), _look(labels, seen, looked), terms)) for labels in everybody]
    return _put_together(steps, terms.now)


def ending(before: Iterable[Alert], looked: Looked) -> tuple[Alert, ...]:
    """The open alerts that a look says are over."""
    seen = {each.labels: each for each in looked.seen}
    return tuple(alert for alert in before if alert.is_open and isinstance(_look(alert.labels, seen, looked), Over))


def _step(before: Alert | None, look: Look, terms: Terms) -> Step:
    """What becomes of an alert. One whose series have been gone for a day, with a hub or an exporter, is nobody's concern."""
    since = before.held_since if before is not None else None
    if before is not None and since is not None and isinstance(look, Missing) and terms.now - since > FORGOTTEN:
        return removed(before, f"for a day {look.why}", terms.now)
    return step(before, look, terms)


def _look(labels: Labels, seen: Mapping[Labels, Seen], looked: Looked) -> Look:
    """What the look at a rule says about one of its alerts.

    One that belongs to no cluster is made of all of them: while one is silent, neither its presence nor its absence says
    anything. (`sum(x) < 5` is true when half of x is missing.)
    """
    if looked.error:
        return Unseen(Health.ERROR, looked.error)
    cluster = dict(labels).get(CLUSTER, "")
    if looked.silent and not cluster:
        return Unseen(Health.NO_DATA, looked.fault)
    if labels in seen:
        return seen[labels]
    if cluster in looked.silent:
        return Unseen(Health.NO_DATA, looked.silent[cluster])
    if labels in looked.missing:
        return Missing(Health.NO_DATA, looked.missing[labels])
    return Over()


def _put_together(steps: Sequence[tuple[Alert | None, Step]], now: datetime) -> Stepped:
    alerts: list[Alert] = []
    dropped: list[tuple[str, str]] = []
    events: list[Event] = []
    for before, (after, changes) in steps:
        if after is not None:
            alerts.append(after)
        elif before is not None:
            dropped.append(before.key)
        told = after or before
        if told is not None:
            events += [event_of(told, change, now) for change in changes]
    return Stepped(tuple(alerts), tuple(dropped), tuple(events))
