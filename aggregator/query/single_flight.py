"""The same question asked at the same moment is asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Joins callers with equal keys to the work that is under way; nothing is kept once it is done.

    The work is the first caller's, and is given up when it leaves; the next of those who wait begins anew then.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, list[asyncio.Future[T]]] = {}

    async def do(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """What the work gives, or raises, for every caller alike."""
        while (waiting := self._flights.get(key)) is not None:
            own: asyncio.Future[T] = asyncio.get_running_loop().create_future()
            waiting.append(own)
            try:
                return await own
            except _BeginAnew:
                continue
        return await self._first(key, work)

    async def _first(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        # A list and no task: hardly ever is there anybody to tell.
        waiting = self._flights[key] = []
        try:
            result = await work()
        except BaseException as fault:
            del self._flights[key]
            for other in waiting:
                if not other.done():
                    other.set_exception(fault if isinstance(fault, Exception) else _BeginAnew())
            raise
        del self._flights[key]
        for other in waiting:
            if not other.done():
                other.set_result(result)
        return result


class _BeginAnew(Exception):
    """Whoever did the work has left."""
