"""The first good answer of several that may be asked, with no work left behind."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

R = TypeVar("R")

Attempt = Callable[[], Coroutine[Any, Any, R]]


async def first_good(attempts: Sequence[Attempt[R]], patience: float, good: Callable[[R], bool]) -> list[R]:
    """What came back, in the order it came; the last is good, or none is.

    The next attempt starts when one before it was no good, or after `patience` seconds of waiting.
    """
    if len(attempts) == 1:
        return [await attempts[0]()]
    results: list[R] = []
    left = list(attempts)
    running: set[asyncio.Task[R]] = set()
    try:
        while left or running:
            if left:
                running.add(asyncio.create_task(left.pop(0)()))
            done, running = await asyncio.wait(
                running, timeout=patience if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            results += sorted((task.result() for task in done), key=good)
            if results and good(results[-1]):
                break
    finally:
        await _end(running)
    return results


async def _end(running: set[asyncio.Task[R]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
