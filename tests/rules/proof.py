"""The long count of looks at rules that are killed at a random point, for `make proof`."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.counted import NewUrl
from tests.rollups.killing import Point, Watch
from tests.rules.rule_killing import LAST, have_looked, looked, rows_after, told


def kills(new: NewUrl, _folder: Path, count: int, dice: Random, advance: Callable[[], None]) -> list[str]:
    """What was kept otherwise after a kill at a random point, in words."""
    with told() as cluster:
        watch, url = Watch(), new()
        have_looked(url, cluster)
        undisturbed = asyncio.run(looked(url, cluster, [LAST], watch))
        wrong: list[str] = []
        for _ in range(count):
            (when, what), times = dice.choice(sorted(watch.seen.items()))
            point, url = Point(when, what, dice.randint(1, times)), new()
            have_looked(url, cluster)
            found = rows_after(url, cluster, point)
            wrong += [f"killed {point}: {name} is another" for name in undisturbed if found[name] != undisturbed[name]]
            advance()
    return wrong
