"""What each channel is told, as its server gets it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from aggregator.clusters.alerting import Alertmanager, Email, Receiver
from aggregator.delivery.pagerduty import events
from aggregator.delivery.webhook import MOST_BYTES, content
from aggregator.outbox.notice import Notice
from aggregator.store.database import Database
from tests.delivery.making import KEY, WHSEC, delivering, receiver, secret, smtp
from tests.fakes.receiving import receiving, refusing, told
from tests.fakes.slack import CHANNEL, fake_slack
from tests.fakes.smtp import fake_smtp
from tests.outbox.notices import (
    MINUTE,
    NEW,
    NOW,
    REPEAT,
    RESOLVED,
    enqueued,
    item,
    message,
    notice,
    page,
    row_of,
    standing,
    time_passes,
)

DOWN, BACK = notice(), notice(item(status="resolved"), reason=RESOLVED)


async def said(database: Database, url: str, *notices: Notice, kind: str = "bot") -> None:
    """Each is sent before the next one is written."""
    async with delivering(database, receiver(kind, url), url=url) as delivery:
        for number, each in enumerate(notices):
            await enqueued(database, message(f"{number}", each))
            await delivery.tick()


async def test_a_bot_keeps_one_message_for_a_group_and_ends_it_in_its_thread(database: Database) -> None:
    async with fake_slack() as slack:
        await said(database, slack.server.url, DOWN, replace(DOWN, reason=REPEAT), BACK, DOWN)

    first, reply, second = slack.messages.values()
    assert first["text"] == "1 resolved: University of Lisbon (lisbon/prod) is back"
    assert [request.path for request in slack.server.requests] == [
        "/api/chat.postMessage", "/api/chat.update", "/api/chat.update", "/api/chat.postMessage", "/api/chat.postMessage"
    ]  # fmt: skip
    assert (reply["thread_ts"], reply["channel"], reply["reply_broadcast"]) == (first["ts"], CHANNEL, False)
    assert second["text"] == "1 firing: University of Lisbon (lisbon/prod) is down"
    assert "thread_ts" not in second


async def test_what_is_new_in_a_group_is_heard_and_not_only_edited(database: Database) -> None:
    async with fake_slack() as slack:
        await said(database, slack.server.url, DOWN, notice(item(), item("porto"), reason=NEW))

    _, reply = slack.messages.values()
    assert reply["reply_broadcast"] is True
    assert "porto" in reply["text"]


async def test_a_message_that_is_gone_is_written_anew(database: Database) -> None:
    async with fake_slack() as slack:
        await said(database, slack.server.url, DOWN)
        slack.messages.clear()
        async with delivering(database, receiver("bot", slack.server.url), url=slack.server.url) as delivery:
            await enqueued(database, message("back", BACK))
            await delivery.tick()

    assert [each["text"] for each in slack.messages.values()] == [
        "1 resolved: University of Lisbon (lisbon/prod) is back"
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("error", "state", "off"),
    [("channel_not_found", "pending", True), ("invalid_blocks", "failed", False), ("ratelimited", "pending", False),
     ("something_new", "pending", False)],
)  # fmt: skip
async def test_a_200_that_is_not_ok_is_an_error(database: Database, error: str, state: str, *, off: bool) -> None:
    async with fake_slack(error) as slack:
        await said(database, slack.server.url, DOWN)

    row = await row_of(database, "0")
    assert (row.state, row.attempts, row.error) == (state, 1, error)
    assert ((await standing(database)).disabled_at is not None) is off


async def test_a_webhook_is_signed_and_has_the_same_id_each_time(database: Database) -> None:
    answers = iter((500, 200))
    async with receiving(lambda _: (next(answers), b"")) as server:
        await enqueued(database, message('{}:{alertname="é"}\n', notice(item(title="é"))))
        async with delivering(database, receiver("webhook", server.url), now=_real_now) as delivery:
            await delivery.tick()
            await time_passes(database, MINUTE)
            await delivery.tick()

    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    for request in (first, second):
        verified = Verifier(WHSEC).verify(request.body, dict(request.headers))
        assert verified == json.loads(request.body)


def _real_now() -> datetime:
    return datetime.now(UTC)


def test_the_body_of_a_webhook() -> None:
    body = json.loads(content(notice(item(), item("porto", "resolved"))))

    assert {name: body[name] for name in ("type", "timestamp")} == {
        "type": "alerts.firing", "timestamp": "2026-11-25T14:05:00Z"
    }  # fmt: skip
    assert body["data"] | {"alerts": []} == {
        "receiver": "oncall", "status": "firing", "reason": "first notification", "group_key": '{}:{alertname="hubs"}',
        "group_labels": {"alertname": "hubs"}, "alerts": [], "left_out": 0,
    }  # fmt: skip
    assert [(alert["fingerprint"], alert["until"]) for alert in body["data"]["alerts"]] == [
        ("fp-lisbon", None), ("fp-porto", "2026-11-25T14:05:00Z")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "much",
    [
        pytest.param(notice(*(item(f"{number}") for number in range(1000))), id="alerts"),
        pytest.param(notice(item(annotations=(("description", "x" * 40_000),))), id="one that is too large"),
        pytest.param(notice(labels=(("alertname", "x" * 40_000),)), id="a group that is too large"),
        pytest.param(page("x" * 40_000, *("y" * 300 for _ in range(500))), id="lines"),
    ],
)
def test_the_body_of_a_webhook_is_small_and_says_what_is_left_out(much: Notice) -> None:
    body = content(much)

    assert len(body) < MOST_BYTES
    assert json.loads(body)["data"]["left_out"] > 0


async def test_pagerduty_has_an_incident_for_each_alert(database: Database) -> None:
    async with receiving(lambda _: (202, b"{}")) as server:
        said_both = notice(item(severity="ticket"), item("porto", "resolved"))
        await said(database, server.url, said_both, kind="pagerduty")

    trigger, resolve = told(server)
    assert resolve == {"event_action": "resolve", "dedup_key": "fp-porto", "routing_key": KEY}
    assert (trigger["event_action"], trigger["dedup_key"], trigger["routing_key"]) == ("trigger", "fp-lisbon", KEY)
    payload = trigger["payload"]
    assert (payload["summary"], payload["severity"], payload["source"]) == (
        "University of Lisbon (lisbon/prod) is down", "warning", "lisbon/prod"
    )  # fmt: skip
    assert payload["custom_details"]["when"] == "Since 14:02, for 3 minutes. 41 people had servers there."


async def test_pagerduty_is_not_told_again_what_it_took(database: Database) -> None:
    answers = iter((202, 500, 202, 202))
    async with receiving(lambda _: (next(answers), b"{}")) as server:
        await enqueued(database, message("a", notice(*(item(name) for name in "xyz"))))
        async with delivering(database, receiver("pagerduty", server.url), url=server.url) as delivery:
            await delivery.tick()
            await time_passes(database, MINUTE)
            await delivery.tick()

    assert [each["dedup_key"] for each in told(server)] == ["fp-x", "fp-y", "fp-y", "fp-z"]


def test_an_event_is_within_what_pagerduty_takes() -> None:
    huge = item(title="x" * 5000, evidence=("é" * 500,) * 400, labels=tuple((f"{n}", "é" * 5000) for n in range(2000)))

    (event,) = events(notice(huge), "key")

    assert len(json.dumps(event, ensure_ascii=False).encode()) < 512_000
    assert len(event["payload"]["summary"]) == 1024


async def test_each_recipient_has_a_mail_of_his_own(database: Database) -> None:
    async with fake_smtp() as mailbox:
        await _mailed(database, mailbox.port, ("ana@example.org", "rui@example.org"), {})

    assert [who for who, _ in mailbox.mails] == ["ana@example.org", "rui@example.org"]
    (_, to_ana), (_, to_rui) = mailbox.mails
    assert (to_ana["To"], to_rui["To"]) == ("ana@example.org", "rui@example.org")
    assert to_ana["Subject"] == "1 firing: University of Lisbon (lisbon/prod) is down"
    assert to_ana["Auto-Submitted"] == "auto-generated"
    assert to_ana["Message-ID"] != to_rui["Message-ID"]


async def test_a_later_try_leaves_out_who_has_it_and_who_never_will(database: Database) -> None:
    three = ("ana@example.org", "gone@example.org", "slow@example.org")
    refuses = {"gone@example.org": "550 No such user", "slow@example.org": "451 Greylisted"}
    async with fake_smtp() as mailbox, receiving() as other:
        mailbox.refuses = refuses
        ops = receiver("slack", other.url, "ops")
        await _mailed(database, mailbox.port, three, {}, ops)
        del refuses["slow@example.org"]
        await time_passes(database, MINUTE)
        await _mailed(database, mailbox.port, three, {}, ops)

    assert [who for who, _ in mailbox.mails] == ["ana@example.org", "slow@example.org"]
    (words,) = told(other)
    assert "gone@example.org: 550: No such user" in f"{words['blocks']}"
    assert "ana@example.org" not in f"{words['blocks']}"


async def test_a_mail_server_that_knows_ascii_only_gets_what_is_not(database: Database) -> None:
    async with fake_smtp(enable_SMTPUTF8=False, decode_data=False) as mailbox:
        await enqueued(database, message("a", notice(item(title="Universität München ist aus ⚡"))))
        await _mailed(database, mailbox.port, ("ana@example.org",), {})

    ((_, mail),) = mailbox.mails
    assert mail["Subject"] == "1 firing: Universität München ist aus ⚡"
    assert "Universität München ist aus ⚡ (page)" in str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


async def test_a_mail_server_without_tls_is_not_told_a_password(database: Database) -> None:
    async with fake_smtp() as mailbox:
        await _mailed(
            database, mailbox.port, ("ana@example.org",), {"tls": "starttls", "username": "x", "password": secret("y")}
        )

    assert mailbox.mails == []
    row = await row_of(database, "a")
    assert (row.state, row.may_be_repeat) == ("pending", False)


async def _mailed(
    database: Database, port: int, to: tuple[str, ...], settings: Mapping[str, Any], *others: Receiver
) -> None:
    await enqueued(database, message("a"))
    mails = Receiver("oncall", Email(to))
    server = smtp(f"http://127.0.0.1:{port}", per_minute=6_000_000, **settings)
    async with delivering(database, mails, *others, smtp=server) as delivery:
        await delivery.tick()


async def test_one_alertmanager_of_two_is_enough(database: Database) -> None:
    async with receiving() as server:
        await enqueued(database, message("a", notice(item(), item("porto", "resolved"))))
        async with delivering(database, Receiver("oncall", Alertmanager((refusing(), server.url)))) as delivery:
            await delivery.tick()

    assert (await row_of(database, "a")).state == "sent"
    (alerts,) = told(server)
    assert [(alert["labels"]["cluster"], alert["endsAt"]) for alert in alerts] == [
        ("lisbon", (NOW + 4 * MINUTE).isoformat()), ("porto", NOW.isoformat())
    ]  # fmt: skip
