"""Computations that are killed at some point; also for the long counts of `make proof`.

Each is a fork of this process, which has imported everything: starting one anew would take longer than computing.
"""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.demo.processes import dies_with_parent
from aggregator.federation.fanout import open_fleet
from aggregator.federation.question import Fleet, Question, Reply, T
from aggregator.rollups.chunks import Window
from aggregator.rollups.job import Rollups
from aggregator.rollups.subjects import subjects
from aggregator.store.database import Database, open_database
from aggregator.store.instants import milliseconds
from tests.fakes.telling import Truth, telling
from tests.rollups.computing import HOUR, KEY, NOW, clock, config_of
from tests.rollups.tables import Rows, tables

# Half of it is computed each time, the other half only where it is missing; a week and a month end after it.
WINDOW = Window(milliseconds(NOW - 72 * HOUR), milliseconds(NOW - 30 * HOUR))
NAMES = ("lisbon", "oslo")


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after the n-th time that something is done: a question to a cluster, a statement of a write, a commit."""

    when: str
    what: str
    number: int

    def __str__(self) -> str:
        return f"{self.when} {self.what} {self.number}"


@dataclass(slots=True)
class Watch:
    """Told of everything that is done; ends this process at a point, where there is one."""

    point: Point | None = None
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def pass_by(self, when: str, what: str) -> None:
        self.seen[when, what] += 1
        if self.point == Point(when, what, self.seen[when, what]):
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        self.pass_by("before", what)
        yield
        self.pass_by("after", what)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point by the share of all the times that the thing is done: 0 is the first time, 1 the last one."""

    when: str
    what: str
    share: float

    def __str__(self) -> str:
        return f"{self.when} {self.what} {self.share:g}"


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What is kept where nobody is killed, and how often what was done for it."""

    rows: Rows
    seen: Counter[tuple[str, str]]

    def point(self, moment: Moment) -> Point:
        when, what = moment.when, moment.what
        return Point(when, what, 1 + round(moment.share * (self.seen[when, what] - 1)))

    def drawn(self, dice: Random) -> Point:
        """Any of all the points."""
        (when, what), times = dice.choice(sorted(self.seen.items()))
        return Point(when, what, dice.randint(1, times))


@dataclass(frozen=True, slots=True)
class WatchedFleet:
    """A fleet whose questions are watched."""

    fleet: Fleet
    watch: Watch

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        with self.watch.around("question"):
            return await self.fleet.ask(questions, deadline)


class WatchedDatabase(Database):
    """A database whose commits are watched, and the statements before them."""

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with super().writing() as connection:
            yield connection
            self._watch.pass_by("before", "commit")
        self._watch.pass_by("after", "commit")

    @staticmethod
    def of(database: Database, watch: Watch) -> "WatchedDatabase":
        """The same database, watched."""
        watched = WatchedDatabase(**{each.name: getattr(database, each.name) for each in fields(Database)})
        object.__setattr__(watched, "_watch", watch)
        engine = database.writers.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *told: _statement(watch, "before", told[2]))
        event.listen(engine, "after_cursor_execute", lambda *told: _statement(watch, "after", told[2]))
        return watched

    _watch: Watch


def _statement(watch: Watch, when: str, text: str) -> None:
    words = text.split()
    if words[0] in {"INSERT", "DELETE"}:
        watch.pass_by(when, f"{words[0]} {words[1]} {words[2]}")
    if words[0] == "UPDATE":
        watch.pass_by(when, f"UPDATE {words[1]}")


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """Where two clusters are, in a process of their own."""
    read, write = os.pipe()
    pid = forked(lambda: _serve(write))
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield dict(line.split() for line in (told.readline(), told.readline()))
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def _serve(write: int) -> None:
    async with telling(Truth(NAMES[0])) as one, telling(Truth(NAMES[1])) as other:
        os.write(write, f"{NAMES[0]} {one.url}\n{NAMES[1]} {other.url}\n".encode())
        await asyncio.Event().wait()


async def computed(url: str, urls: dict[str, str], watch: Watch, later: timedelta = timedelta(0)) -> Rows:
    """What is kept in the database at a URL after a computation."""
    config = config_of(urls)
    async with open_database(url) as database, open_fleet(config.clusters) as fleet:
        watched = WatchedDatabase.of(database, watch)
        rollups = Rollups(WatchedFleet(fleet, watch), watched, KEY, subjects(config), clock(NOW + later))
        outcome = await rollups.compute(WINDOW)
        assert not outcome.failed
        return await tables(database)


def killed(url: str, urls: dict[str, str], point: Point) -> bool:
    """Computes until a point is reached; whether it was."""
    _, status = os.waitpid(forked(lambda: computed(url, urls, Watch(point))), 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def after_kill(url: str, urls: dict[str, str], point: Point) -> Rows:
    """What is kept by a computation that nobody disturbs, after one that was killed at a point."""
    assert killed(url, urls, point), f"it ended before it came to the point {point}"
    return asyncio.run(computed(url, urls, Watch(), timedelta(minutes=1)))


def forked(work: Callable[[], Coroutine[Any, Any, object]]) -> int:
    """The process that does some work and ends, with 0 where it came to its end."""
    tie = dies_with_parent()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if tie is not None:
            tie()
        asyncio.run(work())
        status = 0
    except BaseException as error:  # noqa: BLE001 - nothing of the parent's is to be run from here
        print(repr(error), file=sys.stderr)
    finally:
        os._exit(status)
