"""Moments by the clock of a hub, by which windows and acceptances are given on the command line."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.clusters.times import moment
from aggregator.errors import BadQuery


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """`2026-12-01 09:00 WET`."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def moment_by(option: str, text: str, zone: ZoneInfo) -> datetime:
    """The moment; raises BadQuery, naming the option."""
    try:
        return moment(text, zone)
    except ValueError:
        raise BadQuery(f'{option}: "{text}" is no moment; write it as 2026-12-01T09:00') from None


def end_by(option: str, text: str, zone: ZoneInfo) -> datetime:
    """The moment, or the end of the day where only a day is given."""
    begins = moment_by(option, text, zone)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return begins
    try:
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    except OverflowError:
        raise BadQuery(f'{option}: "{text}" is too far away') from None
