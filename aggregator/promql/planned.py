"""What planning puts into a tree: parts that clusters or other sources compute, and how they come together here."""

from dataclasses import dataclass

from aggregator.promql.tree import Aggregate, Node, Planned, Range, Selector
from aggregator.series import Labels


@dataclass(frozen=True, slots=True)
class Leaf(Planned):
    """A vector that clusters computed at the steps at which it stands; `index` counts the leaves of the plan."""

    index: int


@dataclass(frozen=True, slots=True)
class Merge(Planned):
    """An aggregation whose parts each cluster computed for itself; the parts are those that SPLITS names for it."""

    aggregate: Aggregate
    parts: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Absent(Planned):
    """`absent` over whether there is anything; `labels` are those that its selector promises."""

    labels: Labels
    inside: Node

    def below(self) -> tuple[Node, ...]:
        return (self.inside,)


@dataclass(frozen=True, slots=True)
class Staged(Planned):
    """A leaf that the clusters are asked for only when scalars that are evaluated here are known."""

    index: int


@dataclass(frozen=True, slots=True)
class RawLeaf(Planned):
    """Samples of a source other than the clusters: a selector, looked back at, or a range of it."""

    index: int
    node: Selector | Range


@dataclass(frozen=True, slots=True)
class Both(Planned):
    """The series of clusters and of another source together."""

    arms: tuple[Node, ...]

    def below(self) -> tuple[Node, ...]:
        return self.arms
