"""The long counts of what is kept, for `make proof`: kills at any point, orders, and replicas that race for slots."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.counted import Count, NewUrl, new_databases, new_files
from tests.postgresql import started_postgresql
from tests.rollups.killing import Undisturbed, Watch, after_kill, computed, served
from tests.rollups.orders import PIECES, told_in
from tests.rollups.tables import differences
from tests.slots.race import race


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is to be tried on each database, from which seed; `advance` is called after each kill and each order."""

    kills: int
    orders: int
    slots: int
    seed: int
    advance: Callable[[], None]


def counts(scope: Scope) -> list[Count]:
    """How it went on SQLite and on PostgreSQL."""
    logging.disable(logging.WARNING)  # clusters that are told not to answer do not, and that is said each time
    with started_postgresql() as server, tempfile.TemporaryDirectory() as folder, served() as clusters:
        kinds: Mapping[str, NewUrl] = {"SQLite": new_files(Path(folder)), "PostgreSQL": new_databases(server)}
        return [count for name, new in kinds.items() for count in _on(name, new, clusters, scope)]


def _on(name: str, new: NewUrl, clusters: dict[str, str], scope: Scope) -> list[Count]:
    dice = Random(scope.seed)
    return [
        Count("kills at a random point", name, scope.kills, tuple(_kills(new, clusters, scope, dice))),
        Count("random orders and repetitions", name, scope.orders, tuple(_orders(new, scope, dice))),
        Count("slots that two replicas race for", name, scope.slots, tuple(_race(new, scope))),
    ]


def _kills(new: NewUrl, clusters: dict[str, str], scope: Scope, dice: Random) -> list[str]:
    watch = Watch()
    undisturbed = Undisturbed(asyncio.run(computed(new(), clusters, watch)), watch.seen)
    wrong = []
    for _ in range(scope.kills):
        point = undisturbed.drawn(dice)
        found = differences(after_kill(new(), clusters, point), undisturbed.rows)
        wrong += [f"killed {point}: {found[0]}"] if found else []
        scope.advance()
    return wrong


def _orders(new: NewUrl, scope: Scope, dice: Random) -> list[str]:
    url = new()
    straight = asyncio.run(told_in(PIECES, url))
    wrong = []
    for _ in range(scope.orders):
        pieces = [*PIECES, *dice.choices(PIECES, k=dice.randint(0, len(PIECES)))]
        dice.shuffle(pieces)
        found = differences(asyncio.run(told_in(pieces, url)), straight)
        wrong += [f"told in the order {pieces}: {found[0]}"] if found else []
        scope.advance()
    return wrong


def _race(new: NewUrl, scope: Scope) -> list[str]:
    went = asyncio.run(race(new(), scope.slots))
    is_right = (sum(went.by_replica), went.twice, went.lost, went.done) == (scope.slots, 0, 0, scope.slots)
    return [] if is_right else [f"{went}"]
