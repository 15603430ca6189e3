"""When something is due, again and again: a calendar gives the slots after an instant. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from aggregator.store.instants import EPOCH


@dataclass(frozen=True, slots=True)
class Cron:
    """The moments of a cron text of five fields, by the clocks of a zone.

    What falls into the hour that clocks leave out is due when they go on; what falls into one that comes twice is due
    once. Where minute or hour is a star, it is due all the time, whatever clocks do. As in Debian's cron.
    """

    text: str
    zone: ZoneInfo

    def __str__(self) -> str:
        return f"{self.text} {self.zone.key}"


@dataclass(frozen=True, slots=True)
class Every:
    """The whole multiples of so many seconds since 1970: hours on the hour, days at midnight in UTC."""

    seconds: int

    def __str__(self) -> str:
        return f"every {self.seconds}s"


Calendar = Cron | Every


def slots(calendar: Calendar, after: datetime) -> Iterator[datetime]:
    """The slots later than `after`, in order and in UTC; endless, but for a cron that never comes."""
    match calendar:
        case Cron(text, zone):
            last = after.astimezone(UTC)
            for local in CronSim(text, after.astimezone(zone)):
                # It reckons without the offset: in an hour that comes twice it may offer what was due an hour ago.
                if (slot := local.astimezone(UTC)) > last:
                    yield slot
                    last = slot
        case Every(seconds):
            step = timedelta(seconds=seconds)
            slot = EPOCH + ((after - EPOCH) // step + 1) * step
            while True:
                yield slot
                slot += step


def next_slot(calendar: Calendar, after: datetime) -> datetime | None:
    """The first slot later than `after`; None where none ever comes."""
    return next(slots(calendar, after), None)
