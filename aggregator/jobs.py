"""What runs again and again while the service does; the only home of APScheduler.

A tick only looks whether something is to be done. What must not be missed has its slots in the database (`slots/`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger("crosshub.jobs")

# Ticks under way when the service is told to stop have this long.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Tick:
    """What is awaited every so many seconds, for the first time at once."""

    name: str
    seconds: float
    call: Callable[[], Awaitable[None]]


@asynccontextmanager
async def ticking(ticks: Sequence[Tick], grace: timedelta = GRACE) -> AsyncIterator[None]:
    """Calls each of them until the block ends; then those under way have `grace` before they are cancelled.

    A call that takes longer than its interval is not overtaken by the next one. One that fails is logged.
    """
    under_way: set[asyncio.Task[None]] = set()
    # It has a word for every call, and for every one that is not made since the last one is still under way.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # Late is better than never: by default a call that is a second late is left out.
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for tick in ticks:
        scheduler.add_job(
            _call, "interval", (tick, under_way), seconds=tick.seconds, id=tick.name, next_run_time=datetime.now(UTC)
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        await asyncio.sleep(0)  # what was called a moment ago begins
        await _ended(under_way, grace)
        scheduler.shutdown()


async def _call(tick: Tick, under_way: set[asyncio.Task[None]]) -> None:
    task = asyncio.ensure_future(_logged(tick))
    under_way.add(task)
    try:
        await asyncio.wait((task,))
    finally:
        under_way.discard(task)


async def _logged(tick: Tick) -> None:
    try:
        await tick.call()
    except Exception:
        log.exception("%s failed; it is tried again in %g s", tick.name, tick.seconds)


async def _ended(under_way: set[asyncio.Task[None]], grace: timedelta) -> None:
    """Waits for the calls that are under way, and in the end cancels them."""
    tasks = set(under_way)
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=grace.total_seconds())
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
