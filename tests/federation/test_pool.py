"""Connections that rest: which is used next, and which is closed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from aggregator.federation.connection import Connection
from aggregator.federation.pool import Pool

IDLE = 0.05
WHERE = ("http", "somewhere")


class ServerSide(asyncio.Protocol):
    """The server's end of a connection, which tells its number once either end has closed."""

    transport: asyncio.BaseTransport

    def __init__(self, number: int, ended: asyncio.Queue[int]) -> None:
        self._number = number
        self._ended = ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._ended.put_nowait(self._number)


class Noticing(Connection):
    """A connection that tells when it has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.over = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.over.set()


@dataclass(frozen=True, slots=True)
class Server:
    """Its ends of the connections, and the numbers of those that have ended."""

    ends: list[ServerSide]
    ended: asyncio.Queue[int]


Three = tuple[Server, list[Noticing]]


@pytest.fixture
async def connections() -> AsyncIterator[Three]:
    """A server, and three connections to it."""
    loop = asyncio.get_running_loop()
    server = Server([], asyncio.Queue())

    def accepted() -> ServerSide:
        server.ends.append(ServerSide(len(server.ends), server.ended))
        return server.ends[-1]

    async with await loop.create_server(accepted, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        made = [(await loop.create_connection(Noticing, "127.0.0.1", port))[1] for _ in range(3)]
        yield server, made
        for each in made:
            each.close()


async def test_the_one_used_last_is_used_next(connections: Three) -> None:
    _, (first, second, _) = connections
    pool = Pool(IDLE)
    pool.give(WHERE, first)
    pool.give(WHERE, second)

    assert (pool.take(WHERE), pool.take(WHERE), pool.take(WHERE)) == (second, first, None)


async def test_who_rests_too_long_is_closed_and_who_was_taken_is_not(connections: Three) -> None:
    server, (first, second, third) = connections
    pool = Pool(IDLE)
    for each in (first, second, third):
        pool.give(WHERE, each)
    pool.take(WHERE)

    assert [await server.ended.get() for _ in range(2)] == [0, 1]
    assert third.is_open
    assert pool.take(WHERE) is None


async def test_who_came_to_rest_later_is_closed_later(connections: Three) -> None:
    server, (first, second, _) = connections
    pool = Pool(IDLE)
    pool.give(WHERE, first)
    asyncio.get_running_loop().call_later(IDLE / 2, pool.give, WHERE, second)

    assert await server.ended.get() == 0
    assert second.is_open
    assert await server.ended.get() == 1


async def test_who_was_closed_by_the_server_is_not_used(connections: Three) -> None:
    server, (first, second, _) = connections
    pool = Pool(60)
    pool.give(WHERE, first)
    pool.give(WHERE, second)
    server.ends[1].transport.close()
    await second.over.wait()

    assert pool.take(WHERE) is first
    pool.close()


async def test_closing_closes_all_and_looks_no_more(connections: Three) -> None:
    server, (first, second, third) = connections
    pool = Pool(IDLE)
    pool.give(WHERE, first)
    pool.give(("https", "elsewhere"), second)

    pool.close()

    assert sorted([await server.ended.get() for _ in range(2)]) == [0, 1]
    # A look that was still to come would find this one, and plan another.
    pool.give(WHERE, third)
    assert await server.ended.get() == 2
