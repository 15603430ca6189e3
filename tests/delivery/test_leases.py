"""Whoever is stopped, oversleeps its lease or loses the database while it sends: nothing is lost, nothing marked for another."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from aggregator.store.alert_tables import outbox
from aggregator.store.database import Database, open_database
from aggregator.store.migrating import migrate
from tests.delivery.making import delivering, receiver
from tests.delivery.restarting import restartable_postgresql
from tests.fakes.http import Request, response, send, serving
from tests.fakes.receiving import receiving, told
from tests.outbox.notices import enqueued, message, row_of, time_passes


async def test_whoever_is_stopped_gives_back_what_was_not_answered(database: Database) -> None:
    async with receiving(fault="timeout") as server:
        await enqueued(database, message("a"))
        async with delivering(database, receiver("slack", server.url)) as delivery:
            ticking = asyncio.create_task(delivery.tick())
            await server.until(lambda seen: len(seen.requests) == 1)
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    row = await row_of(database, "a")
    assert (row.state, row.owner, row.may_be_repeat) == ("pending", None, True)


async def test_whoever_is_stopped_while_noting_what_was_sent_still_notes_it(
    database_url: str, database: Database
) -> None:
    answered = asyncio.Event()
    async with receiving() as server, open_database(database_url) as other:
        await enqueued(database, message("a"))
        async with delivering(database, receiver("slack", server.url)) as delivery:
            await delivery._prepare()
            (held,), until = await delivery._leased([])
            noting = replace(delivery, tell=lambda *_: answered.set())
            async with other.writing() as connection:
                await connection.execute(update(outbox).values(error="nobody else may write meanwhile"))
                delivering_it = asyncio.create_task(noting._deliver(held, until))
                await answered.wait()
                delivering_it.cancel()
            await asyncio.gather(delivering_it, return_exceptions=True)

    assert (await row_of(database, "a")).state == "sent"


async def test_a_replica_that_slept_through_its_lease_cannot_mark_what_another_one_sent(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    awake = asyncio.Event()

    async def slowly(_: Request, writer: asyncio.StreamWriter) -> None:
        await awake.wait()
        await send(writer, response(200, b"ok"))

    async with serving(slowly) as asleep, receiving() as server:
        await enqueued(database, message("a"))
        async with (
            delivering(database, receiver("slack", asleep.url)) as paused,
            delivering(database, receiver("slack", server.url), owner="there") as other,
        ):
            # With room for one it does not lease anew while that one is on its way.
            ticking = asyncio.create_task(replace(paused, at_once_each=1).tick())
            await asleep.until(lambda seen: len(seen.requests) == 1)
            await time_passes(database, timedelta(minutes=3))
            await other.tick()
            by_other = await row_of(database, "a")
            awake.set()
            await ticking

    assert await row_of(database, "a") == by_other
    assert (by_other.state, by_other.fence) == ("sent", 2)
    (sent,) = told(server)
    assert sent["text"] == "1 firing: University of Lisbon (lisbon/prod) is down (possible repeat)"
    assert "message a was taken over by somebody else" in caplog.text


async def test_a_lease_that_is_nearly_over_is_given_back_and_nothing_is_sent(database: Database) -> None:
    async with receiving() as server:
        await enqueued(database, message("a"))
        async with delivering(database, receiver("slack", server.url)) as delivery:
            await delivery._prepare()
            (held,), until = await delivery._leased([])
            await delivery._deliver(held, until - delivery.lease.total_seconds())

    assert server.requests == []
    row = await row_of(database, "a")
    assert (row.state, row.attempts, row.may_be_repeat) == ("pending", 0, False)


async def test_what_was_sent_while_the_database_was_gone_is_marked_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answering, missed = asyncio.Event(), asyncio.Event()

    def listen(record: logging.LogRecord) -> bool:
        if "cannot be noted" in record.getMessage():
            missed.set()
        return True

    caplog.handler.addFilter(listen)

    async def slowly(_: Request, writer: asyncio.StreamWriter) -> None:
        await answering.wait()
        await send(writer, response(200, b"ok"))

    with restartable_postgresql() as postgresql:
        async with open_database(postgresql.url) as database, serving(slowly) as server:
            await migrate(database)
            await enqueued(database, message("a"))
            async with delivering(database, receiver("slack", server.url)) as delivery:
                ticking = asyncio.create_task(delivery.tick())
                await server.until(lambda seen: len(seen.requests) == 1)
                postgresql.stop()
                answering.set()
                await missed.wait()
                postgresql.start()
                await ticking

            row = await row_of(database, "a")
            assert (row.state, row.attempts, len(server.requests)) == ("sent", 1, 1)
