"""Alerts become messages in the outbox, whoever ticks and however many there are."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import event, update

from aggregator.clusters.alerting import Receiver, Route, Webhook
from aggregator.clusters.values import Config
from aggregator.events.values import Alert, State, labels_of
from aggregator.notify import rows
from aggregator.notify.deciding import Flush
from aggregator.notify.duties import purge
from aggregator.notify.job import NotAllTold, Notifying, seen_in
from aggregator.outbox.notice import Notice
from aggregator.store.alert_tables import receiver
from aggregator.store.database import Database, open_database
from tests.notify.ours import BEGAN, Clock, Messages, alert_that, keep

RECEIVERS = ("oncall", "audit")
SECOND = timedelta(seconds=1)
ONE_GROUP = Route(RECEIVERS, (), (), 10, 30, 300)
EACH_ALONE = Route(RECEIVERS, (), ("...",), 10, 30, 300)


def config_with(route: Route) -> Config:
    return Config(
        (), receivers=tuple(Receiver(name, Webhook("http://127.0.0.1:1")) for name in RECEIVERS), routes=(route,)
    )


def alerts(count: int, state: State, at: int = 0) -> list[Alert]:
    labels = [labels_of({"alertname": "Test", "name": f"{number:04}"}) for number in range(count)]
    return [alert_that(each, state, since=BEGAN, at=BEGAN + at * SECOND) for each in labels]


async def ticks(jobs: Sequence[Notifying], clock: Clock, seconds: Sequence[int]) -> None:
    """Everybody ticks at once, at each of the times."""
    for second in seconds:
        clock.at = BEGAN + second * SECOND
        await asyncio.gather(*(job.tick() for job in jobs))


async def test_a_thousand_alerts_at_once_are_one_notice(database: Database) -> None:
    clock, messages = Clock(), Messages(database)
    job = Notifying(config_with(ONE_GROUP), database, clock.now)

    await keep(database, alerts(1000, State.FIRING))
    await ticks([job], clock, (0, 10))
    fired = await messages.new()
    await keep(database, alerts(1000, State.RESOLVED, 20))
    await ticks([job], clock, (20, 40))
    over = await messages.new()

    assert [(one.receiver, one.status, len(one.items)) for one in fired] == [(to, "firing", 1000) for to in RECEIVERS]
    assert [(one.receiver, one.status, len(one.items)) for one in over] == [(to, "resolved", 1000) for to in RECEIVERS]


async def test_replicas_that_tick_at_the_same_time_tell_each_thing_once(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url) as one, open_database(database_url) as other:
        jobs = [Notifying(config_with(EACH_ALONE), each, clock.now) for each in (one, other)]
        messages = Messages(one)

        await keep(one, alerts(20, State.FIRING))
        await ticks(jobs, clock, (0, 10, 11, 40, 41))
        fired = await messages.new()
        await keep(other, alerts(20, State.RESOLVED, 50))
        await ticks(jobs, clock, (50, 70, 71, 100, 101, 130))
        over = await messages.new()

    assert told_of(fired) == told_of(over) == Counter({(to, f"{n:04}"): 1 for to in RECEIVERS for n in range(20)})
    assert {one.status for one in fired} == {"firing"}
    assert {one.status for one in over} == {"resolved"}


@pytest.mark.parametrize("text", ["\0", 'x"\n', "ü" * 5000, "\u202e"])
async def test_whatever_a_label_says_its_alert_is_told_as_are_the_others(database: Database, text: str) -> None:
    clock, messages = Clock(), Messages(database)
    job = Notifying(config_with(EACH_ALONE), database, clock.now)
    odd = alert_that(labels_of({"alertname": "Odd", "name": text}), State.FIRING, since=BEGAN, at=BEGAN)

    await keep(database, [odd, *alerts(1, State.FIRING)])
    await ticks([job], clock, (0, 10))

    assert told_of(await messages.new()) == Counter((to, name) for to in RECEIVERS for name in (text, "0000"))


async def test_a_step_that_fails_keeps_nobody_else_from_being_told(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    clock, messages = Clock(), Messages(database)
    job = Notifying(config_with(EACH_ALONE), database, clock.now)
    await keep(database, alerts(3, State.FIRING))
    await ticks([job], clock, (0,))
    clock.at = BEGAN + 10 * SECOND
    decided = await job.decided()
    first, second, third = (step for step in decided.steps if isinstance(step, Flush))
    odd = replace(second, due_at=cast("datetime", None))

    with pytest.raises(NotAllTold):
        await job.do(replace(decided, steps=(first, odd, third)))

    assert told_of(await messages.new()) == Counter((to, name) for to in RECEIVERS for name in ("0000", "0002"))
    assert "0001" in caplog.text


async def test_a_decision_that_comes_too_late_says_nothing(database: Database) -> None:
    clock, messages = Clock(), Messages(database)
    job = Notifying(config_with(ONE_GROUP), database, clock.now)
    await keep(database, alerts(1, State.FIRING))
    await ticks([job], clock, (0,))
    clock.at = BEGAN + 10 * SECOND
    paused = await job.decided()

    await ticks([job], clock, (10, 40))
    said = await job.do(paused)

    assert said == 0
    assert [one.receiver for one in await messages.new()] == list(RECEIVERS)


async def test_a_group_that_is_empty_goes_after_a_while_and_what_was_told_of_it_much_later(database: Database) -> None:
    clock = Clock()
    config = config_with(ONE_GROUP)
    job = Notifying(config, database, clock.now)
    await keep(database, alerts(1, State.FIRING))
    await ticks([job], clock, (0, 10))
    await keep(database, alerts(1, State.RESOLVED, 20))

    await ticks([job], clock, (40, 69))
    there = await groups(database)
    await ticks([job], clock, (70,))
    gone = await groups(database)
    removed = [await purge(database, config, BEGAN + timedelta(days=days)) for days in (29, 31)]

    assert (there, gone) == (1, 0)
    assert removed == [0, 2]


async def test_a_week_after_it_was_told_an_alert_is_still_told_to_be_over(database: Database) -> None:
    clock, messages = Clock(), Messages(database)
    job = Notifying(config_with(ONE_GROUP), database, clock.now)
    await keep(database, alerts(1, State.FIRING))
    await ticks([job], clock, (0, 10))
    fired = await messages.new()

    await keep(database, alerts(1, State.RESOLVED, 20))
    await ticks([job], clock, (7 * 86400,))

    assert [one.status for one in (*fired, *await messages.new())] == ["firing", "firing", "resolved", "resolved"]


async def test_a_receiver_that_is_new_in_a_route_hears_what_fires_and_nothing_of_the_past(database: Database) -> None:
    clock, messages = Clock(), Messages(database)
    before = Notifying(config_with(Route(("oncall",), (), (), 10, 30, 300)), database, clock.now)
    await keep(database, alerts(2, State.FIRING))
    await ticks([before], clock, (0, 10))
    await keep(database, alerts(1, State.RESOLVED, 5))
    await messages.new()

    await ticks([Notifying(config_with(ONE_GROUP), database, clock.now)], clock, (40,))

    told = {
        one.receiver: [(dict(item.labels)["name"], item.status) for item in one.items] for one in await messages.new()
    }
    assert told == {"oncall": [("0001", "firing"), ("0000", "resolved")], "audit": [("0001", "firing")]}


async def test_alerts_that_were_over_long_ago_are_not_looked_through_each_second(database: Database) -> None:
    asked: list[tuple[str, object]] = []

    def listen(*said: Any) -> None:
        asked.append((said[2], said[3]))

    listener = (database.readers.sync_engine, "before_cursor_execute", listen)
    event.listen(*listener)
    async with database.reading() as connection:
        if connection.dialect.name == "postgresql":
            # With so few rows it would rather read all of them.
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        await seen_in(connection, BEGAN)
        statement, values = next(one for one in asked if "FROM alert \n" in one[0])
        explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[connection.dialect.name]
        plan = (await connection.exec_driver_sql(f"{explain} {statement}", cast("Any", values))).all()
    event.remove(*listener)

    assert "ix_alert_resolved_at" in f"{plan}"
    assert not any(words in f"{plan}" for words in ("SCAN alert", "Seq Scan"))


async def test_who_is_switched_off_is_known(database: Database) -> None:
    row = {"name": "oncall", "mark": "", "disabled_at": BEGAN, "error": "404"}
    async with database.writing() as connection:
        await connection.execute(receiver.insert().values(row))
        first = await rows.disabled_receivers(connection, ["oncall", "ops"])
        of_others = await rows.disabled_receivers(connection, ["ops"])
        await connection.execute(update(receiver).values(disabled_at=None))
        then = await rows.disabled_receivers(connection, ["oncall", "ops"])

    assert (first, of_others, then) == ((("oncall", "404"),), (), ())


def told_of(notices: Sequence[Notice]) -> Counter[tuple[str, str]]:
    return Counter((one.receiver, dict(item.labels)["name"]) for one in notices for item in one.items)


async def groups(database: Database) -> int:
    async with database.reading() as connection:
        return len(await rows.groups(connection))
