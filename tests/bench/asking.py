"""The one client that all contestants are asked with: it sends what was made beforehand, and reads bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from tests.bench.queries import Query

FORM = "application/x-www-form-urlencoded"
_PATIENCE = aiohttp.ClientTimeout(total=120)


@dataclass(frozen=True, slots=True)
class Request:
    """One POST, ready to be sent."""

    url: URL
    body: bytes


Shot = tuple[Request, ...]
"""What is sent at the same moment for one query."""


class Refused(Exception):
    """A contestant did not answer a query."""


@asynccontextmanager
async def client(encoding: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Connections that are kept. What comes compressed is left so."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=600),
        headers={"Accept-Encoding": encoding, "Content-Type": FORM},
        timeout=_PATIENCE,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=1 << 18,
    ) as session:
        yield session


async def fire(http: aiohttp.ClientSession, shot: Shot) -> list[bytes]:
    """The bodies of all answers."""
    if len(shot) == 1:
        return [await _body(http, shot[0])]
    return await asyncio.gather(*(_body(http, request) for request in shot))


async def _body(http: aiohttp.ClientSession, request: Request) -> bytes:
    async with http.post(request.url, data=request.body) as response:
        body = await response.read()
        if response.status != 200:
            raise Refused(f"{response.status} {request.url}: {body[:300].decode(errors='replace')}")
        return body


def whole(url: str, query: Query) -> Shot:
    """The query as it is, put to one server."""
    return (request(url, query.path, query.form()),)


def request(url: str, path: str, form: tuple[tuple[str, str], ...]) -> Request:
    return Request(URL(f"{url}/api/v1/{path}"), urlencode(form).encode())
