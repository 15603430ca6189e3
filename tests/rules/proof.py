"""The long count of looks at rules that are killed at a random point, for `make proof`."""

import asyncio
from collections.abc import Callable
from random import Random

from tests.rollups.killing import Point, Watch
from tests.rules.rule_killing import LAST, have_looked, looked, rows_after


def wrong_after_kills(
    new: Callable[[], str], cluster: str, kills: int, dice: Random, advance: Callable[[], None]
) -> list[str]:
    """What was wrong, in words, of so many kills; `new` gives where a new database is, `told` where the cluster is."""
    watch = Watch()
    url = new()
    have_looked(url, cluster)
    undisturbed = asyncio.run(looked(url, cluster, [LAST], watch))
    wrong = []
    for _ in range(kills):
        (when, what), times = dice.choice(sorted(watch.seen.items()))
        point = Point(when, what, dice.randint(1, times))
        url = new()
        have_looked(url, cluster)
        found = rows_after(url, cluster, point)
        wrong += [f"killed {point}: {name} is another" for name in undisturbed if found[name] != undisturbed[name]]
        advance()
    return wrong
