"""The first good answer of several that may be asked, with no work left behind."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

R = TypeVar("R")

Attempt = Callable[[], Coroutine[Any, Any, R]]


async def first_good(attempts: Sequence[Attempt[R]], patience: float, good: Callable[[R], bool]) -> list[R]:
    """What came back, in the order of the attempts, but a good one last; the others are ended then.

    The next attempt starts when one before it was no good, or after `patience` seconds of waiting.
    """
    if len(attempts) == 1:
        return [await attempts[0]()]
    left = list(attempts)
    started: list[asyncio.Task[R]] = []
    try:
        while left or any(not task.done() for task in started):
            if left:
                started.append(asyncio.create_task(left.pop(0)()))
            running = [task for task in started if not task.done()]
            await asyncio.wait(running, timeout=patience if left else None, return_when=asyncio.FIRST_COMPLETED)
            results = [task.result() for task in started if task.done()]
            if any(good(result) for result in results):
                break
    finally:
        await _end(started)
    return sorted(results, key=good)


async def _end(started: Sequence[asyncio.Task[R]]) -> None:
    for task in started:
        task.cancel()
    await asyncio.gather(*started, return_exceptions=True)
