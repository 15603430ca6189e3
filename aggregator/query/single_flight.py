"""The same question asked at the same moment is asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Joins callers with equal keys to the work that is under way; nothing is kept once it is done.

    The work goes on while anybody waits for it, and is cancelled when the last one has gone.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, tuple[asyncio.Task[T], list[None]]] = {}

    async def do(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """What the work gives, or raises, for every caller alike."""
        if key not in self._flights:
            task: asyncio.Task[T] = asyncio.ensure_future(_run(work))
            self._flights[key] = (task, [])
            task.add_done_callback(lambda done: self._land(key, done))
        task, waiting = self._flights[key]
        waiting.append(None)
        try:
            return await asyncio.shield(task)
        finally:
            waiting.pop()
            if not waiting and not task.done():
                self._land(key, task)
                task.cancel()

    def _land(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if key in self._flights and self._flights[key][0] is task:
            del self._flights[key]
        if task.done() and not task.cancelled():
            # Whoever waited has been told; nobody having waited is no reason for a complaint.
            task.exception()


async def _run(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
