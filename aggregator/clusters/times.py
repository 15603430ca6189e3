"""Durations, time zones, moments and crons as people write them."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from aggregator.clusters.faults import Unfit, did_you_mean

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
LONGEST = 100 * UNITS["y"]


def duration(text: str) -> float:
    """Seconds of `30s`, `1h30m`, `3d`: the units of Prometheus, each at most once and the larger first."""
    units = "".join(rf"(?:(?P<{unit}>\d+(?:\.\d+)?){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms"))
    if text.isdigit() and text != "0":
        raise Unfit(f"has no unit; write {text}s, {text}m, ...")
    if text == "" or not (found := re.fullmatch(units, text, re.ASCII)):
        raise ValueError
    seconds = sum(float(number) * UNITS[unit] for unit, number in found.groupdict(default="0").items())
    if seconds > LONGEST:
        raise Unfit("longer than 100 years")
    return seconds


def positive_duration(text: str) -> float:
    """Seconds of a duration that is more than nothing."""
    if (seconds := duration(text)) > 0:
        return seconds
    raise Unfit("must be more than nothing")


def retention(text: str) -> float | None:
    """Seconds for which something is kept; None is for ever."""
    return None if text == "forever" else positive_duration(text)


def zone(text: str) -> ZoneInfo:
    """The zone of that name; a ValueError when there is none."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError from None


def known_zone(text: str) -> ZoneInfo:
    """The zone of that name; for one that does not exist, the fault names the nearest."""
    try:
        return zone(text)
    except ValueError:
        hint = did_you_mean(text, sorted(available_timezones()))
        raise Unfit(f"is not a time zone such as Europe/Lisbon{hint}") from None


def moment(text: str, where: ZoneInfo) -> datetime:
    """An instant in UTC; without an offset it is written in the zone `where`."""
    written = datetime.fromisoformat(text)
    aware = written if written.tzinfo else written.replace(tzinfo=where)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        raise ValueError from None


def cron(text: str) -> str:
    """A cron expression of five fields, one space between them."""
    if len(text.split()) != 5:
        raise Unfit("must have five fields: minute, hour, day, month, weekday")
    try:
        CronSim(text, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise Unfit(f"is no cron expression: {str(error).lower()}") from None
    return " ".join(text.split())
