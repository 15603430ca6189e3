"""How long hubs were down, as a number about hours, days and weeks."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from aggregator.clusters.values import Hub
from aggregator.rollups.buckets import HOUR, Bucket, Resolution
from aggregator.rollups.chunks import Window
from aggregator.rollups.downtime import MEASURE, Span, down_minutes, minutes_by_bucket
from aggregator.rollups.downtime_rows import LOOKS
from aggregator.store.alert_tables import incident
from aggregator.store.database import Database
from aggregator.store.instants import EPOCH, milliseconds
from aggregator.store.tables import run, schedule
from tests.fakes.telling import Truth
from tests.rollups.computing import DAY, LISBON, NOW, computing
from tests.rollups.tables import tables

NOON = datetime(2026, 5, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HUBS = {"lisbon": (Hub("prod", timezone=LISBON),)}


def span(first: int, last: int | None) -> Span:
    return NOON + first * MINUTE, None if last is None else NOON + last * MINUTE


@pytest.mark.parametrize(
    ("spans", "minutes"),
    [
        ([], 0),
        ([span(10, 27)], 17),
        ([span(-10, 5)], 5),
        ([span(50, 90)], 10),
        ([span(-10, None)], 60),
        ([span(-20, -10), span(70, 80)], 0),
        ([span(10, 20), span(15, 25)], 15),
        ([span(15, 25), span(10, 40), span(20, 22)], 30),
        ([span(10, 20), span(20, 30)], 20),
        ([span(10, None), span(20, 30)], 50),
    ],
)
def test_minutes_of_an_hour_in_which_a_hub_was_down(spans: Sequence[Span], minutes: float) -> None:
    assert down_minutes(spans, NOON, NOON + 60 * MINUTE) == minutes


SPANS = st.lists(
    st.tuples(st.integers(-90, 90), st.none() | st.integers(0, 60)).map(
        lambda pair: span(pair[0], None if pair[1] is None else pair[0] + pair[1])
    ),
    max_size=6,
)


@given(SPANS, st.integers(1, 59))
def test_the_minutes_of_two_parts_are_those_of_the_whole(spans: list[Span], cut: int) -> None:
    middle, end = NOON + cut * MINUTE, NOON + 60 * MINUTE

    assert down_minutes(spans, NOON, middle) + down_minutes(spans, middle, end) == down_minutes(spans, NOON, end)


@pytest.mark.parametrize(("looked", "known"), [({4, 5}, {0: 7.0}), ({4}, {}), ({5}, {}), (set(), {})])
def test_where_nobody_looked_nothing_is_known(looked: set[int], known: dict[int, float]) -> None:
    # In a zone of half an hour.
    bucket = Bucket(Resolution.DAY, 0, 4 * HOUR + HOUR // 2, 6 * HOUR - HOUR // 2)
    down = EPOCH + timedelta(hours=5), EPOCH + timedelta(hours=5, minutes=7)

    assert minutes_by_bucket([down], [bucket], looked) == known


async def test_outages_become_numbers_of_hours_days_and_weeks(database: Database) -> None:
    await have_looked(database, NOW - 9 * DAY, NOW)
    await have_been_down(database, ("lisbon", "prod", NOON, NOON + 90 * MINUTE))
    await have_been_down(database, ("oslo", "prod", NOON, NOON + 5 * MINUTE))
    async with computing(database, Truth("lisbon"), hubs=HUBS) as rollups:
        await rollups.compute(window(8))

    assert await found(database, "1h") == {NOON + 60 * MINUTE: 60, NOON + 120 * MINUTE: 30}
    # Its days begin at midnight in Lisbon.
    assert await found(database, "1d") == {datetime(2026, 5, 28, 23, tzinfo=UTC): 90}
    assert await found(database, "1w") == {datetime(2026, 5, 31, 23, tzinfo=UTC): 90}


async def test_an_outage_that_ends_later_than_it_seemed_is_told_anew(database: Database) -> None:
    await have_looked(database, NOW - 4 * DAY, NOW)
    began = NOW - DAY
    await have_been_down(database, ("lisbon", "prod", began, began + 10 * MINUTE))
    async with computing(database, Truth("lisbon"), hubs=HUBS) as rollups:
        await rollups.compute(window(3))
        async with database.writing() as connection:
            await connection.execute(update(incident).values(ended_at=began + 20 * MINUTE))
        await rollups.compute(window(3))

    assert set((await found(database, "1d")).values()) == {20}


async def test_of_times_in_which_nobody_looked_there_is_no_number(database: Database) -> None:
    await have_looked(database, NOW - DAY, NOW)
    await have_been_down(database, ("lisbon", "prod", NOW - 3 * DAY, NOW - 2 * DAY))
    async with computing(database, Truth("lisbon"), hubs=HUBS) as rollups:
        await rollups.compute(window(4))

    known = [key for key in (await tables(database))["rollup"] if key[2] == MEASURE and key[3] == "1h"]
    assert {key[1] for key in known} == {"lisbon/prod"}
    assert min(key[4] for key in known) * HOUR >= milliseconds(NOW - DAY) - HOUR


async def found(database: Database, resolution: str) -> dict[datetime, float]:
    """What is not 0 of lisbon/prod, by the end of its bucket."""
    kept = (await tables(database))["rollup"]
    return {
        EPOCH + timedelta(milliseconds=row[0]): row[1]
        for key, row in kept.items()
        if key[1:4] == ("lisbon/prod", MEASURE, resolution) and row[1]
    }


def window(days: int) -> Window:
    return Window(milliseconds(NOW - days * DAY), milliseconds(NOW))


async def have_looked(database: Database, first: datetime, last: datetime) -> None:
    """There was a look each half hour."""
    slots = [first + number * 30 * MINUTE for number in range((last - first) // (30 * MINUTE))]
    async with database.writing() as connection:
        await connection.execute(schedule.insert(), {"name": LOOKS, "calendar": ""})
        await connection.execute(
            run.insert(),
            [
                {"schedule": LOOKS, "slot": slot, "state": "done", "owner": "here", "fence": 1, "claimed_at": slot}
                for slot in slots
            ],
        )


async def have_been_down(database: Database, *times: tuple[str, str, datetime, datetime]) -> None:
    names = ("cluster", "namespace", "started_at", "ended_at")
    async with database.writing() as connection:
        rows = [dict(zip(names, each, strict=True), cause="HubDown") for each in times]
        await connection.execute(incident.insert(), rows)
