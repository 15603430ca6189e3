"""A SOCKS5 proxy and an HTTP proxy, as small as they can be; both keep the destinations they were asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.fakes.http import read_request

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FakeProxy:
    """What a proxy has seen. `knows` are names that only it can resolve: host to (host, port)."""

    knows: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    destinations: list[str] = field(default_factory=list)
    port: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def connect(self, host: str, port: int) -> Streams:
        self.destinations.append(f"{host}:{port}")
        return await asyncio.open_connection(*self.knows.get(host, (host, port)))


@asynccontextmanager
async def socks_proxy(knows: Mapping[str, tuple[str, int]] | None = None) -> AsyncIterator[FakeProxy]:
    """A SOCKS5 proxy that wants no password."""
    proxy = FakeProxy(knows or {})

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        raw = await reader.readexactly(length)
        host = ".".join(map(str, raw)) if kind == 1 else raw.decode()
        far = await proxy.connect(host, int.from_bytes(await reader.readexactly(2), "big"))
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await _pump((reader, writer), far)

    async with _listening(proxy, serve):
        yield proxy


@asynccontextmanager
async def http_proxy(knows: Mapping[str, tuple[str, int]] | None = None) -> AsyncIterator[FakeProxy]:
    """An HTTP proxy: CONNECT for what is encrypted, whole URLs for what is not."""
    proxy = FakeProxy(knows or {})

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader)
        if request.method == "CONNECT":
            host, _, port = request.target.partition(":")
            far = await proxy.connect(host, int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            url = urlsplit(request.target)
            far = await proxy.connect(url.hostname or "", url.port or 80)
            lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            far[1].write(f"{request.method} {url.path} HTTP/1.1\r\n{lines}\r\n".encode() + request.body)
        await _pump((reader, writer), far)

    async with _listening(proxy, serve):
        yield proxy


@asynccontextmanager
async def _listening(proxy: FakeProxy, serve: Serve) -> AsyncIterator[None]:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        proxy.tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await serve(reader, writer)
        finally:
            writer.close()
            proxy.tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()
        tasks = list(proxy.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _pump(near: Streams, far: Streams) -> None:
    """Carries bytes both ways until one side ends."""
    ways = [asyncio.ensure_future(_carry(near[0], far[1])), asyncio.ensure_future(_carry(far[0], near[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        far[1].close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
