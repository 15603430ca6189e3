"""An alert as it stands, and what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from aggregator.events.fingerprint import fingerprint
from aggregator.series import Labels

Source = Literal["rule", "outage", "access", "report"]


class State(StrEnum):
    """Where an alert is. *Recovering*: its condition is over, and `keep_firing_for` is not."""

    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    RESOLVED = "resolved"


class Health(StrEnum):
    """What the last look at an alert was worth. *Stale*: nobody has looked for too long."""

    OK = "ok"
    NO_DATA = "no data"
    ERROR = "error"
    STALE = "stale"


class Change(StrEnum):
    """What happened to an alert. *Dropped*: it was pending and never fired. *Held*: it fires on, unseen. *Seen*: again."""

    PENDING = "pending"
    FIRING = "firing"
    HELD = "held"
    SEEN = "seen"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    DROPPED = "dropped"


SUMMARY_RESOLVED = "summary_resolved"
"""The annotation that says in words that an alert is over; whoever tells of that says it in the place of `summary`."""

UNWATCHED = " is no longer watched"
"""So ends what that annotation says of an alert that nobody looks for any more."""

NAMES = "names"
"""The annotation that holds the names of people, sealed: operators are told them, and nobody else."""

WORST_FIRST = ("page", "critical", "high", "ticket", "warning", "medium", "info", "low")
"""Severities of outages, rules and findings, in the order in which somebody wants to read of them."""

OPEN = (State.FIRING, State.RECOVERING)
"""In these states somebody is to be told, or was."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: a rule (or a detector) and a label set, `alertname`, `cluster` and `severity` among its labels.

    `active_at` is when the condition became true, `fired_at` when it had been so for long enough, `true_at` when it was
    last seen to be true, `over_since` from when on a recovering one was not, `held_since` from when on nothing was seen,
    `looked_at` when it was last looked for.
    `evidence` are the sentences that show it, `people` how many had servers there.
    """

    rule: str
    source: Source
    labels: Labels
    annotations: Labels
    state: State
    active_at: datetime
    true_at: datetime
    looked_at: datetime
    health: Health = Health.OK
    value: float | None = None
    people: int | None = None
    evidence: tuple[str, ...] = ()
    fired_at: datetime | None = None
    over_since: datetime | None = None
    held_since: datetime | None = None
    resolved_at: datetime | None = None
    # Derived, and asked for often.
    fingerprint: str = field(init=False, compare=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "fingerprint", fingerprint(self.labels))

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.fingerprint

    @property
    def name(self) -> str:
        return self.label("alertname")

    @property
    def shown_annotations(self) -> dict[str, str]:
        """The annotations that anybody may see."""
        return {name: text for name, text in self.annotations if name != NAMES}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def label(self, name: str) -> str:
        """The value of a label, empty where it has none."""
        return dict(self.labels).get(name, "")


@dataclass(frozen=True, slots=True)
class Event:
    """A change, and the alert as it was just after."""

    at: datetime
    change: Change
    rule: str
    labels: Labels
    annotations: Labels = ()
    evidence: tuple[str, ...] = ()
    value: float | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.labels)


def event_of(alert: Alert, change: Change, at: datetime) -> Event:
    """The event that brought an alert to where it stands."""
    return Event(at, change, alert.rule, alert.labels, alert.annotations, alert.evidence, alert.value)


def unwatched(alert: Alert, what: str, why: str) -> Alert:
    """An alert that ends since nobody looks any more, which is no sign that what was wrong is mended, and says so."""
    annotations = labels_of(dict(alert.annotations) | {SUMMARY_RESOLVED: f"{what}{UNWATCHED}"})
    return replace(alert, annotations=annotations, evidence=(why,))


def labels_of(labels: Mapping[str, str]) -> Labels:
    """A label set in its one order. A label whose value is empty is one that is not there."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def worse_first(alert: Alert) -> int:
    """What alerts are sorted by; an unknown severity comes last."""
    severity = alert.label("severity")
    return WORST_FIRST.index(severity) if severity in WORST_FIRST else len(WORST_FIRST)
