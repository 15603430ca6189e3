"""Work that ends when whoever asked for it has gone: nobody reads the answer, and clusters are busy enough."""

import asyncio

from starlette.requests import Request

from aggregator.api.errors import ClientGone

# Watching costs more than most answers take.
PATIENCE = 0.5


class Present:
    """Runs a block for as long as the client is there; raises ClientGone once it is not.

    The request has been read before: whatever still came of it would be thrown away.
    """

    __slots__ = ("_gone", "_later", "_request", "_watching", "_worker")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._watching: asyncio.Task[None] | None = None
        self._gone = False

    async def __aenter__(self) -> None:
        worker = asyncio.current_task()
        assert worker is not None, "requests are handled in tasks"
        self._worker = worker
        self._later = asyncio.get_running_loop().call_later(PATIENCE, self._watch)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._later.cancel()
        if self._watching is not None and not self._watching.done():
            self._watching.cancel()
            await asyncio.wait([self._watching])
        if self._gone and kind is asyncio.CancelledError:
            self._worker.uncancel()
            raise ClientGone from None

    def _watch(self) -> None:
        self._watching = asyncio.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._worker.cancel()
