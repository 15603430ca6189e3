"""A replica as a process of its own: it claims due slots and prints each, to be raced with others or killed."""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.slots.calendars import Every
from aggregator.slots.catching_up import Schedule
from aggregator.slots.claiming import run_due
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import open_database

ROOT = Path(__file__).parents[2]
# A schedule with a slot a second.
EVERY_SECOND = Schedule(name="every second", calendar=Every(1), catch_up="all", max_lateness=timedelta(days=30))


async def started(
    url: str, name: str, now: datetime, lease: float, *, stuck: bool = False
) -> asyncio.subprocess.Process:
    """A replica that waits for a line before it begins; a `stuck` one never ends its first work."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.slots.replica", url, name, now.isoformat(), f"{lease}", f"{stuck:d}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )


async def main(url: str, name: str, now: str, lease: str, stuck: str) -> None:
    async def work(held: Claim) -> None:
        print(held.slot.isoformat(), held.fence, flush=True)
        if stuck == "1":
            await asyncio.Event().wait()

    async with open_database(url) as database:
        print("ready", flush=True)
        sys.stdin.readline()
        holder = Holder(name, timedelta(seconds=float(lease)))
        await run_due([EVERY_SECOND], database, datetime.fromisoformat(now), work, holder)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
