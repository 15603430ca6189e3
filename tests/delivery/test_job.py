"""What is due goes out, and somebody hears of what does not."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.clusters.alerting import Email, Receiver, Slack
from aggregator.delivery.marking import GIVE_UP
from aggregator.delivery.receivers import another
from aggregator.outbox import receiver_rows, rows
from aggregator.outbox.values import Message
from aggregator.store.database import Database
from tests.delivery.making import PATH, delivering, receiver, secret, smtp
from tests.fakes.http import FakeServer
from tests.fakes.receiving import receiving, refusing, told
from tests.fakes.smtp import fake_smtp
from tests.outbox.notices import (
    NEW,
    RESOLVED,
    enqueued,
    item,
    message,
    notice,
    page,
    row_of,
    standing,
    states,
    time_passes,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def texts(server: FakeServer) -> list[str]:
    return [each["text"] for each in told(server)]


async def test_a_receiver_that_is_gone_is_switched_off_and_another_one_hears_of_it_once(database: Database) -> None:
    async with receiving(lambda _: (404, b"no_service")) as gone, receiving() as other:
        both = (
            receiver("slack", gone.url),
            receiver("slack", other.url, "ops"),
            receiver("slack", gone.url, "community/x"),
        )
        await enqueued(database, message("a"), message("b", lane="other"))

        async with delivering(database, *both) as delivery:
            await delivery.tick()
            await delivery.tick()

    assert len(gone.requests) <= 2
    assert {(await states(database))[key] for key in "ab"} == {"pending"}
    (words,) = told(other)
    assert words["text"] == "Receiver oncall (…9f3c) is switched off: it refuses messages"
    assert "404: no_service" in f"{words}"
    assert "2 messages for it, not sent yet:" in f"{words}"
    assert "University of Lisbon (lisbon/prod) is down" in f"{words}"
    assert PATH[-8:] not in f"{words}"


@pytest.mark.parametrize("kind", ["slack", "bot", "email", "webhook", "alertmanager"])
def test_a_word_about_a_receiver_goes_to_pagerduty_only_where_there_is_no_other_way(kind: str) -> None:
    at_first = receiver("slack", refusing()), receiver("pagerduty", "", "a pager"), receiver(kind, refusing(), "ops")
    without = at_first[:2]
    chosen = [another("oncall", able) for able in (at_first, tuple(reversed(at_first)), without)]

    assert chosen == ["ops", "ops", "a pager"]


async def test_a_receiver_that_is_configured_anew_gets_what_waited_for_it(database: Database) -> None:
    async with receiving(lambda request: (200 if request.path.endswith("new") else 404, b"no_service")) as server:
        await enqueued(database, message("a"))
        async with delivering(database, receiver("slack", server.url)) as delivery:
            await delivery.tick()
            off = (await standing(database)).disabled_at
        async with delivering(database, Receiver("oncall", Slack(webhook=secret(f"{server.url}/new")))) as delivery:
            await delivery.tick()

    assert off is not None
    assert (await row_of(database, "a")).state == "sent"
    assert (await standing(database)).disabled_at is None


async def test_a_receiver_that_is_off_has_one_message_an_hour_until_it_takes_one(database: Database) -> None:
    is_gone = True
    async with receiving(lambda _: (404, b"no_service") if is_gone else (200, b"ok")) as server:
        await enqueued(database, *(message(f"{number}", lane=f"{number}") for number in range(3)))
        async with delivering(database, receiver("slack", server.url)) as delivery:
            await delivery.tick()
            at_first = len(server.requests)
            counts = []
            for minutes in (30, 31, 60):
                await time_passes(database, minutes * MINUTE)
                await delivery.tick()
                await delivery.tick()
                counts.append(len(server.requests) - at_first)
            is_gone = False
            await time_passes(database, HOUR)
            await delivery.tick()

    assert counts == [0, 1, 2]
    assert set((await states(database)).values()) == {"sent"}
    assert (await standing(database)).disabled_at is None


async def test_a_receiver_that_is_off_is_tried_at_once_where_that_is_wanted(database: Database) -> None:
    is_gone = True
    async with receiving(lambda _: (404, b"no_service") if is_gone else (200, b"ok")) as server:
        await enqueued(database, message("a"))
        async with delivering(database, receiver("slack", server.url)) as delivery:
            await delivery.tick()
            is_gone = False
            async with database.writing() as connection:
                await receiver_rows.try_again(connection)
            await delivery.tick()

    assert await states(database) == {"a": "sent"}


async def test_what_a_receiver_does_not_take_is_told_to_another_one_and_goes_no_further(database: Database) -> None:
    async with receiving(lambda _: (400, b"invalid_blocks")) as server:
        both = (receiver("slack", server.url), receiver("slack", server.url, "ops"))
        await enqueued(database, message("a"))

        async with delivering(database, *both) as delivery:
            await delivery.tick()

    assert await states(database) == {"a": "failed", "delivery/refused/1": "failed"}
    first, second = told(server)
    assert first["text"] == "1 firing: University of Lisbon (lisbon/prod) is down"
    assert second["text"] == "A message did not get through to oncall (…9f3c)"
    assert "firing: University of Lisbon (lisbon/prod) is down" in f"{second['blocks']}"


async def test_what_could_not_be_sent_for_two_days_is_told_to_another_one(database: Database) -> None:
    async with receiving(fault="500") as down, receiving() as other:
        both = (receiver("slack", down.url), receiver("slack", other.url, "ops"))
        await enqueued(database, message("a"), message("b", lane="other"))
        async with delivering(database, *both) as delivery:
            await delivery.tick()
            await time_passes(database, GIVE_UP + MINUTE)
            await delivery.tick()

    assert {(await states(database))[key] for key in "ab"} == {"failed"}
    (words,) = told(other)
    assert words["text"] == "2 messages for oncall (…9f3c) could not be sent in 48 hours"
    assert f"{words['blocks']}".count("University of Lisbon (lisbon/prod) is down") == 2


async def test_what_waits_for_a_receiver_that_was_taken_out_is_ended_at_once_and_told_to_another_one(
    database: Database,
) -> None:
    async with receiving(fault="404") as gone, receiving() as server:
        old, ops = receiver("slack", gone.url), receiver("slack", server.url, "ops")
        await enqueued(database, message("a"), message("b", lane="other"))
        async with delivering(database, old, ops) as delivery:
            await delivery.tick()
        async with delivering(database, ops) as delivery:
            await delivery.tick()
            before = await states(database)
            async with database.writing() as connection:
                await receiver_rows.keep_only(connection, ["ops"])
            await delivery.tick()
            await delivery.tick()

    assert {before[key] for key in "ab"} == {"pending"}
    row = await row_of(database, "a")
    assert (row.state, row.error) == ("failed", "the receiver was taken out of the configuration")
    assert (await standing(database)).disabled_at is None
    _, words = told(server)
    assert words["text"] == "2 messages for oncall are not sent: it was taken out of the configuration"
    assert "University of Lisbon (lisbon/prod) is down" in f"{words['blocks']}"


async def test_a_replica_that_still_has_a_receiver_that_was_taken_out_goes_on_sending_to_it(database: Database) -> None:
    async with receiving() as server:
        old, ops = receiver("slack", server.url), receiver("slack", server.url, "ops")
        async with delivering(database, old, ops, owner="there") as behind, delivering(database, ops) as ahead:
            await behind.tick()
            async with database.writing() as connection:
                await receiver_rows.keep_only(connection, ["ops"])
            await behind.tick()
            await enqueued(database, message("a"))
            await ahead.tick()
            await behind.tick()

    assert await states(database) == {"a": "sent"}


async def test_where_there_is_nobody_else_it_is_written_to_the_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving(fault="404") as gone:
        await enqueued(database, message("a"))
        async with delivering(database, receiver("slack", gone.url)) as delivery:
            await delivery.tick()

    assert "nobody else can be told: Receiver oncall (…9f3c) is switched off" in caplog.text


async def test_all_mail_together_goes_out_no_faster_than_the_server_is_meant_to_be_used(database: Database) -> None:
    three = Email(("a@example.org", "b@example.org", "c@example.org"))
    everybody = (Receiver("ana", three), *(receiver("email", "", name) for name in ("rui", "zoe")))
    await enqueued(
        database, *(message(f"{each.name} {n}", to=each.name, lane=f"{n}") for n in range(2) for each in everybody)
    )
    async with fake_smtp() as mailbox:
        counts = []
        settings = smtp(f"smtp://127.0.0.1:{mailbox.port}", per_minute=1)
        async with (
            delivering(database, *everybody, smtp=settings) as delivery,
            delivering(database, *everybody, smtp=settings, owner="there") as other,
        ):
            # A message to three people is three mails, and so is the pause that follows it.
            for minutes in (0, 2, 1, 1, 1, 3):
                await time_passes(database, minutes * MINUTE)
                await asyncio.gather(delivery.tick(), other.tick())
                counts.append(len(mailbox.mails))

    assert counts == [3, 3, 4, 5, 8, 9]
    assert [who for who, _ in mailbox.mails[3:5]] == ["ana@example.org"] * 2


async def test_after_a_day_without_any_channel_every_lane_has_its_last_word(database: Database) -> None:
    is_down = True
    lanes = {"lisbon": 3, "oslo": 4, "quito": 5}  # how many hours each stays up or down

    async with (
        receiving(lambda _: (503, b"") if is_down else (200, b"ok")) as server,
        delivering(database, receiver("webhook", server.url)) as delivery,
    ):
        for hour in range(24):
            for name, hours in lanes.items():
                if hour % hours == 0:
                    await enqueued(database, _word(name, hour, is_up=bool(hour // hours % 2)))
            await delivery.tick()
            await time_passes(database, HOUR)
        tried = len(server.requests)
        is_down = False
        for _ in range(3):
            await time_passes(database, HOUR)
            await delivery.tick()

    said = [each["data"]["alerts"] for each in told(server)[tried:]]
    last = {alert["fingerprint"]: alert["status"] for alerts in said for alert in alerts}
    assert last == {"fp-lisbon": "resolved", "fp-oslo": "resolved", "fp-quito": "firing"}
    # One that was tried before the next one came, and one that carries all that came since.
    assert len(said) == 2 * len(lanes)
    assert set((await states(database)).values()) == {"sent", "superseded"}


def _word(name: str, hour: int, *, is_up: bool) -> Message:
    said = notice(item(name, "resolved" if is_up else "firing"), reason=RESOLVED if is_up else NEW)
    return message(f"{name} {hour}", said, lane=name)


async def test_a_thousand_messages_at_once_go_out_once_each(database: Database) -> None:
    keys = {f"{number}" for number in range(1000)}
    async with receiving() as server:
        await enqueued(database, *(message(key, page(key), lane=key) for key in keys))
        async with delivering(database, receiver("webhook", server.url)) as delivery:
            await replace(delivery, at_once_each=32).tick()

    assert sorted(each["data"]["subject"] for each in told(server)) == sorted(keys)
    assert set((await states(database)).values()) == {"sent"}


async def test_slack_has_one_message_a_turn_and_others_do_not_wait_for_it(database: Database) -> None:
    async with receiving() as slack, receiving() as other:
        await enqueued(database, *(message(f"{number}", lane=f"{number}") for number in range(3)))
        await enqueued(database, message("other", to="hook"))
        both = (receiver("slack", slack.url), receiver("webhook", other.url, "hook"))
        async with delivering(database, *both, slack_pause=MINUTE) as delivery:
            counts = []
            for _ in range(3):
                await delivery.tick()
                counts.append(len(slack.requests))
                await time_passes(database, MINUTE)

    assert (counts, len(other.requests)) == ([1, 2, 3], 1)


async def test_a_receiver_that_does_not_answer_holds_up_nobody_else(database: Database) -> None:
    async with receiving(fault="timeout") as stuck, receiving() as server:
        both = (receiver("webhook", stuck.url), receiver("webhook", server.url, "other"))
        await enqueued(database, *(message(f"{number}", lane=f"{number}") for number in range(10)))
        async with delivering(database, *both) as delivery:
            ticking = asyncio.create_task(delivery.tick())
            await stuck.until(lambda seen: seen.answering == delivery.at_once_each)
            await enqueued(database, message("late", to="other"))
            await server.until(lambda seen: len(seen.requests) == 1)
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    assert stuck.most_at_once == delivery.at_once_each


async def test_no_url_is_written_to_the_log(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "httpx")
    async with receiving() as server:
        await enqueued(database, message("a"))
        async with delivering(database, receiver("slack", server.url)) as delivery:
            await delivery.tick()

    assert PATH not in caplog.text
    async with database.reading() as connection:
        assert await rows.counts(connection) == {}
