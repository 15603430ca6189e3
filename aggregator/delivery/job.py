"""What is due goes out: leased, sent, marked; many at once, and of each lane one after the other."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from aggregator.delivery.channels import send
from aggregator.delivery.marking import GIVE_UP, Marking
from aggregator.delivery.receivers import MAILS, Receivers, mail_server, mark, turn
from aggregator.delivery.verdicts import Later, Refused, Verdict
from aggregator.delivery.ways import Ways
from aggregator.outbox import receiver_rows, rows
from aggregator.outbox.values import Leased, Turn
from aggregator.store.database import Database

log = logging.getLogger(__name__)

OUTCOMES = {"Sent": "sent", "Later": "later", "Refused": "refused"}
MAIL_SERVER = "a mail server"
# So often it is looked for more while some are on their way, and marking is tried again while the database is gone.
AGAIN = 0.25
# Whoever is told to stop still notes what was sent, for so long.
TO_NOTE = 5.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends what is due. `owner` is a name that no other replica has, `draw` gives a number from 0 to 1.

    A try has `ways.deadline` seconds; `lease` is well over twice that. `tell` is told of each try: the receiver, and
    `sent`, `later` or `refused`.
    """

    database: Database
    receivers: Receivers
    ways: Ways
    owner: str
    draw: Callable[[], float]
    tell: Callable[[str, str], None]
    lease: timedelta = timedelta(minutes=2)
    at_once: int = 32
    at_once_each: int = 4

    async def tick(self) -> None:
        """Sends until nothing is due. Whoever is cancelled gives back what was not sent."""
        _hush()
        await self._prepare()
        running: dict[asyncio.Task[None], str] = {}
        try:
            while True:
                await self._begin(running)
                if not running:
                    return
                # One that is slow is not waited for, and not each that is quick is a reason to look for more.
                done, _ = await asyncio.wait(running, timeout=AGAIN)
                for task in done:
                    del running[task]
                    task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _prepare(self) -> None:
        """Knows receivers as they are configured now, and ends what has waited for too long, or for nobody."""
        marks = {name: mark(each) for name, each in self.receivers.items()}
        if self.ways.smtp is not None:
            marks[mail_server(self.ways.smtp)] = MAIL_SERVER
        async with self.database.reading() as connection:
            standings = await receiver_rows.standings(connection)
            to_end = await rows.any_to_end(connection, GIVE_UP)
        # One whose secret cannot be read just now is the same as before.
        new = {name: mark or "unreadable" for name, mark in marks.items() if mark or name not in standings}
        changed = {name: mark for name, mark in new.items() if name not in standings or standings[name].mark != mark}
        if changed or to_end:
            async with self.database.writing() as connection:
                await receiver_rows.known(connection, changed)
                await self._marking().give_up(connection)

    async def _begin(self, running: dict[asyncio.Task[None], str]) -> None:
        """Leases what there is room for, and begins to send it."""
        try:
            held, until = await self._leased(list(running.values()))
        except (SQLAlchemyError, OSError):
            if not running:
                raise
            # What is on its way is still to be noted.
            log.warning("the database cannot be asked for more messages", exc_info=True)
            return
        for each in held:
            running[asyncio.create_task(self._deliver(each, until))] = each.receiver

    async def _leased(self, busy: Sequence[str]) -> tuple[tuple[Leased, ...], float]:
        """What is ours now, and until when on our own clock."""
        room = self.at_once - len(busy)
        async with self.database.reading() as connection:
            due = await rows.receivers_with_due(connection)
            off = await receiver_rows.switched_off(connection)
        turns: list[Turn] = []
        # Reports are many at once, and alerts by mail go before them.
        for name in sorted(due, key=lambda name: name == MAILS):
            if name in self.receivers:
                wanted = turn(self.receivers[name], min(self.at_once_each - busy.count(name), room), self.ways)
                if name in off:
                    wanted = replace(wanted, pause=receiver_rows.TRIED_EVERY)
                if wanted.is_paced:
                    wanted = replace(wanted, most=min(1, room))
                room -= max(wanted.most, 0)
                turns += [wanted] if wanted.most > 0 else []
        asked = time.monotonic()
        if not turns:
            return (), asked
        async with self.database.writing() as connection:
            return await rows.lease(connection, self.owner, self.lease, turns), asked + self.lease.total_seconds()

    async def _deliver(self, held: Leased, until: float) -> None:
        """Sends one message and notes what came of it, unless the time for that is over before it begins."""
        if time.monotonic() > until - self.lease.total_seconds() / 2:
            # We were stopped for a while: what is sent now might be sent by somebody else as well.
            await self._give_back(held, begun=False)
            return
        try:
            verdict = await self._verdict(held)
        except asyncio.CancelledError:
            await self._give_back(held, begun=True)
            raise
        self.tell(held.receiver, OUTCOMES[type(verdict).__name__])
        noting = asyncio.create_task(self._noted(held, verdict, until))
        try:
            await asyncio.shield(noting)
        except asyncio.CancelledError:
            await asyncio.wait((noting,), timeout=TO_NOTE)
            noting.cancel()
            raise

    async def _verdict(self, held: Leased) -> Verdict:
        try:
            async with asyncio.timeout(self.lease.total_seconds() / 3):
                return await send(self.receivers[held.receiver], held, self.ways)
        except TimeoutError:
            return Later("it took too long", unsure=True, told=held.told)
        except msgspec.MsgspecError as error:
            return Refused(f"what is kept of it cannot be read: {error}", "message")
        except Exception as error:  # a fault of ours with one message is not to keep the others from going out
            log.exception("message %s to receiver %s failed", held.key, held.receiver)
            return Later(f"a fault of Crosshub: {type(error).__name__}", unsure=True, told=held.told)

    async def _noted(self, held: Leased, verdict: Verdict, until: float) -> None:
        """Tries for as long as the message is ours: what was sent and is not noted is sent again."""
        while True:
            try:
                async with self.database.writing() as connection:
                    ours = await self._marking().note(connection, held, verdict, self.draw())
            except (SQLAlchemyError, OSError) as error:
                log.warning("it cannot be noted that message %s came to %s: %s", held.key, verdict, error)
                if time.monotonic() > until:
                    return
                await asyncio.sleep(AGAIN)
            else:
                if not ours:
                    log.warning("message %s was taken over by somebody else", held.key)
                return

    async def _give_back(self, held: Leased, *, begun: bool) -> None:
        try:
            async with self.database.writing() as connection:
                await rows.give_back(connection, held, begun=begun)
        except (SQLAlchemyError, OSError) as error:
            # Somebody takes it anyway, when its lease is over.
            log.warning("message %s could not be given back: %s", held.key, error)

    def _marking(self) -> Marking:
        return Marking(self.receivers, self.ways.now())


def _hush() -> None:
    """They write down every URL, and some of ours are secrets."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
