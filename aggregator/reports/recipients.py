"""Who gets a report, and why others do not. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

WHOLE = ""
"""The address of what holds for a community as a whole."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address that gets the reports of a community, unless they were stopped, or are paused until then."""

    id: str
    community: str
    address: str
    stopped_at: datetime | None = None
    paused_until: datetime | None = None

    def is_quiet(self, now: datetime) -> bool:
        return self.stopped_at is not None or (self.paused_until is not None and self.paused_until > now)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides who gets one: `whole` is how the community stands, `suppressed` are addresses that refuse mails."""

    whole: Subscription | None
    suppressed: Collection[str]
    has_server: bool
    now: datetime


def left_out(each: Subscription, standing: Standing) -> str | None:
    """Why a report is not sent to somebody; None where it is."""
    if standing.whole is not None and standing.whole.is_quiet(standing.now):
        return "paused for the whole community"
    if each.stopped_at is not None:
        return "stopped by its reader"
    if each.is_quiet(standing.now):
        return "paused for this address"
    if each.address in standing.suppressed:
        return "the address refuses mails"
    return None if standing.has_server else "the configuration has no smtp"
