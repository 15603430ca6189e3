"""The long count of messages whose sender is killed, for `make proof`."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.counted import NewUrl
from tests.delivery.killing import accepting, after_kill, points
from tests.rollups.killing import Point


def kills(new: NewUrl, folder: Path, count: int, dice: Random, advance: Callable[[], None]) -> list[str]:
    """What was lost, and what came twice outside of the window, or unmarked, in words."""
    heard = folder / "heard"
    wrong: list[str] = []
    with accepting(heard) as provider:
        seen = sorted(points(new(), provider).items())
        for _ in range(count):
            (when, what), times = dice.choice(seen)
            point = Point(when, what, dice.randint(1, times))
            wrong += [f"killed {point}: {fault}" for fault in after_kill(new(), provider, heard, point).faults(point)]
            advance()
    return wrong
