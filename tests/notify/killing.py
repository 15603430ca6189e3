"""A short story of alerts, told by a process that may be killed at some point, and gone on with by another one."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from aggregator.clusters.alerting import Receiver, Route, Webhook
from aggregator.clusters.values import Config
from aggregator.events.values import State, labels_of
from aggregator.notify.job import Notifying
from aggregator.store.alert_tables import alert_group, notification, outbox
from aggregator.store.database import Database, open_database
from tests.notify.ours import BEGAN, Clock, alert_that, keep
from tests.rollups.killing import Watch, WatchedDatabase, forked

RECEIVERS = ("oncall", "audit")
CONFIG = Config(
    (),
    receivers=tuple(Receiver(name, Webhook("http://127.0.0.1:1")) for name in RECEIVERS),
    routes=(Route(RECEIVERS, (), ("name",), 10, 30, 300),),
)
LABELS = {name: labels_of({"alertname": "Test", "name": name}) for name in ("a", "b")}
# What the times of other clocks than ours are kept in, and numbers that a killed transaction leaves a gap in.
NOT_TOLD = {"id", "not_before", "created_at", "finished_at"}

Rows = list[dict[str, Any]]
Act = Callable[[Database, Notifying, timedelta], Awaitable[object]]


def _becomes(name: str, state: State) -> Act:
    async def act(database: Database, _: Notifying, at: timedelta) -> None:
        await keep(database, [alert_that(LABELS[name], state, since=BEGAN, at=BEGAN + at)])

    return act


async def _tick(_: Database, job: Notifying, __: timedelta) -> None:
    await job.tick()


# An alert is told, another one joins, the first is over, and in the end its group goes. A group that begins late is due at
# once, at the next tick; whoever goes on after a kill has one more of them, so there are two.
STORY: tuple[tuple[int, Act], ...] = (
    (0, _becomes("a", State.FIRING)),
    (0, _tick),
    (10, _tick),
    (15, _becomes("b", State.FIRING)),
    (15, _becomes("a", State.RESOLVED)),
    (16, _tick),
    (16, _tick),
    (40, _tick),
    (70, _tick),
    (71, _tick),
)


async def told(url: str, notes: Path, watch: Watch) -> dict[str, Rows]:
    """Tells the rest of the story, beginning with the step that was under way, and what there is in the end."""
    clock = Clock()
    async with open_database(url) as database:
        watched = WatchedDatabase.of(database, watch)
        job = Notifying(CONFIG, watched, clock.now)
        for number in range(_came_to(notes), len(STORY)):
            _note(notes, number)
            seconds, act = STORY[number]
            clock.at = BEGAN + timedelta(seconds=seconds)
            await act(watched, job, timedelta(seconds=seconds))
        return {table.name: await _rows(database, table) for table in (alert_group, notification, outbox)}


def after_kill(url: str, notes: Path, watch: Watch) -> dict[str, Rows]:
    """What there is when a process was killed at a point, and another one has told the rest."""
    _, status = os.waitpid(forked(lambda: told(url, notes, watch)), 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"it never came to {watch.point}"
    return asyncio.run(told(url, notes, Watch()))


def undisturbed(url: str, notes: Path) -> tuple[dict[str, Rows], Counter[tuple[str, str]]]:
    """What there is where nobody is killed, and how often what is done for it."""
    watch = Watch()
    return asyncio.run(told(url, notes, watch)), watch.seen


def _came_to(notes: Path) -> int:
    return int(notes.read_text()) if notes.exists() else 0


def _note(notes: Path, number: int) -> None:
    notes.write_text(str(number))


async def _rows(database: Database, table: Table) -> Rows:
    async with database.reading() as connection:
        found = (await connection.execute(select(table).order_by(*table.primary_key))).mappings().all()
    return [{name: value for name, value in row.items() if name not in NOT_TOLD} for row in found]
