"""A mail server that keeps mails, and can misbehave in ten ways."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

# What it says to whoever wants to send to somebody, or to whatever was sent.
TO_RECIPIENT = {
    "redirect": "551 User not local; please try <elsewhere@example.org>",
    "400": "450 Greylisted, try again later",
    "404": "550 No such user here",
    "410": "550 5.1.6 The mailbox has moved",
}
TO_DATA = {"500": "451 Local error in processing", "410 data": "554 Transaction failed"}
SILENT = ("timeout",)
GREETS = {"401": b"535 5.7.8 go away\r\n", "429": b"421 Too many connections\r\n"}


# Without slots: aiosmtpd looks at every attribute, and before Python 3.11.3 one of those that slots make cannot be.
@dataclass
class Mailbox:
    """The mails that were taken, with whom each was for; `refuses` are answers to single recipients.

    `greylists` says how often each recipient is put off, `drops` how many mails are taken without a word of it;
    `tell` is told of each mail before the sender is.
    """

    fault: str | None = None
    refuses: dict[str, str] = field(default_factory=dict)
    greylists: dict[str, int] = field(default_factory=dict)
    drops: int = 0
    tell: Callable[[str, EmailMessage], None] = lambda *_: None
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.refuses.get(address) or TO_RECIPIENT.get(self.fault or "")
        if self.greylists.get(address):
            self.greylists[address] -= 1
            answer = TO_RECIPIENT["400"]
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.fault == "slow body":
            await asyncio.Event().wait()
        if self.fault in TO_DATA:
            return TO_DATA[self.fault]
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((envelope.rcpt_tos[0], message_from_bytes(content, policy=policy.default)))
        self.tell(*self.mails[-1])
        if self.drops and server.transport is not None:
            self.drops -= 1
            server.transport.abort()  # type: ignore[attr-defined]
        return "250 Taken"


@asynccontextmanager
async def fake_smtp(fault: str | None = None, **settings: Any) -> AsyncIterator[Mailbox]:
    """A server on a free port of the loopback."""
    mailbox = Mailbox(fault)
    loop = asyncio.get_running_loop()
    settings = {"enable_SMTPUTF8": True} | settings
    tasks: set[asyncio.Task[None]] = set()

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            if fault in SILENT:
                await asyncio.Event().wait()
            writer.write(GREETS[fault or ""])
            await writer.drain()
        finally:
            writer.transport.abort()

    if fault in SILENT or fault in GREETS:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
    else:
        server = await loop.create_server(
            lambda: SMTP(mailbox, hostname="mail.example.org", loop=loop, **settings),
            "127.0.0.1",
            0,
        )
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
