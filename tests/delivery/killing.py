"""Deliveries that are killed at some point; also for the long counts of `make proof`. Each is a fork of this process."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.store.database import Database, open_database
from tests.delivery.making import delivering, receiver
from tests.fakes.http import Request, response, send, serving
from tests.outbox.notices import enqueued, message, page, states, time_passes
from tests.rollups.killing import Point, Watch, forked

# Two in one lane, of which the second has to wait for the first, and one in another.
LANES = {"a": "x", "b": "x", "c": "y"}
LEASE_IS_OVER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Copy:
    """A message as the provider got it."""

    key: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """All that a provider got, in its order, and what became of each message."""

    copies: tuple[Copy, ...]
    states: dict[str, str]

    def faults(self, point: Point | None) -> list[str]:
        """What is wrong, where somebody was killed at that point."""
        found = Counter(copy.key for copy in self.copies)
        wrong = [f"{key} is lost" for key in LANES if not found[key]]
        wrong += [f"{key} is {state}" for key, state in self.states.items() if state != "sent"]
        again = [
            copy for number, copy in enumerate(self.copies) if copy.key in {each.key for each in self.copies[:number]}
        ]
        wrong += [f"{copy.key} came again, and does not say so" for copy in again if not copy.is_marked]
        if again and not is_in_window(point):
            wrong.append(f"{again[0].key} came again")
        firsts = list(dict.fromkeys(copy.key for copy in self.copies))
        if firsts.index("a") > firsts.index("b"):
            wrong.append("the first of a lane came after the second")
        return wrong


def is_in_window(point: Point | None) -> bool:
    """Whether the provider may have accepted what is not yet noted: from its answer on, until the commit that notes it."""
    return point is not None and (point.when, point.what) in {("after", "post"), ("before", "mark")}


class WatchedTransport(httpx.AsyncHTTPTransport):
    """Sends requests, and is watched while it does."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(trust_env=False)
        self._watch = watch

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with self._watch.around("post"):
            return await super().handle_async_request(request)


class WatchedCommits(Database):
    """A database whose commits are watched: those of leases, and those that mark what was sent."""

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with super().writing() as connection:
            connection.info["what"] = None
            yield connection
            if (what := connection.info["what"]) is not None:
                self._watch.pass_by("before", what)
        if what is not None:
            self._watch.pass_by("after", what)

    @staticmethod
    def of(database: Database, watch: Watch) -> "WatchedCommits":
        """The same database, watched."""
        watched = WatchedCommits(**{each.name: getattr(database, each.name) for each in fields(Database)})
        object.__setattr__(watched, "_watch", watch)
        event.listen(database.writers.sync_engine, "after_cursor_execute", _statement)
        return watched

    _watch: Watch


def _statement(connection: Connection, _cursor: Any, text: str, *_: Any) -> None:
    if text.startswith("UPDATE outbox"):
        connection.info["what"] = "lease" if "RETURNING" in text else "mark"


@contextmanager
def accepting(file: Path) -> Iterator[str]:
    """Where a provider is, in a process of its own, that writes down each message before it says that it has it."""
    read, write = os.pipe()
    pid = forked(lambda: _accept(write, file))
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield told.readline().strip()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def _accept(write: int, file: Path) -> None:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        with file.open("ab", buffering=0) as opened:
            opened.write(request.body.replace(b"\n", b" ") + b"\n")
        await send(writer, response(200, b"ok"))

    async with serving(behave) as server:
        os.write(write, f"{server.url}\n".encode())
        await asyncio.Event().wait()


def after_kill(url: str, provider: str, file: Path, point: Point | None) -> Heard:
    """What a provider got from a delivery that was killed at a point, and from one that came after it."""
    file.write_bytes(b"")
    asyncio.run(_written(url))
    if point is not None:
        assert _killed(url, provider, point), f"it ended before it came to the point {point}"
    then = asyncio.run(_then(url, provider))
    return Heard(tuple(map(_copy, file.read_bytes().splitlines())), then)


def points(url: str, provider: str) -> Counter[tuple[str, str]]:
    """How often what is done where nobody is killed."""
    asyncio.run(_written(url))
    watch = Watch()
    asyncio.run(_delivered(url, provider, watch))
    return watch.seen


def _killed(url: str, provider: str, point: Point) -> bool:
    _, status = os.waitpid(forked(lambda: _delivered(url, provider, Watch(point))), 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


async def _written(url: str) -> None:
    async with open_database(url) as database:
        await enqueued(database, *(message(key, page(f"message {key}"), lane=lane) for key, lane in LANES.items()))


async def _delivered(url: str, provider: str, watch: Watch) -> None:
    """One after the other, so that a point says what was done before it."""
    async with open_database(url) as database, httpx.AsyncClient(transport=WatchedTransport(watch)) as http:
        watched = WatchedCommits.of(database, watch)
        async with delivering(watched, receiver("slack", provider), http=http) as delivery:
            await replace(delivery, at_once=1).tick()


async def _then(url: str, provider: str) -> dict[str, str]:
    """In which states messages are, when the lease of whoever was killed is over and another has sent."""
    async with open_database(url) as database, delivering(database, receiver("slack", provider)) as delivery:
        await time_passes(database, LEASE_IS_OVER)
        await delivery.tick()
        return await states(database)


def _copy(line: bytes) -> Copy:
    text = orjson.loads(line)["text"]
    return Copy(text.split()[1], "possible repeat" in text)
