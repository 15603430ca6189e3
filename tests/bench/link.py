"""A stand-in for a wide area network: a TCP proxy that delays and narrows what passes, one link a target.

Each way of a link carries RATE bits a second, shared by its connections, and takes DELAY seconds more. Connecting costs
nothing and there is no slow start: every contestant keeps its connections.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import cast

from tests.bench.ports import Opened, serve

DELAY = 0.020  # one way: a question and its answer take 40 ms
RATE = 20e6
# Once this much time is waiting in a way, its senders have to wait as well.
_AHEAD = 0.25


@dataclass(slots=True)
class Way:
    """One direction of a link: until when it is busy with what was put into it."""

    busy: float = 0.0

    def arrival(self, now: float, size: int) -> float:
        self.busy = max(self.busy, now) + 8 * size / RATE
        return self.busy + DELAY


@dataclass(slots=True)
class Line:
    """What was read at one end and waits to be written at the other."""

    way: Way
    source: asyncio.Transport
    target: asyncio.Transport
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)

    def put(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.waiting.append((self.way.arrival(now, len(data)), data))
        if len(self.waiting) == 1:
            loop.call_at(self.waiting[0][0], self.pass_on)
        if self.way.busy - now > _AHEAD and self.source.is_reading():
            self.source.pause_reading()

    def pass_on(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting and self.waiting[0][0] <= loop.time() + 0.0005:
            data = self.waiting.popleft()[1]
            if data:
                self.target.write(data)
            else:
                self.target.close()
        if self.waiting:
            loop.call_at(self.waiting[0][0], self.pass_on)
        if not self.source.is_closing() and not self.source.is_reading():
            self.source.resume_reading()


class End(asyncio.Protocol):
    """One end of a connection; what it says before it is joined to the other one is kept."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._line: Line | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not say so, but they are.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._line is None:
            self._early.append(data)
        else:
            self._line.put(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.data_received(b"")

    def join(self, line: Line) -> None:
        self._line = line
        for data in self._early:
            line.put(data)


class Entrance(End):
    """Where contestants connect to."""

    def __init__(self, target: tuple[str, int], ways: tuple[Way, Way]) -> None:
        super().__init__()
        self._target = target
        self._ways = ways

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._joining = asyncio.create_task(self._join())

    async def _join(self) -> None:
        _, exit_ = await asyncio.get_running_loop().create_connection(End, *self._target)
        there, back = self._ways
        exit_.join(Line(back, exit_.transport, self.transport))
        self.join(Line(there, self.transport, exit_.transport))


async def open_links(targets: list[str]) -> Opened:
    """A port for each `host:port`."""
    return [await _link(host, int(port)) for host, _, port in (each.partition(":") for each in targets)]


async def _link(host: str, port: int) -> asyncio.Server:
    ways = (Way(), Way())
    return await asyncio.get_running_loop().create_server(lambda: Entrance((host, port), ways), "127.0.0.1", 0)


if __name__ == "__main__":
    serve(open_links)
