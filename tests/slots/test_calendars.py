"""Which moments a calendar names, above all where clocks are put forward or back."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.slots.calendars import Calendar, Cron, Every, next_slot, slots

MANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
MINUTE, HOUR, DAY = 60, 3600, 86400


def cron(text: str, zone: str = "UTC") -> Cron:
    return Cron(text, ZoneInfo(zone))


def at(text: str) -> datetime:
    """An instant; without an offset it is in UTC."""
    written = datetime.fromisoformat(text)
    return written.astimezone(UTC) if written.tzinfo else written.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "after", "due"),
    [
        pytest.param(cron("0 8 * * MON", "Europe/Lisbon"), "2026-11-25T12:00",
                     ["2026-11-30T08:00", "2026-12-07T08:00"], id="Mondays"),
        pytest.param(cron("30 2 * * *", "Europe/Berlin"), "2026-03-28T12:00",
                     ["2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"], id="Berlin, 2:30 that is left out"),
        pytest.param(cron("30 2 * * *", "Europe/Berlin"), "2026-10-24T12:00",
                     ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"], id="Berlin, 2:30 that comes twice"),
        pytest.param(cron("50 2 * * *", "Europe/Berlin"), "2026-10-25T02:40+01:00",
                     ["2026-10-26T02:50+01:00"], id="Berlin, from within the second 2:40"),
        pytest.param(cron("50 2 * * *", "Europe/Berlin"), "2026-10-25T02:40+02:00",
                     ["2026-10-25T02:50+02:00", "2026-10-26T02:50+01:00"], id="Berlin, from within the first 2:40"),
        pytest.param(cron("*/30 * * * *", "Europe/Berlin"), "2026-10-25T02:00+02:00",
                     ["2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00",
                      "2026-10-25T03:00+01:00"], id="Berlin, every half hour, in an hour that comes twice"),
        pytest.param(cron("*/30 * * * *", "Europe/Berlin"), "2026-03-29T01:30+01:00",
                     ["2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00"], id="Berlin, every half hour, over a gap"),
        pytest.param(cron("0,30 2,3 * * *", "Europe/Berlin"), "2026-03-29T00:00",
                     ["2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00", "2026-03-30T02:00+02:00"],
                     id="Berlin, several in the gap are one"),
        pytest.param(cron("30 0 * * *", "America/Santiago"), "2026-09-05T12:00",
                     ["2026-09-06T01:00-03:00", "2026-09-07T00:30-03:00"], id="Santiago, a day without 0:30"),
        pytest.param(cron("0 0 * * *", "America/Santiago"), "2026-09-05T12:00",
                     ["2026-09-06T01:00-03:00", "2026-09-07T00:00-03:00"], id="Santiago, a day without midnight"),
        pytest.param(cron("0 0 * * *", "Asia/Kathmandu"), "2026-11-25T12:00",
                     ["2026-11-25T18:15", "2026-11-26T18:15"], id="Kathmandu, 5:45 ahead"),
        pytest.param(cron("0 2 * * *", "Australia/Lord_Howe"), "2026-10-03T12:00",
                     ["2026-10-04T02:30+11:00", "2026-10-05T02:00+11:00"], id="Lord Howe, half an hour is left out"),
        pytest.param(cron("0 8 29 2 *"), "2026-11-25T12:00",
                     ["2028-02-29T08:00", "2032-02-29T08:00"], id="leap days"),
        pytest.param(cron("0 8 * * MON", "Europe/Berlin"), "2026-12-27T12:00",
                     ["2026-12-28T08:00+01:00", "2027-01-04T08:00+01:00"], id="ISO week 53, and the first after it"),
        pytest.param(cron("0 8 31 * *"), "2027-01-31T08:00",
                     ["2027-03-31T08:00", "2027-05-31T08:00"], id="months that have a 31st"),
        pytest.param(cron("0 8 L * *"), "2027-02-01T00:00",
                     ["2027-02-28T08:00", "2027-03-31T08:00"], id="last days of months"),
        pytest.param(cron("0 12 * * *", "Pacific/Apia"), "2011-12-29T12:00-10:00",
                     ["2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00"], id="Apia, a day that never was"),
        pytest.param(Every(HOUR), "2026-11-25T11:59:59.999", ["2026-11-25T12:00", "2026-11-25T13:00"], id="hourly"),
        pytest.param(Every(HOUR), "2026-11-25T12:00", ["2026-11-25T13:00"], id="hourly, from a slot on"),
        pytest.param(Every(7 * MINUTE), "1970-01-01T00:00", ["1970-01-01T00:07", "1970-01-01T00:14"], id="7 minutes"),
        pytest.param(Every(DAY), "1969-12-31T12:00", ["1970-01-01T00:00"], id="before 1970"),
    ],
)  # fmt: skip
def test_the_slots_after_an_instant(calendar: Calendar, after: str, due: list[str]) -> None:
    found = list(islice(slots(calendar, at(after)), len(due)))

    assert found == [at(moment) for moment in due]
    assert all(slot.tzinfo is UTC for slot in found)


ZONES = st.sampled_from(["Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo"])
TEXTS = st.sampled_from(
    ["30 2 * * *", "0 0 * * *", "0,30 0-3 * * *", "*/20 * * * *", "15 */2 * * *", "0 8 * * MON", "45 1 * * SUN"]
)
CALENDARS = st.builds(cron, TEXTS, ZONES) | st.builds(Every, st.integers(1, 10**6))
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@MANY
@given(CALENDARS, INSTANTS)
def test_one_by_one_they_are_the_same(calendar: Calendar, after: datetime) -> None:
    at_once = list(islice(slots(calendar, after), 40))

    one_by_one = [next_slot(calendar, before) for before in (after, *at_once[:-1])]

    assert one_by_one == at_once
    assert at_once == sorted(set(at_once))
    assert at_once[0] > after


@MANY
@given(CALENDARS, INSTANTS, st.integers(0, 10**6))
def test_none_lies_between_an_instant_and_its_next_slot(calendar: Calendar, after: datetime, later: int) -> None:
    due = next_slot(calendar, after)
    assert due is not None

    between = min(after + timedelta(seconds=later), due - timedelta(milliseconds=1))

    assert next_slot(calendar, between) == due
