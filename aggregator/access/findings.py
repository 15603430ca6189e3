"""A finding as it stands: one for each hub and kind, with when it was seen and whether somebody lives with it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.access.evidence import Sighting, Unseen, Where
from aggregator.access.found import Found, Outcome, Pause
from aggregator.access.kinds import KINDS

LEFT_ALONE = 5
"""So many looks have to be missing before what is known of a hub that no configuration names any more ends.

Replicas may read different files for a while.
"""
FindingKey = tuple[str, str, str]
"""(cluster, namespace, kind)"""


class Standing(StrEnum):
    """Whether anybody has to do something."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who lives with a finding, until when, and why."""

    by: str
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `looks` is how many looks have seen it, `unseen` why the last one could not."""

    where: Where
    kind: str
    severity: str
    head: str
    evidence: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    looks: int = 1
    unseen: str = ""
    closed_at: datetime | None = None
    accepted: Acceptance | None = None

    @property
    def key(self) -> FindingKey:
        return (*self.where, self.kind)

    def standing(self, now: datetime) -> Standing:
        if self.closed_at is not None:
            return Standing.CLOSED
        return Standing.ACCEPTED if self.is_accepted(now) else Standing.OPEN

    def is_accepted(self, now: datetime) -> bool:
        return self.accepted is not None and now < self.accepted.until


Outcomes = Mapping[str, Outcome]
"""By kind."""


def findings_now(before: Mapping[FindingKey, Finding], seen: Sighting, outcomes: Outcomes) -> tuple[Finding, ...]:
    """The findings of a hub that a look begins, goes on with or closes; what it could not see stays open and says why."""
    steps = (_step(before.get((*seen.where, kind)), seen, kind, outcome) for kind, outcome in outcomes.items())
    return tuple(finding for finding in steps if finding is not None)


def left_behind(
    before: Iterable[Finding], hubs: frozenset[Where], now: datetime, every: timedelta
) -> tuple[Finding, ...]:
    """The open findings of hubs that no configuration names any more, closed once enough looks are missing."""
    gone = (each for each in before if each.closed_at is None and each.where not in hubs)
    return tuple(replace(each, closed_at=now) for each in gone if now - each.last_seen > LEFT_ALONE * every)


def _step(before: Finding | None, seen: Sighting, kind: str, outcome: Outcome) -> Finding | None:
    is_open = before is not None and before.closed_at is None
    match outcome:
        case Found():
            return _found(before, seen, kind, outcome)
        case Unseen(reason=reason):
            return replace(before, unseen=reason) if before is not None and is_open else None
        case Pause(quiet=quiet) if before is not None and seen.at - before.last_seen < quiet:
            return replace(before, unseen="") if is_open else None
        case _:
            return replace(before, closed_at=seen.at, unseen="") if before is not None and is_open else None


def _found(before: Finding | None, seen: Sighting, kind: str, found: Found) -> Finding:
    head = found.in_words(seen.called)
    if before is None or (before.closed_at is not None and not before.is_accepted(seen.at)):
        return Finding(seen.where, kind, KINDS[kind].severity, head, found.evidence, seen.at, seen.at)
    return replace(
        before, severity=KINDS[kind].severity, head=head, evidence=found.evidence, last_seen=seen.at,
        looks=before.looks + 1, unseen="", closed_at=None,
    )  # fmt: skip
