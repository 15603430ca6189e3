"""Whether a block gave back what it took: sockets and tasks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 20.0


@asynccontextmanager
async def nothing_left_behind() -> AsyncIterator[None]:
    """Fails when there are more sockets or tasks after the block than before it."""
    before = open_sockets(), len(asyncio.all_tasks())
    yield
    async with asyncio.timeout(PATIENCE):
        # A closed transport lets go of its socket in one of the next rounds of the loop.
        while open_sockets() > before[0] or len(asyncio.all_tasks()) > before[1]:  # noqa: ASYNC110
            await asyncio.sleep(0)


def open_sockets() -> int:
    """How many sockets this process holds."""
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found += str(entry.readlink()).startswith("socket:")
        except FileNotFoundError:
            continue
    return found
