"""What was measured, as values, and the few numbers that are drawn from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.queries import Query
from tests.bench.race import BARE, Seconds
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

    def ratios(self, name: str, to: str = BARE) -> list[float]:
        """How much longer a contestant takes than another, query by query."""
        return [self.seconds[name, query] / self.seconds[to, query] for query in self.queries]

    def middle(self, name: str, to: str = BARE) -> float:
        return median(self.ratios(name, to))

    def worst(self, name: str, to: str = BARE) -> float:
        return max(self.ratios(name, to))


@dataclass(slots=True)
class Measured:
    """Everything that a run finds out."""

    heats: list[Heat] = field(default_factory=list)
    splice: tuple[float, float] | None = None
    fifty: dict[str, float] = field(default_factory=dict)
    planning: dict[Query, float] = field(default_factory=dict)
    memory: Memory | None = None
