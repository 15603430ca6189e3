"""How the days of a hub stand: what was seen, what is lacking, and why nothing is there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.rollups.bucket_rows import Entry
from aggregator.rollups.buckets import Resolution, day_number, numbered
from aggregator.rollups.catalogue import MEASURES, VERSION, About
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.standing import (
    Asked,
    Day,
    State,
    always_lacking,
    asked_since,
    lacking,
    now_and_then_lacking,
    state_of,
)
from aggregator.store.instants import milliseconds

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW = milliseconds(NOON)
SATURDAY = numbered(Resolution.DAY, day_number(date(2026, 11, 21)), ZoneInfo("Europe/Lisbon"))
ALL = {each.name: 1.0 for each in MEASURES if each.about is About.HUB}


def kept(seen: int) -> Entry:
    return Entry(SATURDAY, Coverage(seen, 1440), VERSION, NOON)


def day(*without: str, state: State = State.WHOLE, **numbers: float) -> Day:
    """A day with every number but some."""
    return Day(date(2026, 11, 21), state, 1.0, {k: v for k, v in (ALL | numbers).items() if k not in without})


@pytest.mark.parametrize(
    ("seen", "state"), [(1440, State.WHOLE), (1368, State.WHOLE), (1367, State.IN_PART), (1, State.IN_PART), (0, State.UNSEEN)]
)  # fmt: skip
def test_how_much_was_seen_of_a_day_that_is_kept(seen: int, state: State) -> None:
    assert state_of(SATURDAY, kept(seen), None, NOW) is state


def test_a_day_that_is_not_over_is_neither_kept_nor_missing() -> None:
    assert state_of(SATURDAY, None, None, SATURDAY.end - 1) is State.RUNNING


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (None, State.UNASKED),
        (Asked(NOON, NOON), State.SILENT),
        (Asked(NOON - timedelta(days=3), NOON - timedelta(days=2)), State.UNASKED),  # not since the day was over
        (Asked(NOON + timedelta(days=40), NOON + timedelta(days=40)), State.UNASKED),  # no longer within reach
    ],
)
def test_who_was_asked_and_kept_nothing_did_not_answer(asked: Asked | None, state: State) -> None:
    assert state_of(SATURDAY, None, asked, NOW + 50 * 86_400_000) is state


def test_a_hub_that_is_newer_than_what_was_computed_was_not_asked() -> None:
    asked = Asked(NOON - timedelta(days=3), NOON)

    assert asked_since(asked, NOON + timedelta(hours=1)) is None
    assert asked_since(asked, NOON - timedelta(days=1)) == Asked(NOON - timedelta(days=1), NOON)
    assert asked_since(asked, NOON - timedelta(days=9)) == asked


def test_what_has_no_number_is_lacking_only_on_days_that_were_seen() -> None:
    assert [each.name for each in lacking(day("home_bytes"), ephemeral=False)] == ["home_bytes"]
    assert lacking(day("home_bytes", state=State.UNSEEN), ephemeral=False) == ()


def test_a_zero_is_not_lacking() -> None:
    assert lacking(day(home_bytes=0.0), ephemeral=False) == ()


def test_how_long_starts_took_is_not_lacking_where_there_was_none() -> None:
    without = "server_start_seconds_p90"

    assert lacking(day(without, server_starts=0.0), ephemeral=False) == ()
    assert [each.name for each in lacking(day(without, server_starts=2.0), ephemeral=False)] == [without]


def test_hubs_whose_accounts_come_and_go_lack_no_people() -> None:
    assert lacking(day("people", "new_people"), ephemeral=True) == ()


def test_what_is_lacking_on_all_days_is_told_once() -> None:
    days = [day("groups", "home_bytes"), day("groups"), day(state=State.UNASKED)]

    always = always_lacking(days, ephemeral=False)

    assert [each.name for each in always] == ["groups"]
    assert [each.name for each in now_and_then_lacking(days[0], always, ephemeral=False)] == ["home_bytes"]
    assert now_and_then_lacking(days[1], always, ephemeral=False) == ()
