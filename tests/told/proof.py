"""The long counts of how somebody is told, for `make proof`: kills at any point of each stage, on both databases."""

import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.counted import Count, NewUrl, new_databases, new_files
from tests.delivery.proof import kills as kills_of_delivery
from tests.notify.proof import kills as kills_of_notify
from tests.postgresql import started_postgresql
from tests.rules.proof import kills as kills_of_rules

Kills = Callable[[NewUrl, Path, int, Random, Callable[[], None]], list[str]]

# Of so many kills each stage has its share.
STAGES: Mapping[str, tuple[Kills, float]] = {
    "kills while rules are looked at": (kills_of_rules, 0.2),
    "kills while it is decided who is told": (kills_of_notify, 0.2),
    "kills while messages are sent": (kills_of_delivery, 0.6),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """How many kills on each database, from which seed; `advance` is called after each."""

    kills: int
    seed: int
    advance: Callable[[], None]


def counts(scope: Scope) -> list[Count]:
    """How it went on SQLite and on PostgreSQL."""
    logging.disable(logging.WARNING)  # what is not reached is said each time
    with started_postgresql() as server, tempfile.TemporaryDirectory() as folder:
        kinds: Mapping[str, NewUrl] = {"SQLite": new_files(Path(folder)), "PostgreSQL": new_databases(server)}
        return [count for name, new in kinds.items() for count in _on(name, new, Path(folder), scope)]


def _on(database: str, new: NewUrl, folder: Path, scope: Scope) -> list[Count]:
    found = []
    for what, (kills, share) in STAGES.items():
        place, count = folder / f"{database} {what}", round(share * scope.kills)
        place.mkdir()
        found.append(Count(what, database, count, tuple(kills(new, place, count, Random(scope.seed), scope.advance))))
    return found
