"""What is done about slots that nobody looked at in time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.slots.calendars import Cron, Every
from aggregator.slots.catching_up import CatchUp, Kept, Schedule, Step, slots_to_run, step

DAILY = Cron("0 8 * * *", ZoneInfo("UTC"))
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = timedelta(days=1)
NIGHT = MONDAY + 7 * DAY - timedelta(hours=6)  # a week later, at two in the morning
WEEK = timedelta(days=30)


def missed(catch_up: CatchUp, now: datetime, max_lateness: timedelta = WEEK) -> list[int]:
    """The slots that are done when nobody looked since Monday, as days after it."""
    schedule = Schedule(name="daily", calendar=DAILY, catch_up=catch_up, max_lateness=max_lateness)
    return [(slot - MONDAY).days for slot in slots_to_run(schedule, MONDAY, now)]


@pytest.mark.parametrize(
    ("catch_up", "now", "max_lateness", "done"),
    [
        ("all", NIGHT, WEEK, [0, 1, 2, 3, 4, 5, 6]),
        ("latest", NIGHT, WEEK, [6]),
        ("skip", NIGHT, WEEK, []),
        ("all", NIGHT, 3 * DAY, [4, 5, 6]),
        ("latest", NIGHT, 3 * DAY, [6]),
        ("all", NIGHT, timedelta(hours=1), []),
        ("latest", NIGHT, timedelta(hours=1), []),
        ("all", MONDAY, WEEK, [0]),
        ("latest", MONDAY, WEEK, [0]),
        ("skip", MONDAY, WEEK, [0]),
        ("skip", MONDAY + timedelta(minutes=5), WEEK, [0]),
        ("skip", MONDAY + timedelta(minutes=5, seconds=1), WEEK, []),
        ("skip", MONDAY + timedelta(minutes=2), timedelta(minutes=1), []),
        ("skip", MONDAY + 7 * DAY, WEEK, [7]),
        ("latest", MONDAY + 3 * DAY, 3 * DAY, [3]),
        ("all", MONDAY + 3 * DAY, 3 * DAY, [0, 1, 2, 3]),
    ],
)
def test_a_downtime_is_caught_up_as_it_was_wished(
    catch_up: CatchUp, now: datetime, max_lateness: timedelta, done: list[int]
) -> None:
    assert missed(catch_up, now, max_lateness) == done


SCHEDULE = Schedule(name="daily", calendar=DAILY)
NAME = "0 8 * * * UTC"


@pytest.mark.parametrize(
    ("kept", "now", "done"),
    [
        pytest.param(None, NIGHT, Step(None, Kept(NAME, MONDAY + 7 * DAY)), id="new: nothing of the past"),
        pytest.param(
            Kept("every 60s", MONDAY), NIGHT, Step(None, Kept(NAME, MONDAY + 7 * DAY)), id="with another calendar"
        ),
        pytest.param(Kept(NAME, MONDAY), MONDAY - DAY, None, id="not due"),
        pytest.param(Kept(NAME, None), MONDAY, None, id="never due"),
        pytest.param(Kept(NAME, MONDAY), MONDAY, Step(MONDAY, Kept(NAME, MONDAY + DAY)), id="due"),
        pytest.param(
            Kept(NAME, MONDAY), NIGHT, Step(MONDAY + 6 * DAY, Kept(NAME, MONDAY + 7 * DAY)), id="due for a week"
        ),
        pytest.param(
            Kept(NAME, MONDAY), NIGHT + 30 * DAY, Step(MONDAY + 36 * DAY, Kept(NAME, MONDAY + 37 * DAY)), id="long due"
        ),
    ],
)
def test_a_schedule_goes_on_by_one_step(kept: Kept | None, now: datetime, done: Step | None) -> None:
    assert step(SCHEDULE, kept, now) == done


def test_what_is_too_late_is_passed_over() -> None:
    strict = Schedule(name="daily", calendar=DAILY, max_lateness=timedelta(hours=1))

    assert step(strict, Kept(NAME, MONDAY), NIGHT) == Step(None, Kept(NAME, MONDAY + 7 * DAY))


def test_a_slot_a_second_for_a_year_is_looked_at_only_as_far_back_as_it_matters() -> None:
    schedule = Schedule(name="often", calendar=Every(1), catch_up="latest", max_lateness=timedelta(minutes=1))

    assert list(slots_to_run(schedule, MONDAY - 365 * DAY, MONDAY)) == [MONDAY]
