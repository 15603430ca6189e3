"""Whoever is sent messages over HTTP: keeps what it was sent, and can misbehave in ten ways."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import orjson

from tests.fakes.http import FakeServer, Request, response, send, serving

Answer = Callable[[Request], tuple[int, bytes]]
RETRY_AFTER = 30


async def _for_ever(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def _answers(status: int, body: bytes = b"no", **headers: str) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    return lambda writer: send(writer, response(status, body, **headers))


async def _slowly(writer: asyncio.StreamWriter) -> None:
    await send(writer, response(200, b"", Content_Length="100") + b"{")
    await asyncio.Event().wait()


FAULTS: Mapping[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "timeout": _for_ever,
    # Nobody listens there: `refusing`.
    "redirect": _answers(302, b"", Location="http://127.0.0.1:1/elsewhere"),
    "400": _answers(400, b"invalid_payload"),
    "401": _answers(401),
    "404": _answers(404),
    "410": _answers(410),
    "429": _answers(429, Retry_After=f"{RETRY_AFTER}"),
    "500": _answers(500),
    "slow body": _slowly,
}


@asynccontextmanager
async def receiving(
    answer: Answer | None = None, fault: str | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FakeServer]:
    """A server that takes everything, or answers otherwise, or has one of the faults."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if fault is not None:
            await FAULTS[fault](writer)
        else:
            await send(writer, response(*(answer(request) if answer else (200, b"ok"))))

    async with serving(behave, tls) as server:
        yield server


def refusing() -> str:
    """Where nobody listens, nor will while tests run."""
    return f"http://127.0.0.1:{_nobody().getsockname()[1]}"


@cache
def _nobody() -> socket.socket:
    """Bound and never listening, so that nobody else is given the port."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def told(server: FakeServer) -> list[Any]:
    """What it was sent, out of JSON."""
    return [orjson.loads(request.body) for request in server.requests]
