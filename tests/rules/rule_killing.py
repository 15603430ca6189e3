"""Looks at rules that are killed at some point, and what is kept after the next one; also for the counts of `make proof`.

As in `tests/rollups/killing.py` each is a fork of this process, and the cluster a process of its own.
"""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from aggregator.clusters.values import Cluster, Prometheus, Query
from aggregator.federation.fanout import open_fleet
from aggregator.query.engine import Engine
from aggregator.rules.job import Rules
from aggregator.slots.rows import Holder
from aggregator.store.alert_tables import alert, event, rule_look
from aggregator.store.clock import database_now
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run
from tests.fakes.http import Request, response, send, serving
from tests.rollups.killing import Point, Watch, WatchedDatabase, WatchedFleet, forked
from tests.rules.looks import MINUTE, NOON
from tests.rules.watching import GROUP

# Which hubs are true at which minutes. At the last one everything happens that can: one begins to fire, one recovers, one
# is dropped, one is over, one is new.
HUBS = {
    "fires": (2, 3, 4),
    "recovers": (0, 1, 2, 3),
    "dropped": (3,),
    "over": (0, 1, 2),
    "new": (4,),
}
LAST = 4
Rows = dict[str, list[tuple[Any, ...]]]
# All that is kept but numbers that tell nothing.
TABLES = {
    "alert": select(alert).order_by(alert.c.rule, alert.c.labels),
    "event": select(*(column for column in event.c if column.name != "id")).order_by(event.c.id),
    "rule_look": select(rule_look.c.rule, rule_look.c.looked_at, rule_look.c.health, rule_look.c.error),
    "run": select(run.c.schedule, run.c.slot, run.c.state).order_by(run.c.schedule, run.c.slot),
}


@contextmanager
def told() -> Iterator[str]:
    """Where a cluster is that says at each minute what is true then, in a process of its own."""
    read, write = os.pipe()
    pid = forked(lambda: _serve(write))
    os.close(write)
    try:
        with os.fdopen(read) as line:
            yield line.readline().strip()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def _serve(write: int) -> None:
    async with serving(_say) as server:
        os.write(write, f"{server.url}\n".encode())
        await asyncio.Event().wait()


async def _say(request: Request, writer: asyncio.StreamWriter) -> None:
    form = {name: values[0] for name, values in request.form.items()}
    minute = round((float(form["time"]) - NOON.timestamp()) / 60)
    value = "7" if form["query"] == "x > 5" else "41"
    hubs = [name for name, minutes in HUBS.items() if value == "41" or minute in minutes]
    result = [{"metric": {"namespace": name}, "value": [float(form["time"]), value]} for name in hubs]
    data = {"resultType": "vector", "result": result}
    await send(writer, response(200, json.dumps({"status": "success", "data": data}).encode()))


def have_looked(url: str, cluster: str) -> None:
    """Looks at all minutes but the last."""
    asyncio.run(looked(url, cluster, range(LAST)))


def rows_after(url: str, cluster: str, point: Point | None = None) -> Rows:
    """What is kept after the last look, where that was killed at a point before."""
    if point is not None:
        assert killed(url, cluster, point), f"it ended before it came to the point {point}"
        asyncio.run(_leases_are_over(url))
    return asyncio.run(looked(url, cluster, [LAST]))


def killed(url: str, cluster: str, point: Point) -> bool:
    """Looks for the last time until a point is reached; whether it was."""
    _, status = os.waitpid(forked(lambda: looked(url, cluster, [LAST], Watch(point))), 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


async def looked(url: str, cluster: str, minutes: "range | list[int]", watch: Watch | None = None) -> Rows:
    """What is kept in the database at a URL after looks at these minutes."""
    reached = Cluster("lisbon", Prometheus((cluster,)))
    async with open_database(url) as database, open_fleet([reached]) as fleet:
        seen = watch or Watch()
        engine = Engine(WatchedFleet(fleet, seen), ("lisbon",), Query(), dict)
        watched = WatchedDatabase.of(database, seen)
        for minute in minutes:
            holder = Holder("here", timedelta(minutes=1))
            await Rules(engine, [reached], [GROUP], watched, 60.0, holder, _clock(minute), lambda *_: None).do()
        return await _kept(database)


def _clock(minute: int) -> Callable[[], datetime]:
    return lambda: NOON + minute * MINUTE


async def _kept(database: Database) -> Rows:
    async with database.reading() as connection:
        return {name: [tuple(row) for row in await connection.execute(query)] for name, query in TABLES.items()}


async def _leases_are_over(url: str) -> None:
    async with open_database(url) as database, database.writing() as connection:
        over = update(run).where(run.c.state == "running").values(lease_until=database_now(-MINUTE))
        await connection.execute(over)
