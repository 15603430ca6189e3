"""So many at once: whoever comes later waits for a turn, in the order of coming."""

import asyncio
from collections import deque


class Turns:
    """What asyncio.Semaphore is, for a caller that mostly finds a turn free and then shall not wait for the loop."""

    def __init__(self, many: int) -> None:
        self._free = many
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take(self) -> bool:
        """Whether there is a turn at once; it is taken then."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def wait(self, seconds: float) -> bool:
        """Whether there is a turn in time; it is taken then. For whom `take` had none."""
        own: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(own)
        try:
            async with asyncio.timeout(seconds):
                await own
        except BaseException as left:
            if own.done() and not own.cancelled():
                # The turn came in the moment of leaving.
                self.give()
            if isinstance(left, TimeoutError):
                return False
            raise
        return True

    def give(self) -> None:
        """A turn is over: whoever has waited longest has it."""
        while self._waiting:
            longest = self._waiting.popleft()
            if not longest.done():
                longest.set_result(None)
                return
        self._free += 1
