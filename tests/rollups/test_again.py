"""Computing again, in whatever order and pieces, leaves what computing once leaves."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.rollups.chunks import Window
from aggregator.rollups.due import every
from aggregator.store.database import Database, open_database
from aggregator.store.instants import milliseconds
from tests.fakes.telling import SLOT, Truth
from tests.rollups.computing import DAY, FOR_EVER, HOUR, NOW, computing, lately, later
from tests.rollups.orders import PIECES, Piece, emptied, told_in
from tests.rollups.tables import Rows, differences, numbers, tables

MINUTE = timedelta(minutes=1)
# All of the last days, whether they are there or not.
ALL = Window(milliseconds(NOW - 86 * HOUR), milliseconds(NOW), every)


@pytest.fixture
def straight(database_url: str) -> Rows:
    """What is kept when each piece is told once, one after the other."""
    return asyncio.run(told_in(PIECES, database_url))


@settings(max_examples=3, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(PIECES), st.lists(st.tuples(st.sampled_from(PIECES), st.integers(0, 6)), max_size=2))
def test_any_order_any_number_of_times(
    database_url: str, straight: Rows, order: list[Piece], again: list[tuple[Piece, int]]
) -> None:
    pieces = list(order)
    for piece, where in again:
        pieces.insert(where, piece)

    assert differences(asyncio.run(told_in(pieces, database_url)), straight) == []


def test_days_of_long_ago_leave_the_same_whether_they_are_told_before_later_ones_or_after(database_url: str) -> None:
    pieces = [(days * 24, 48, cluster) for days in (200, 130) for cluster in ("lisbon", "oslo")]

    forth = asyncio.run(told_in(pieces, database_url))
    back = asyncio.run(told_in(pieces[::-1], database_url))

    new = {key: row[1] for key, row in forth["rollup"].items() if key[2:4] == ("new_people", "1w")}
    assert 0.0 in new.values()
    assert differences(back, forth) == []


async def test_the_same_again_changes_nothing_not_even_a_revision(database: Database) -> None:
    async with computing(database, Truth("lisbon"), Truth("oslo")) as rollups:
        await rollups.compute(ALL)
        once = await tables(database)
        await later(rollups, NOW + MINUTE).compute(ALL)

    assert differences(await tables(database), once) == []


async def test_two_who_compute_the_same_at_once_leave_what_one_leaves(database_url: str) -> None:
    last_days = replace(ALL, start=milliseconds(NOW - 60 * HOUR))
    async with (
        open_database(database_url) as one,
        open_database(database_url) as other,
        computing(one, Truth("lisbon"), Truth("oslo")) as rollups,
    ):
        await rollups.compute(ALL)
        alone = numbers(await tables(one))
        await emptied(one)
        await asyncio.gather(rollups.compute(ALL), replace(rollups, database=other).compute(last_days))

        assert differences(numbers(await tables(one)), alone) == []


async def test_a_revision_grows_exactly_where_a_number_has_changed(database: Database) -> None:
    lisbon = Truth("lisbon")
    async with computing(database, lisbon) as rollups:
        await rollups.compute(ALL)
        before = await tables(database)
        lisbon.corrected["jupyterhub_total_users", "prod"] = 1
        await later(rollups, NOW + MINUTE).compute(ALL)
        after = await tables(database)

    changed = {key for key, row in after["rollup"].items() if row != before["rollup"][key]}
    of_it = {key for key in after["rollup"] if key[1:3] == ("lisbon/prod", "accounts")}
    assert changed == of_it
    assert {key[3] for key in changed} == {"1h", "1d", "1w", "1mo"}
    for key in changed:
        (end, value, revision), (end_before, value_before, revision_before) = (
            after["rollup"][key],
            before["rollup"][key],
        )
        assert (end, value, revision) == (end_before, value_before + 1, revision_before + 1)
    assert {name: after[name] for name in after if name != "rollup"} == {
        name: before[name] for name in before if name != "rollup"
    }


async def test_scrapes_that_come_late_take_the_place_of_a_gap(database: Database) -> None:
    lisbon = Truth("lisbon")
    hour = milliseconds(NOW - DAY) // SLOT // 4 * 4
    gap = next(slot for slot in range(hour, 0, -4) if not lisbon.known("prod", slot * SLOT, (slot + 4) * SLOT))
    async with computing(database, lisbon) as rollups:
        await rollups.compute(ALL)
        before = await tables(database)
        lisbon.late |= {("prod", slot) for slot in range(gap, gap + 4)}
        await later(rollups, NOW + MINUTE).compute(ALL)
        after = await tables(database)

    grown = {key[2:] for key, row in after["bucket"].items() if row[-1] > before["bucket"][key][-1] and key[0] == "hub"}
    hours = {number for resolution, number in grown if resolution == "1h"}
    assert hours == {gap // 4}
    assert {resolution for resolution, _ in grown} == {"1h", "1d", "1w", "1mo"}
    assert after["bucket"]["hub", "lisbon/prod", "1h", gap // 4][3:5] == (60, 60)


async def test_a_source_that_has_forgotten_changes_nothing(database: Database) -> None:
    lisbon, oslo = Truth("lisbon"), Truth("oslo")
    async with computing(database, lisbon, oslo) as rollups:
        await rollups.compute(ALL)
        before = await tables(database)
        lisbon.since = oslo.since = milliseconds(NOW - 40 * HOUR)
        await later(rollups, NOW + MINUTE).compute(ALL)

    assert before["person_day"]
    assert differences(await tables(database), before) == []


async def test_what_was_missed_in_a_week_of_downtime_is_computed_by_the_next_computation(database: Database) -> None:
    week_ago = NOW - 7 * DAY
    async with computing(database, Truth("lisbon")) as rollups:
        before = later(rollups, week_ago)
        await before.compute(replace(lately(week_ago, FOR_EVER), start=milliseconds(week_ago - 3 * DAY)))
        await rollups.compute(replace(lately(NOW, FOR_EVER), start=milliseconds(week_ago - 3 * DAY)))
        hours = sorted(key[3] for key in (await tables(database))["bucket"] if key[:3] == ("hub", "lisbon/prod", "1h"))
        days = sorted(key[3] for key in (await tables(database))["bucket"] if key[:3] == ("hub", "lisbon/prod", "1d"))

    last = milliseconds(NOW) // milliseconds_of(HOUR)
    assert hours == list(range(last - 10 * 24 + 1, last))
    assert days == list(range(days[0], days[0] + 9))


def milliseconds_of(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)
