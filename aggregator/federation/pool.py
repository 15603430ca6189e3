"""Connections that nobody uses just now, by where they lead. Whoever rests for too long is closed."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Hashable

from aggregator.federation.connection import Connection

# Timers of uvloop are rounded to milliseconds, and may come so much early.
CLOCK = 0.001


class Pool:
    """Closes what has rested for `idle` seconds. One timer for all: each question takes a connection and gives it back."""

    def __init__(self, idle: float) -> None:
        self._idle = idle
        # The longest at rest stand first; the one used last is used next, so that the others may end.
        self._resting: defaultdict[Hashable, deque[tuple[float, Connection]]] = defaultdict(deque)
        self._look: asyncio.TimerHandle | None = None

    def take(self, where: Hashable) -> Connection | None:
        """A connection that leads there and is open, if there is one."""
        resting = self._resting[where]
        while resting:
            _, connection = resting.pop()
            if connection.is_open:
                return connection
        return None

    def give(self, where: Hashable, connection: Connection) -> None:
        """A connection that can be used again."""
        loop = asyncio.get_running_loop()
        self._resting[where].append((loop.time(), connection))
        if self._look is None:
            self._look = loop.call_later(self._idle, self._close_idle)

    def close(self) -> None:
        """Closes all of them."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
        for resting in self._resting.values():
            for _, connection in resting:
                connection.close()
        self._resting.clear()

    def _close_idle(self) -> None:
        loop = asyncio.get_running_loop()
        over = loop.time() - self._idle + CLOCK
        for resting in self._resting.values():
            while resting and resting[0][0] <= over:
                resting.popleft()[1].close()
        first = min((resting[0][0] for resting in self._resting.values() if resting), default=None)
        self._look = None if first is None else loop.call_at(first + self._idle, self._close_idle)
