"""Whoever is killed while a report is made or sent leaves nobody without it, and nobody with two outside of one window."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from aggregator.clusters.reporting import Community
from aggregator.reports.job import Reporting
from aggregator.slots.rows import Holder
from aggregator.store.alert_tables import outbox
from aggregator.store.database import Database, open_database
from aggregator.store.instants import EPOCH
from aggregator.store.tables import run
from tests.delivery.killing import LEASE_IS_OVER, WatchedCommits
from tests.fakes.smtp import Mailbox, fake_smtp
from tests.outbox.notices import time_passes
from tests.reports.posting import MONDAY, Post, computed, configured
from tests.rollups.killing import Point, Watch, forked

RECIPIENTS = ("ana@example.org", "rui@example.org", "eva@example.org")
MAKING = [Point("at", what, 1) for what in ("claimed", "read", "rendered", "written", "kept")]
SENDING = [Point(when, what, 2) for what in ("lease", "mark") for when in ("before", "after")]
IN_WINDOW = Point("before", "mark", 2)
"""The server has said that it has the mail, and nobody has noted it."""


@contextmanager
def accepting(file: Path) -> Iterator[int]:
    """The port of a mail server, in a process of its own, that writes down who got what before it says so."""
    read, write = os.pipe()
    pid = forked(lambda: _accept(write, file))
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield int(told.readline())
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def _accept(write: int, file: Path) -> None:
    async with fake_smtp() as mailbox:
        os.write(write, f"{mailbox.port}\n".encode())
        mailbox.tell = lambda to, mail: _note(file, f"{to} {mail['Message-ID']}")
        await asyncio.Event().wait()


def _note(file: Path, line: str) -> None:
    with file.open("ab", buffering=0) as opened:
        opened.write(f"{line}\n".encode())


@pytest.mark.parametrize("point", [*MAKING, *SENDING], ids=str)
def test_a_kill_anywhere_loses_no_report_and_repeats_one_only_in_the_window(
    database_url: str, tmp_path: Path, point: Point
) -> None:
    heard = tmp_path / "heard"
    heard.touch()
    with accepting(heard) as port:
        asyncio.run(_ready(database_url, tmp_path))
        _, status = os.waitpid(forked(lambda: _done(database_url, tmp_path, port, Watch(point))), 0)
        asyncio.run(_left_alone(database_url))
        asyncio.run(_done(database_url, tmp_path, port, Watch()))

    assert asyncio.run(_unsent(database_url)) == []
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    copies = Counter(line.split()[0] for line in heard.read_text().splitlines())
    same = set(heard.read_text().splitlines())
    assert set(copies) == set(RECIPIENTS)
    assert sorted(copies.values()) == ([1, 1, 2] if point == IN_WINDOW else [1, 1, 1])
    assert len(same) == len(RECIPIENTS)


async def _ready(url: str, folder: Path) -> None:
    """The schedule is known before it is due."""
    async with open_database(url) as database:
        await computed(database)
        config = configured(folder, Community("lisbon", recipients=RECIPIENTS))
        before = MONDAY.replace(hour=7)
        await Reporting(config, database, Holder("before"), lambda: before).do()


async def _done(url: str, folder: Path, port: int, watch: Watch) -> None:
    """What is due is made and sent, one after the other, so that a point says what was done before it."""
    config = configured(folder, Community("lisbon", recipients=RECIPIENTS))
    async with open_database(url) as database, httpx.AsyncClient(trust_env=False, verify=False) as http:
        holder = Holder(f"{os.getpid()}")
        await Reporting(config, database, holder, lambda: MONDAY, partial(watch.pass_by, "at")).do()
        post = Post(WatchedCommits.of(database, watch), config, Mailbox(), http, MONDAY, port)
        await replace(post.delivery(), owner=holder.name, at_once=1).tick()


async def _left_alone(url: str) -> None:
    """The leases of whoever was killed are over."""
    async with open_database(url) as database:
        await time_passes(database, LEASE_IS_OVER)
        await _runs_are_over(database)


async def _unsent(url: str) -> list[tuple[str, str, str | None]]:
    """What was not sent: its key, how it stands, and why."""
    query = select(outbox.c.key, outbox.c.state, outbox.c.error).where(outbox.c.state != "sent")
    async with open_database(url) as database, database.reading() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def _runs_are_over(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(update(run).where(run.c.state == "running").values(lease_until=EPOCH))
