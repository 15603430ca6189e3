"""What planning decides: the questions to each cluster, and the tree that is evaluated here over the answers."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from aggregator.planning.wording import Texts
from aggregator.promql.tree import Call, Node, Selector, Subquery
from aggregator.series import Steps

Lane = Literal["splice", "evaluate"]

MOST_POINTS = 11_000
"""The most steps that a Prometheus answers at once."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a plan depends on besides the query.

    `clusters`: those there are, in the order of the configuration. `closed`: whether ranges hold their left end, as
    in Prometheus 2.x. `names_elsewhere`: the metric names that another source than the clusters answers;
    `labels_elsewhere`: the labels that its series may have, None for any.
    """

    clusters: tuple[str, ...]
    closed: bool = True
    names_elsewhere: frozenset[str] = frozenset()
    labels_elsewhere: frozenset[str] | None = None


class Ask(msgspec.Struct, frozen=True):
    """A leaf: what the clusters compute at `steps`; every row that comes back gets the label `cluster`.

    `pinned`: the same at every step, so it is asked once, at the first one. `under`: the subqueries it stands in, the
    outermost first, whose steps these are.
    """

    node: Node
    texts: Texts
    steps: Steps
    pinned: bool
    under: tuple[Subquery, ...] = ()

    def stretches(self) -> list[Steps]:
        """The steps in parts that a Prometheus answers at once; one moment where all steps are alike."""
        steps = self.steps
        if self.pinned:
            return [Steps(steps.start, steps.start, 0)]
        if steps.count <= MOST_POINTS:
            return [steps] if steps.count else []
        span = MOST_POINTS * steps.step
        starts = range(steps.start, steps.end + 1, span)
        return [Steps(start, min(start + span - steps.step, steps.end), steps.step) for start in starts]


@dataclass(frozen=True, slots=True)
class RawAsk:
    """What another source is asked: the samples of a selector for moments from `start` to `end` (milliseconds).

    Its matchers on `cluster` are for the source to heed: it may know clusters that are asked no more. `range` is None
    where the selector stands alone and is looked back at from each moment.
    """

    selector: Selector
    start: int
    end: int
    range: int | None


@dataclass(frozen=True, slots=True)
class StagedAsk:
    """A function over a range in the clusters, one of whose scalars is known only here.

    `scalars` are (position, what to evaluate); the clusters are asked once for each run of steps with equal scalars.
    A stage may need the answers of the leaves and of the stages before it. `under` as in Ask.
    """

    call: Call
    scalars: tuple[tuple[int, Node], ...]
    clusters: tuple[str, ...]
    steps: Steps
    under: tuple[Subquery, ...] = ()


# Some functions go through all windows at once, sample by sample, and each such step costs as much as so many looks.
_SAMPLE = 300


class Work(msgspec.Struct, frozen=True):
    """How much work subqueries are. `looks`: how often a number of one series is made or looked at, at most: inside the
    subqueries at each of their moments, and by each window. `samples`: how many a window holds, those of one subquery on
    top of those of another.
    """

    looks: int
    samples: int

    def for_series(self, many: int) -> int:
        """The work for so many series, in looks."""
        return self.looks * many + self.samples * _SAMPLE


class Plan(msgspec.Struct, frozen=True):
    """`tree` is the whole query for the splice lane, and what is evaluated here otherwise; `subqueries` says how
    much work those are that are evaluated here, None where there are none.
    """

    lane: Lane
    tree: Node
    steps: Steps
    closed: bool
    exact: bool
    leaves: tuple[Ask, ...]
    raws: tuple[RawAsk, ...] = ()
    staged: tuple[StagedAsk, ...] = ()
    subqueries: Work | None = None

    def asked(self) -> tuple[str, ...]:
        """Every cluster that is asked anything."""
        found = dict.fromkeys(cluster for leaf in self.leaves for cluster, _ in leaf.texts)
        found |= dict.fromkeys(cluster for stage in self.staged for cluster in stage.clusters)
        return tuple(found)
