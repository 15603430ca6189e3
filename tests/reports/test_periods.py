"""Stretches of time that a report is about."""

from datetime import UTC, date, datetime, timedelta

import pytest

from aggregator.errors import BadQuery
from aggregator.reports.periods import Kind, Period, last_period, period_named


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2027-W01", "2027-01-04", "2027-01-10"),
        ("2026-11-16", "2026-11-16", "2026-11-16"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_period_has_the_dates_of_its_name(name: str, first: str, last: str) -> None:
    period = period_named(name, "Europe/Lisbon")

    assert (period.first.isoformat(), period.last.isoformat(), period.name) == (first, last, name)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-W00", "2026-W54", "2027-W53", "2026-13", "2026-02-30", "last week", "２０２６-11"]
)
def test_what_is_no_period_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(BadQuery, match="2026-W47"):
        period_named(text, "UTC")


@pytest.mark.parametrize(
    ("zone", "hours"), [("Europe/Lisbon", 169), ("America/New_York", 168), ("Asia/Kathmandu", 168)]
)
def test_a_week_is_as_long_as_the_clocks_of_its_zone_make_it(zone: str, hours: int) -> None:
    week = period_named("2026-W43", zone)

    assert week.end - week.start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("kind", "zone", "now", "name"),
    [
        (Kind.WEEKLY, "UTC", "2026-11-23 00:00", "2026-W47"),
        (Kind.WEEKLY, "UTC", "2026-11-22 23:59", "2026-W46"),
        (Kind.WEEKLY, "Pacific/Auckland", "2026-11-22 11:00", "2026-W47"),
        (Kind.WEEKLY, "America/Lima", "2026-11-23 04:59", "2026-W46"),
        (Kind.DAILY, "Asia/Kathmandu", "2026-11-22 18:15", "2026-11-22"),
        (Kind.MONTHLY, "UTC", "2027-01-01 00:00", "2026-12"),
    ],
)
def test_the_last_period_is_the_latest_that_is_over_in_its_zone(kind: Kind, zone: str, now: str, name: str) -> None:
    assert last_period(kind, zone, datetime.fromisoformat(now).replace(tzinfo=UTC)).name == name


@pytest.mark.parametrize(
    ("kind", "first", "before"),
    [
        (Kind.WEEKLY, date(2027, 1, 4), "2026-W53"),
        (Kind.DAILY, date(2026, 11, 17), "2026-11-10"),
        (Kind.MONTHLY, date(2026, 1, 1), "2025-12"),
    ],
)
def test_a_day_is_compared_with_the_same_one_of_the_week_before(kind: Kind, first: date, before: str) -> None:
    assert Period(kind, first, "UTC").earlier(1).name == before
