"""One connection to a server: a request goes out, its response comes back, one after the other."""

import asyncio
from typing import cast

from aggregator.federation.response import UNREADABLE, Incoming, Received


class Disconnected(Exception):
    """The connection ended before the response was whole; `begun` if some of it had come."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__()
        self.begun = begun


class TooLate(Exception):
    """The response was not whole when the time for it was over."""


class Connection(asyncio.Protocol):
    """Made by the event loop. Usable for the next request while `is_open`."""

    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.Transport
        self._incoming: Incoming | None = None
        self._waiter: asyncio.Future[Received] | None = None

    async def exchange(self, request: bytes, largest: int, seconds: float) -> Received:
        """The response to a whole request; raises Disconnected, TooLate, or one of UNREADABLE.

        Whoever stops waiting closes the connection: what is still coming is not read.
        """
        if not self.is_open:
            raise Disconnected(begun=False)
        self._incoming = Incoming(largest)
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        # A tenth of what `asyncio.timeout` costs.
        ending = loop.call_later(seconds, self._give_up)
        try:
            self._transport.write(request)
            return await self._waiter
        except BaseException:
            self.abort()
            raise
        finally:
            ending.cancel()
            self._waiter = None
            self._incoming.forget()

    @property
    def size(self) -> int:
        """The bytes that came of the last response's body."""
        return self._incoming.size if self._incoming else 0

    def close(self) -> None:
        self.is_open = False
        self._transport.close()

    def abort(self) -> None:
        """Closes at once, whatever is on its way."""
        self.is_open = False
        self._transport.abort()

    # What follows is called by the event loop.

    def _give_up(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TooLate())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not say so, but they are.
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        waiter, incoming = self._waiter, self._incoming
        if waiter is None or incoming is None or waiter.done():
            # Nobody asked.
            self.abort()
            return
        try:
            if incoming.feed(data):
                waiter.set_result(incoming.received())
                self.is_open = incoming.leaves_open
        except UNREADABLE as fault:
            waiter.set_exception(fault)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        waiter, incoming = self._waiter, self._incoming
        if waiter is None or incoming is None or waiter.done():
            return
        if exc is None and incoming.end():
            try:
                waiter.set_result(incoming.received())
            except UNREADABLE as fault:
                waiter.set_exception(fault)
            return
        lost = Disconnected(begun=incoming.is_begun)
        lost.__cause__ = exc
        waiter.set_exception(lost)
