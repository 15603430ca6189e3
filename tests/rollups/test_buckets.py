"""Calendars: what a local day, week and month are, where clocks change and where they do not start on the hour."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.rollups.buckets import HOUR, Bucket, Resolution, buckets, days_of, holding

ZONES = ("UTC", "Europe/Lisbon", "America/Santiago", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana")  # fmt: skip


def at(text: str) -> int:
    """The instant of `2026-03-29 00:00` in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def day(text: str, zone: str) -> Bucket:
    """The bucket of a local date."""
    noon = datetime.fromisoformat(f"{text} 12:00").replace(tzinfo=ZoneInfo(zone))
    return holding(Resolution.DAY, round(noon.timestamp()) * 1000, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "date_", "start", "hours"),
    [
        ("UTC", "2026-11-25", "2026-11-25 00:00", 24),
        ("Europe/Berlin", "2026-03-29", "2026-03-28 23:00", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00", 25),
        ("America/Santiago", "2026-09-06", "2026-09-06 04:00", 23),
        ("America/Havana", "2026-03-08", "2026-03-08 05:00", 23),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00", 25),
        ("Asia/Kolkata", "2026-11-25", "2026-11-24 18:30", 24),
        ("Asia/Kathmandu", "2026-11-25", "2026-11-24 18:15", 24),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", 23.5),
        ("Pacific/Apia", "2011-12-29", "2011-12-29 10:00", 24),
        ("Europe/Lisbon", "2028-02-29", "2028-02-29 00:00", 24),
        ("Pacific/Kiritimati", "2026-01-01", "2025-12-31 10:00", 24),
    ],
)
def test_a_day_is_from_local_midnight_to_local_midnight(zone: str, date_: str, start: str, hours: float) -> None:
    found = day(date_, zone)

    assert (found.start, found.length / HOUR, found.first_day) == (at(start), hours, date.fromisoformat(date_))


@pytest.mark.parametrize(
    ("first", "days"), [("2026-12-28", 7), ("2027-01-04", 7)], ids=["week 53 of 2026", "week 1 of 2027"]
)
def test_weeks_are_those_of_iso(first: str, days: int) -> None:
    zone = ZoneInfo("Europe/Lisbon")
    week = holding(Resolution.WEEK, day(first, "Europe/Lisbon").start + 4 * 24 * HOUR, zone)

    assert (week.first_day, len(days_of(week, zone))) == (date.fromisoformat(first), days)


@pytest.mark.parametrize(("first", "days"), [("2028-02-01", 29), ("2026-10-01", 31), ("2026-02-01", 28)])
def test_a_month_has_all_its_days(first: str, days: int) -> None:
    zone = ZoneInfo("Europe/Lisbon")
    month = holding(Resolution.MONTH, day(first, "Europe/Lisbon").start, zone)

    assert (month.first_day, len(days_of(month, zone))) == (date.fromisoformat(first), days)


def test_a_day_that_a_country_skipped_is_none() -> None:
    found = buckets(Resolution.DAY, at("2011-12-29 00:00"), at("2012-01-01 00:00"), ZoneInfo("Pacific/Apia"))

    assert [each.first_day for each in found] == [date(2011, 12, 29), date(2011, 12, 31)]


def test_only_buckets_that_are_over_are_whole() -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    found = buckets(Resolution.DAY, at("2026-11-24 00:00"), at("2026-11-26 18:14"), zone)

    assert [each.first_day for each in found] == [date(2026, 11, 25)]


@given(
    st.sampled_from(ZONES),
    st.sampled_from(Resolution),
    st.integers(at("2000-01-01 00:00"), at("2040-01-01 00:00")),
    st.integers(1, 100 * 24 * HOUR),
)
def test_buckets_follow_each_other_without_a_gap(zone: str, resolution: Resolution, start: int, length: int) -> None:
    found = buckets(resolution, start, start + length, ZoneInfo(zone))

    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(holding(resolution, each.start, ZoneInfo(zone)) == each for each in found)
    assert all(holding(resolution, each.end - 1, ZoneInfo(zone)) == each for each in found)
