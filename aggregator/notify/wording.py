"""Times and lengths of time as messages have them. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def clock_time(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`14:20`, with the day before it where that is not today: `21 Dec 09:10`."""
    local = instant.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}"


def length(span: timedelta) -> str:
    """The one or two largest units: `17 minutes`, `2 hours 5 minutes`."""
    left = max(0, round(span.total_seconds()))
    said = []
    for name, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            said.append(count_of(count, name))
        if said and (not count or len(said) == 2 or name == "minute"):
            break
    return " ".join(said) or "0 seconds"


def count_of(count: int, name: str, plural: str | None = None) -> str:
    """`1 alert`, `3 alerts`."""
    return f"{count:,} {name if count == 1 else plural or name + 's'}"
