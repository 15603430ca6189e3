"""What sending a message came to, kept in the transaction that also tells somebody else, where that is needed."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.delivery.channels import said_in
from aggregator.delivery.receivers import Receivers, another, shown
from aggregator.delivery.verdicts import Later, Refused, Sent, Verdict, next_wait
from aggregator.delivery.words_about_receivers import (
    MOST_SHOWN,
    given_up,
    not_taken,
    suppressed,
    switched_off,
    taken_out,
)
from aggregator.outbox import address_rows, receiver_rows, rows
from aggregator.outbox.letter import addressed_in
from aggregator.outbox.notice import Notice, Page, written
from aggregator.outbox.values import Leased, Message, Retry

log = logging.getLogger(__name__)

OURS = "delivery"
"""The lane of what is said about receivers, and how its keys begin."""
GIVE_UP = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Marking:
    """Who can be told, and the moment at which something is noted."""

    receivers: Receivers
    now: datetime

    async def note(self, connection: AsyncConnection, held: Leased, verdict: Verdict, draw: float) -> bool:
        """Whether the message was still ours; then it is kept what became of it."""
        match verdict:
            case Sent():
                return await self._sent(connection, held, verdict)
            case Later():
                wait = next_wait(held.attempts, draw)
                if verdict.rest is not None:
                    await receiver_rows.rest(connection, held.receiver, verdict.rest)
                retry = Retry(verdict.why, wait, verdict.unsure, verdict.told)
                return await rows.failed_for_now(connection, held, retry)
            case Refused(whose="message"):
                return await self._refused(connection, held, verdict.why)
            case Refused(whose="address"):
                return await self._nobody_there(connection, held, verdict.why)
            case Refused():
                return await self._off(connection, held, verdict.why)

    async def give_up(self, connection: AsyncConnection) -> None:
        """Ends what has waited for too long, or for nobody, and tells somebody else of it: once for each receiver."""
        unwanted = await rows.end_unwanted(connection, "the receiver was taken out of the configuration")
        for name, theirs in _by_receiver(unwanted):
            log.warning("receiver %s is configured no more: %d messages for it are ended", name, len(theirs))
            if unsaid := _not_ours(theirs):
                page = taken_out(self._shown(name), unsaid, len(unsaid), self.now)
                await self._tell(connection, f"out/{theirs[0].key}", name, page)
        dead = await rows.give_up(connection, GIVE_UP, "nobody could be reached")
        for name, theirs in _by_receiver(dead):
            log.error("%d messages for receiver %s could not be sent, and are given up", len(theirs), name)
            if unsaid := _not_ours(theirs):
                hours = int(GIVE_UP / timedelta(hours=1))
                page = given_up(self._shown(name), unsaid, len(unsaid), hours, self.now)
                await self._tell(connection, f"late/{theirs[0].key}", name, page)

    async def _sent(self, connection: AsyncConnection, held: Leased, verdict: Sent) -> bool:
        if not await rows.sent(connection, held, verdict.told):
            return False
        if await receiver_rows.reached(connection, held.receiver):
            await self._on(connection, held)
        if held.kind == "report":
            await address_rows.reached(connection, addressed_in(held.body).to)
        if verdict.but:
            await self._tell_what_it_says(connection, held, verdict.but)
        return True

    async def _refused(self, connection: AsyncConnection, held: Leased, why: str) -> bool:
        if not await rows.failed_for_good(connection, held, why):
            return False
        # It is the message that is at fault, so the receiver is there.
        await self._on(connection, held)
        await self._tell_what_it_says(connection, held, why)
        return True

    async def _nobody_there(self, connection: AsyncConnection, held: Leased, why: str) -> bool:
        """The server is there, and says that the address is not; after some times it is believed."""
        address = addressed_in(held.body).to
        if not await rows.failed_for_good(connection, held, why):
            return False
        await self._on(connection, held)
        if await address_rows.refused(connection, address, why):
            log.error("nothing is sent to %s any more: %s", address, why)
            page = suppressed(address, why, address_rows.MOST_REFUSALS, self.now)
            await self._tell(connection, f"address/{held.id}", held.receiver, page)
        else:
            await self._tell_what_it_says(connection, held, why)
        return True

    async def _on(self, connection: AsyncConnection, held: Leased) -> None:
        if await receiver_rows.enable(connection, held.receiver):
            log.warning("receiver %s takes messages again", held.receiver)

    async def _off(self, connection: AsyncConnection, held: Leased, why: str) -> bool:
        """The message waits for the receiver to work again; it is not the one at fault."""
        if not await rows.failed_for_now(connection, held, Retry(why, timedelta(0), told=held.told)):
            return False
        if await receiver_rows.disable(connection, held.receiver, why):
            log.error("receiver %s is switched off: %s", held.receiver, why)
            waiting = await rows.waiting(connection, held.receiver, MOST_SHOWN)
            count = (await rows.counts(connection)).get(held.receiver, 0)
            page = switched_off(self._shown(held.receiver), why, _said(waiting), count, self.now)
            await self._tell(connection, f"off/{held.id}/{held.fence}", held.receiver, page)
        return True

    async def _tell_what_it_says(self, connection: AsyncConnection, held: Leased, why: str) -> None:
        log.error("receiver %s did not take message %s: %s", held.receiver, held.key, why)
        # Words about words that were refused would go to and fro for ever.
        if not _is_ours(held.key):
            page = not_taken(self._shown(held.receiver), why, said_in(held.kind, held.body), self.now)
            await self._tell(connection, f"refused/{held.id}", held.receiver, page)

    async def _tell(self, connection: AsyncConnection, about: str, receiver: str, page: Page) -> None:
        """Writes to another receiver than the one that it is about, if there is one."""
        standings = await receiver_rows.standings(connection)
        able = [
            each for name, each in self.receivers.items() if name in standings and standings[name].disabled_at is None
        ]
        if (other := another(receiver, able)) is None:
            log.error("nobody else can be told: %s", page.subject)
            return
        await rows.enqueue(connection, Message(f"{OURS}/{about}", other, OURS, "page", written(page)))

    def _shown(self, name: str) -> str:
        return shown(self.receivers[name]) if name in self.receivers else name


def _said(messages: Sequence[Message]) -> list[Notice | Page]:
    return [said_in(each.kind, each.body) for each in messages]


def _by_receiver(messages: Sequence[Message]) -> list[tuple[str, list[Message]]]:
    names = sorted({each.receiver for each in messages})
    return [(name, [each for each in messages if each.receiver == name]) for name in names]


def _not_ours(messages: Sequence[Message]) -> list[Notice | Page]:
    """What they say; words about receivers are nothing to tell of in turn."""
    return _said([each for each in messages if not _is_ours(each.key)])


def _is_ours(key: str) -> bool:
    return key.startswith(f"{OURS}/")
