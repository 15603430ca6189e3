"""Alerts as they stand and what happened to them are kept as they are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.events import rows
from aggregator.events.values import Alert, Change, Health, State, event_of, labels_of
from aggregator.store.database import Database

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DOWN = Alert(
    rule="outages",
    source="outage",
    labels=labels_of({"alertname": "HubDown", "cluster": "são paulo", "namespace": "<prod>"}),
    annotations=labels_of({"summary": 'It is "down"\n😀'}),
    state=State.FIRING,
    active_at=NOON,
    true_at=NOON + 2 * MINUTE,
    looked_at=NOON + 3 * MINUTE,
    health=Health.NO_DATA,
    value=0.1 + 0.2,
    people=41,
    evidence=("its health page: 502, three times", "`up`: 0"),
    fired_at=NOON + MINUTE,
    held_since=NOON + 3 * MINUTE,
)
OVER = replace(DOWN, rule="other", state=State.RESOLVED, resolved_at=NOON + 4 * MINUTE)


async def kept(database: Database, *alerts: Alert) -> None:
    async with database.writing() as connection:
        await rows.save(connection, alerts, [event_of(each, Change.FIRING, NOON) for each in alerts])


async def test_an_alert_comes_back_as_it_was_kept(database: Database) -> None:
    await kept(database, DOWN)

    async with database.reading() as connection:
        assert await rows.alerts(connection) == (DOWN,)


async def test_an_alert_takes_the_place_of_what_it_was(database: Database) -> None:
    later = replace(DOWN, value=None, evidence=(), held_since=None, health=Health.OK)
    await kept(database, DOWN)

    await kept(database, later)

    async with database.reading() as connection:
        assert await rows.alerts_with(connection, DOWN.fingerprint) == (later,)


@pytest.mark.parametrize(("since", "found"), [(None, 0), (NOON + 4 * MINUTE, 1), (NOON + 5 * MINUTE, 0)])
async def test_what_is_over_is_given_to_who_asks_how_far_back(
    database: Database, since: datetime | None, found: int
) -> None:
    await kept(database, OVER)

    async with database.reading() as connection:
        assert len(await rows.alerts(connection, resolved_since=since)) == found


async def test_what_happened_comes_back_in_its_order(database: Database) -> None:
    happened = [event_of(DOWN, change, NOON + MINUTE * i) for i, change in enumerate(Change)]
    async with database.writing() as connection:
        await rows.save(connection, (), happened)

    async with database.reading() as connection:
        everything = await rows.events(connection, NOON, NOON + MINUTE * 99, fingerprint=DOWN.fingerprint)
        some = await rows.events(connection, NOON, NOON + MINUTE * 99, changes=(Change.HELD, Change.FIRING))

    assert list(everything) == happened
    assert [each.change for each in some] == [Change.FIRING, Change.HELD]


async def test_removing_what_is_old_leaves_what_is_open(database: Database) -> None:
    await kept(database, DOWN, OVER)

    async with database.writing() as connection:
        removed = await rows.purge(connection, NOON + 9 * MINUTE, 10)

    async with database.reading() as connection:
        assert await rows.alerts(connection, resolved_since=NOON) == (DOWN,)
    assert removed == 3
