"""Ten faults of every receiver: what follows from each is written out."""

import logging
from datetime import timedelta

import pytest

from aggregator.store.database import Database
from tests.delivery.making import KEY, PATH, WHSEC, delivering, receiver
from tests.fakes.receiving import FAULTS, RETRY_AFTER, receiving, refusing
from tests.fakes.slack import TOKEN
from tests.fakes.smtp import fake_smtp
from tests.outbox.notices import enqueued, message, row_of, standing

# What a message comes to: `later` is again after five seconds, `later?` the same but maybe a repeat, `rest` when the
# receiver asked for it, `failed` never again, `off` when the receiver is tried again, or configured anew, `sent`.
WHAT_FOLLOWS = {
    #              slack     bot       pagerduty webhook   alertmanager email
    "timeout":    ("later?", "later?", "later",  "later?", "later?",    "later"),
    "refused":    ("later",  "later",  "later",  "later",  "later",     "later"),
    "redirect":   ("later",  "later",  "later",  "later",  "later",     "failed"),
    "400":        ("failed", "failed", "failed", "later",  "failed",    "later"),
    "401":        ("off",    "off",    "off",    "later",  "later",     "later"),
    "404":        ("off",    "off",    "later",  "later",  "later",     "failed"),
    "410":        ("off",    "off",    "later",  "off",    "later",     "failed"),
    "429":        ("rest",   "rest",   "rest",   "rest",   "rest",      "later"),
    "500":        ("later",  "later",  "later",  "later",  "later",     "later"),
    "slow body":  ("sent",   "later?", "sent",   "sent",   "sent",      "later?"),
}  # fmt: skip
KINDS = ("slack", "bot", "pagerduty", "webhook", "alertmanager", "email")
CELLS = [
    pytest.param(kind, fault, row[place], id=f"{kind}-{fault}")
    for fault, row in WHAT_FOLLOWS.items()
    for place, kind in enumerate(KINDS)
]
STATES = {"later": "pending", "later?": "pending", "rest": "pending", "off": "pending"}
FIVE_SECONDS = timedelta(seconds=5)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("kind", "fault", "follows"), CELLS)
async def test_what_follows_from_a_fault(
    database: Database, kind: str, fault: str, follows: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    await enqueued(database, message("a"))
    before = (await row_of(database, "a")).not_before

    await _tried_once(database, kind, fault)

    row, receiver_row = await row_of(database, "a"), await standing(database)
    assert row.state == STATES.get(follows, follows)
    assert row.attempts == 1
    assert row.may_be_repeat is (follows == "later?")
    assert (receiver_row.disabled_at is not None) is (follows == "off")
    assert (
        receiver_row.not_before is not None and receiver_row.not_before - before >= RETRY_AFTER * FIVE_SECONDS / 5
    ) is (follows in {"rest", "off"})
    if follows.startswith("later"):
        assert FIVE_SECONDS <= row.not_before - before < timedelta(minutes=1)
    for secret in (PATH, PATH[-12:], TOKEN, KEY, WHSEC):
        assert secret not in f"{row.error}{receiver_row.error}{caplog.text}"


async def _tried_once(database: Database, kind: str, fault: str) -> None:
    deadline = 0.4 if fault in {"timeout", "slow body"} else 10.0
    if fault == "refused":
        await _tick(database, kind, refusing(), deadline)
    elif kind == "email":
        async with fake_smtp(fault) as mailbox:
            await _tick(database, kind, f"http://127.0.0.1:{mailbox.port}", deadline)
    else:
        async with receiving(fault=fault) as server:
            await _tick(database, kind, server.url, deadline)


async def _tick(database: Database, kind: str, url: str, deadline: float) -> None:
    async with delivering(database, receiver(kind, url), url=url, deadline=deadline) as delivery:
        await delivery.tick()


def test_every_fault_is_in_the_table() -> None:
    assert {*FAULTS, "refused"} == set(WHAT_FOLLOWS)
