"""Whether a receiver is to be told of a group now, and why: Alertmanager's DedupStage. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why somebody is told, or is not."""

    FIRST = "first"
    NEW = "new alerts in group"
    ALL_RESOLVED = "all resolved"
    NEW_RESOLVED = "new resolved"
    REPEAT = "repeat elapsed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Told:
    """What a receiver was last told of a group, as fingerprints.

    `owed` were told to fire before and are muted since: that they are over is still to be told.
    """

    at: datetime
    firing: frozenset[str]
    resolved: frozenset[str]
    owed: frozenset[str] = frozenset()


def reason_to_tell(told: Told | None, stands: Told, *, repeat_interval: timedelta, send_resolved: bool) -> Reason:
    """The first row that applies of `needsUpdate` (alertmanager/notify/notify.go, 0.25).

    `told` is what was told last, `stands` what would be told now.
    """
    if told is None:
        return Reason.FIRST if stands.firing else Reason.NOTHING
    if not stands.firing <= told.firing:
        return Reason.NEW
    if not stands.firing:
        # Also where resolved ones are not sent, so that what fires next is new. What came and went between two notices
        # is not told.
        return Reason.ALL_RESOLVED if told.firing or stands.resolved & told.owed else Reason.NOTHING
    if send_resolved and not stands.resolved <= told.resolved:
        return Reason.NEW_RESOLVED
    return Reason.REPEAT if told.at < stands.at - repeat_interval else Reason.NOTHING
