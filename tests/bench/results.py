"""What was measured, as values, and the few numbers that are drawn from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.access import Replay
from tests.bench.mails import Mailed
from tests.bench.queries import Query
from tests.bench.race import BARE, Seconds
from tests.bench.rollups import Backfilled, Drawn
from tests.bench.server import Memory


@dataclass(frozen=True, slots=True)
class Heat:
    """One network, one number of clusters: every query by every contestant, and all queries at the same moment."""

    clusters: int
    network: str
    queries: tuple[Query, ...]
    seconds: Seconds
    together: dict[str, dict[str, float]]
    differences: Sequence[str]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(query.kind for query in self.queries))

    def ratios(self, name: str, to: str = BARE, kind: str = "") -> list[float]:
        """How much longer a contestant takes than another, query by query, of one kind or of all."""
        chosen = [query for query in self.queries if kind in ("", query.kind)]
        return [self.seconds[name, query] / self.seconds[to, query] for query in chosen]


@dataclass(slots=True)
class Measured:
    """Everything that a run finds out."""

    heats: list[Heat] = field(default_factory=list)
    splice: tuple[float, float] | None = None
    fifty: dict[str, float] = field(default_factory=dict)
    planning: dict[Query, float] = field(default_factory=dict)
    memory: Memory | None = None
    backfilled: list[Backfilled] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    mailed: list[Mailed] = field(default_factory=list)
    replay: Replay | None = None
