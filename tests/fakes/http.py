"""An HTTP server at the bare socket: it keeps what it was asked, and can be told to answer anything, or nonsense."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; the names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def form(self) -> dict[str, list[str]]:
        """The parameters of the URL and of the body together."""
        return parse_qs(f"{urlsplit(self.target).query}&{self.body.decode()}", keep_blank_values=True)


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


class FakeServer:
    """A server on a free port of the loopback, and what it has seen."""

    def __init__(self, behave: Behaviour, *, tls: bool) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.open_connections = 0
        self.answering = 0
        self.most_at_once = 0
        self.given_up = 0
        self.port = 0
        self._scheme = "https" if tls else "http"
        self._behave = behave
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    async def until(self, condition: Callable[["FakeServer"], bool]) -> None:
        """Waits for something this server sees."""
        async with self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        await self._count(connections=1, open_connections=1)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await self._answer_all(reader, writer)
        finally:
            writer.transport.abort()
            self._tasks.discard(task)
            await self._count(open_connections=-1)

    async def end(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ahead = b""
        while not writer.is_closing():
            request = await read_request(reader, ahead)
            self.requests.append(request)
            await self._count(answering=1)
            self.most_at_once = max(self.most_at_once, self.answering)
            try:
                ahead = await self._answer(request, reader, writer)
            finally:
                await self._count(answering=-1)

    async def _answer(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Behaves until done or until the other side goes away; gives what came ahead of the next request."""
        behaving = asyncio.ensure_future(self._behave(request, writer))
        listening = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((behaving, listening), return_when=asyncio.FIRST_COMPLETED)
            if not behaving.done():
                self.given_up += 1
                raise ConnectionError
            behaving.result()
            return listening.result() if listening.done() else b""
        finally:
            for future in (behaving, listening):
                future.cancel()
            await asyncio.gather(behaving, listening, return_exceptions=True)

    async def _count(self, **changes: int) -> None:
        for name, change in changes.items():
            setattr(self, name, getattr(self, name) + change)
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def serving(behave: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeServer]:
    """A server that behaves so towards each request, until the block ends."""
    fake = FakeServer(behave, tls=tls is not None)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0, ssl=tls)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        await fake.end()
        await server.wait_closed()


async def read_request(reader: asyncio.StreamReader, ahead: bytes = b"") -> Request:
    """The next request of a connection."""
    head = (ahead + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers: dict[str, str] = {}
    for name, _, value in (line.partition(":") for line in lines):
        before = headers.get(name.lower())
        headers[name.lower()] = value.strip() if before is None else f"{before}, {value.strip()}"
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


def response(status: int, body: bytes, **headers: str) -> bytes:
    """A whole response; `Content_Type="text/html"` becomes the header with a dash."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Whatever"
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} {phrase}\r\n{head}\r\n".encode() + body


async def send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with a reset instead of an end."""
    plain = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
