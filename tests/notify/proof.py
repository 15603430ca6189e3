"""The long count of what is told, for `make proof`: kills at any point of a short story."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.counted import NewUrl
from tests.notify.killing import after_kill, undisturbed
from tests.rollups.killing import Undisturbed, Watch


def kills(new: NewUrl, folder: Path, count: int, dice: Random, advance: Callable[[], None]) -> list[str]:
    """What was told otherwise after a kill at a random point, in words; `new` gives where a new database is."""
    tables, seen = undisturbed(new(), folder / "undisturbed")
    drawn = Undisturbed({}, seen)
    wrong = []
    for number in range(count):
        point = drawn.drawn(dice)
        found = after_kill(new(), folder / f"notes {number}", Watch(point))
        wrong += [f"killed {point}: {name}" for name in tables if found[name] != tables[name]]
        advance()
    return wrong
