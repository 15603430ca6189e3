"""Every way in which a cluster can fail to answer, as a table; each at a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from isal import isal_zlib

from aggregator.clusters.values import Prometheus, Tls
from aggregator.errors import FailureKind
from tests.fakes.certificates import Authority
from tests.fakes.http import Behaviour, Request, reset, response, send, serving

# How long the silent are given, and those who answer at once, however busy the machine of the tests is.
PATIENCE = 0.4
AMPLE = 30.0
# More than the silent are given, and less than they would take.
IN_TIME = 10.0
LARGEST = 8 * 2**20
CHUNK = bytes(64 * 1024)
ANSWER = b'{"status":"success","data":{"resultType":"vector","result":[]}}'
HTML = b"<!DOCTYPE html>\n<html><body>Sign in</body></html>"
OVERLOADED = b'{"status":"error","errorType":"unavailable","error":"TSDB not ready"}'


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of failure: how to meet it, and what is said of it."""

    name: str
    opened: Callable[[Path], AbstractAsyncContextManager[Prometheus]]
    kind: FailureKind
    reason: str


@asynccontextmanager
async def _server(_: Path, *, behave: Behaviour, given: float = AMPLE) -> AsyncIterator[Prometheus]:
    async with serving(behave) as server:
        yield _reached_at(server.url, given)


@asynccontextmanager
async def _refusing(_: Path) -> AsyncIterator[Prometheus]:
    with socket.socket() as bound:
        # Bound and never listening: nobody else can take the port meanwhile.
        bound.bind(("127.0.0.1", 0))
        yield _reached_at(f"http://127.0.0.1:{bound.getsockname()[1]}")


@asynccontextmanager
async def _nameless(_: Path) -> AsyncIterator[Prometheus]:
    yield _reached_at("http://prometheus.invalid:9091")


@asynccontextmanager
async def _expired(folder: Path) -> AsyncIterator[Prometheus]:
    authority = Authority(folder)
    async with serving(always(response(200, ANSWER)), authority.server(expired=True)) as server:
        yield replace(_reached_at(server.url), tls=Tls(ca_file=authority.file))


def _reached_at(url: str, timeout: float = AMPLE) -> Prometheus:
    return Prometheus(urls=(url,), timeout=timeout, max_body=LARGEST)


def always(data: bytes) -> Behaviour:
    """Answers each request with the same bytes."""

    async def behave(_: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, data)

    return behave


def then_closes(data: bytes) -> Behaviour:
    """Sends some bytes and closes the connection."""

    async def behave(_: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, data)
        writer.close()

    return behave


async def resets_in_mid_body(_: Request, writer: asyncio.StreamWriter) -> None:
    await send(writer, response(200, ANSWER, Content_Length="100000"))
    # What is still buffered when a reset goes out is lost, headers and all.
    await asyncio.sleep(0.05)
    reset(writer)


async def drips(_: Request, writer: asyncio.StreamWriter) -> None:
    await send(writer, response(200, b"", Content_Length="100000"))
    while True:
        await send(writer, b" ")
        await asyncio.sleep(0.02)


async def is_silent(_: Request, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def sends_200_megabytes(_: Request, writer: asyncio.StreamWriter) -> None:
    await send(writer, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _piece in range(200 * 2**20 // len(CHUNK)):
        await send(writer, b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
    await send(writer, b"0\r\n\r\n")


async def announces_200_megabytes(_: Request, writer: asyncio.StreamWriter) -> None:
    await send(writer, response(200, b"", Content_Length=str(200 * 2**20)))
    for _piece in range(200 * 2**20 // len(CHUNK)):
        await send(writer, CHUNK)


def folded(data: bytes) -> bytes:
    """The data in gzip."""
    press = isal_zlib.compressobj(wbits=31)
    return bytes(press.compress(data) + press.flush())


def bomb() -> bytes:
    """200 MB of nothing in a small gzip."""
    press = isal_zlib.compressobj(wbits=31)
    folds = [press.compress(bytes(2**20)) for _ in range(200)]
    return b"".join(folds) + bytes(press.flush())


def _gzip(data: bytes) -> bytes:
    return response(200, data, Content_Encoding="gzip")


def _status(status: int, body: bytes = b"") -> bytes:
    return response(status, body)


KIND = FailureKind

# What a server does, and what is said of it.
AT_THE_SERVER: tuple[tuple[str, Behaviour, FailureKind, str], ...] = (
    ("reset in mid-body", resets_in_mid_body, KIND.RESET, "its answer broke off"),
    ("closed without an answer", then_closes(b""), KIND.RESET, "it closed the connection without an answer"),
    ("401", always(_status(401)), KIND.AUTH, "401: it wants credentials, and has none configured"),
    ("403", always(_status(403)), KIND.AUTH, "403: it does not let us ask"),
    ("404", always(_status(404)), KIND.STATUS, "404: there is no /api/v1/{path} at its url"),
    ("429", always(_status(429)), KIND.STATUS, "429: Too Many Requests"),
    ("500", always(_status(500, HTML)), KIND.STATUS, "500: Internal Server Error"),
    ("503", always(_status(503, OVERLOADED)), KIND.STATUS, "503: TSDB not ready"),
    ("redirect", always(response(302, b"", Location="https://sso.example.org/login?next=x")), KIND.STATUS,
     "302: it redirects to sso.example.org; redirects are not followed"),
    ("HTML", always(response(200, HTML, Content_Type="text/html")), KIND.NOT_PROMETHEUS,
     "what it answers is not Prometheus' JSON but HTML"),
    ("invalid JSON", always(response(200, ANSWER[:-1])), KIND.NOT_PROMETHEUS,
     "what it answers is not Prometheus' JSON but something else"),
    ("nested JSON", always(response(200, b'{"x":' + b"[" * 200_000)), KIND.NOT_PROMETHEUS,
     "what it answers is not Prometheus' JSON but something else"),
    ("not HTTP", then_closes(b"220 mail.example.org ESMTP\r\n"), KIND.NOT_PROMETHEUS, "what it answers is not HTTP"),
    ("truncated gzip", always(_gzip(folded(ANSWER)[:-12])), KIND.RESET, "its answer broke off in its gzip"),
    ("not gzip", always(_gzip(ANSWER)), KIND.RESET, "its answer is no gzip, though it says so"),
    ("gzip bomb", always(_gzip(bomb())), KIND.TOO_LARGE, "its answer is larger than 8 MiB"),
    ("200 MB", sends_200_megabytes, KIND.TOO_LARGE, "its answer is larger than 8 MiB"),
    ("200 MB, announced", announces_200_megabytes, KIND.TOO_LARGE, "its answer is larger than 8 MiB"),
    ("content length too large", then_closes(response(200, ANSWER, Content_Length="1000")), KIND.RESET,
     "its answer broke off"),
    ("content length too small", always(response(200, ANSWER, Content_Length="10")), KIND.NOT_PROMETHEUS,
     "what it answers is not HTTP"),
)  # fmt: skip

FAULTS: tuple[Fault, ...] = (
    Fault("refused", _refusing, KIND.CONNECT, "connection refused"),
    Fault("DNS failure", _nameless, KIND.CONNECT, "its name does not resolve"),
    Fault("expired certificate", _expired, KIND.TLS, "its certificate has expired"),
    Fault("slow drip", partial(_server, behave=drips, given=PATIENCE), KIND.TIMEOUT, "no answer in 0.4 s"),
    Fault("60 s silence", partial(_server, behave=is_silent, given=PATIENCE), KIND.TIMEOUT, "no answer in 0.4 s"),
    *(Fault(name, partial(_server, behave=behave), kind, reason) for name, behave, kind, reason in AT_THE_SERVER),
)
