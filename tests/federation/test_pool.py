"""Connections that rest: which is used next, and which is closed."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from aggregator.federation.connection import Connection
from aggregator.federation.pool import Pool

IDLE = 0.05
WHERE = ("http", "somewhere")


class ServerSide(asyncio.Protocol):
    """The server's end of a connection, which tells its number once the other end has closed."""

    def __init__(self, number: int, ended: asyncio.Queue[int]) -> None:
        self._number = number
        self._ended = ended

    def connection_lost(self, _: Exception | None) -> None:
        self._ended.put_nowait(self._number)


Three = tuple[asyncio.Queue[int], list[Connection]]


@pytest.fixture
async def connections() -> AsyncIterator[Three]:
    """Three connections to a server, and the numbers of those that have ended."""
    loop = asyncio.get_running_loop()
    ended, numbers = asyncio.Queue[int](), count()
    async with await loop.create_server(lambda: ServerSide(next(numbers), ended), "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        made = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(3)]
        yield ended, made
        for each in made:
            each.close()


async def test_the_one_used_last_is_used_next(connections: Three) -> None:
    _, (first, second, _) = connections
    pool = Pool(IDLE)
    pool.give(WHERE, first)
    pool.give(WHERE, second)

    assert (pool.take(WHERE), pool.take(WHERE), pool.take(WHERE)) == (second, first, None)


async def test_who_rests_too_long_is_closed_and_who_was_taken_is_not(connections: Three) -> None:
    ended, (first, second, third) = connections
    pool = Pool(IDLE)
    for each in (first, second, third):
        pool.give(WHERE, each)
    pool.take(WHERE)

    assert [await ended.get() for _ in range(2)] == [0, 1]
    assert third.is_open
    assert pool.take(WHERE) is None


async def test_who_was_given_back_later_is_closed_later(connections: Three) -> None:
    ended, (first, second, _) = connections
    pool = Pool(IDLE)
    pool.give(WHERE, first)
    assert await ended.get() == 0

    pool.give(WHERE, second)

    assert await ended.get() == 1


async def test_who_was_closed_by_the_server_is_not_used(connections: Three) -> None:
    _, (first, second, _) = connections
    pool = Pool(60)
    pool.give(WHERE, first)
    pool.give(WHERE, second)
    second.close()

    assert pool.take(WHERE) is first
    pool.close()


async def test_closing_closes_all(connections: Three) -> None:
    ended, (first, second, _) = connections
    pool = Pool(60)
    pool.give(WHERE, first)
    pool.give(("https", "elsewhere"), second)

    pool.close()

    assert sorted([await ended.get() for _ in range(2)]) == [0, 1]
