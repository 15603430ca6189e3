"""The long count of messages whose sender is killed, for `make proof`."""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.delivery.killing import accepting, after_kill, points
from tests.postgresql import started_postgresql
from tests.rollups.killing import Point
from tests.rollups.proof import Count, NewUrl, _databases, _files


@dataclass(frozen=True, slots=True)
class Scope:
    """How many kills on each database, from which seed; `advance` is called after each."""

    kills: int
    seed: int
    advance: Callable[[], None]


def counts(scope: Scope) -> list[Count]:
    """How it went on SQLite and on PostgreSQL: what was lost, and what came twice outside of the window, or unmarked."""
    logging.disable(logging.WARNING)
    with started_postgresql() as server, tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "heard"
        with accepting(heard) as provider:
            kinds = {"SQLite": _files(Path(folder)), "PostgreSQL": _databases(server)}
            return [_on(name, new, provider, heard, scope) for name, new in kinds.items()]


def _on(name: str, new: NewUrl, provider: str, heard: Path, scope: Scope) -> Count:
    dice = Random(scope.seed)
    seen = sorted(points(new(), provider).items())
    wrong: list[str] = []
    for _ in range(scope.kills):
        (when, what), times = dice.choice(seen)
        point = Point(when, what, dice.randint(1, times))
        wrong += [f"killed {point}: {fault}" for fault in after_kill(new(), provider, heard, point).faults(point)]
        scope.advance()
    return Count("kills while messages are sent", name, scope.kills, tuple(wrong))
