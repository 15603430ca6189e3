"""Work that ends when whoever asked for it has gone: nobody reads the answer, and clusters are busy enough."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from aggregator.api.errors import ClientGone

# Watching costs more than most answers take.
PATIENCE = 0.5


@asynccontextmanager
async def present(request: Request) -> AsyncIterator[None]:
    """Runs the block for as long as the client is there; raises ClientGone once it is not.

    The request has been read before: whatever still came of it would be thrown away.
    """
    watch = _Watch(request, asyncio.current_task())
    later = asyncio.get_running_loop().call_later(PATIENCE, watch.begin)
    try:
        yield
    except asyncio.CancelledError:
        if not watch.gone:
            raise
        watch.worker.uncancel()
        raise ClientGone from None
    finally:
        later.cancel()
        await watch.end()


class _Watch:
    """Waits for the client to go, and then cancels the work."""

    __slots__ = ("_request", "_watching", "gone", "worker")

    def __init__(self, request: Request, worker: asyncio.Task[None] | None) -> None:
        assert worker is not None, "requests are handled in tasks"
        self.worker = worker
        self.gone = False
        self._request = request
        self._watching: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._watching = asyncio.create_task(self._until_gone())

    async def end(self) -> None:
        if self._watching is not None and not self._watching.done():
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def _until_gone(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.worker.cancel()
