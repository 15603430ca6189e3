"""What a plan needs, fetched: all leaves at once, then those that waited for scalars."""

import asyncio
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from aggregator.errors import ClusterFailed, CrosshubError, TimedOut
from aggregator.evaluation.evaluate import Fetched, scalar
from aggregator.federation.question import Fleet, Question
from aggregator.federation.splice import Part
from aggregator.planning.plan import Ask, Plan, RawAsk, StagedAsk
from aggregator.query.asking import (
    Brought,
    Extras,
    grid_questions,
    side_by_side,
    splice_questions,
    staged_leaves,
    value_of,
)
from aggregator.query.replies import Settled, settle
from aggregator.query.sources import Source
from aggregator.series import CLUSTER, Grid, Sampled, Vector, as_grid

T = TypeVar("T")


@dataclass(slots=True)
class Gathering:
    """Asks for one plan. `failed` and `remarks` grow with each round: the clusters that are missing, by name, and what
    the others remarked.
    """

    fleet: Fleet
    source: Source
    extras: Extras
    deadline: float
    failed: dict[str, ClusterFailed] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)

    async def parts(self, plan: Plan) -> tuple[Part, ...]:
        """The answers to the one leaf of a spliced query, in the order of the clusters."""
        settled = await self._ask(splice_questions(plan.leaves[0], self.extras))
        return tuple(part for _, _, part in settled.answers)

    async def fetched(self, plan: Plan) -> Fetched:
        """The values of all leaves; raises NeedsExact as evaluating their scalars does."""
        if plan.raws:
            leaves, raws = await asyncio.gather(self._leaves(plan.leaves), self._raws(plan.raws))
        else:
            leaves, raws = await self._leaves(plan.leaves), ()
        fetched = Fetched(plan.closed, plan.exact, leaves, [], raws)
        for stage in plan.staged:
            grid = await self._stage(stage, fetched)
            fetched = Fetched(plan.closed, plan.exact, leaves, [*fetched.staged, grid], raws)
        return self._of_who_answered_all(fetched) if plan.staged and self.failed else fetched

    async def _raws(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        try:
            async with asyncio.timeout(self.deadline - time.monotonic()):
                return await self.source.select(asks)
        except TimeoutError:
            raise TimedOut("query timed out in query execution") from None

    def _of_who_answered_all(self, fetched: Fetched) -> Fetched:
        """Without the rows of clusters that failed in another round: half an answer of a cluster would be a wrong one."""
        leaves = [without(as_grid(leaf), self.failed) for leaf in fetched.leaves]
        staged = [without(grid, self.failed) for grid in fetched.staged]
        return replace(fetched, leaves=leaves, staged=staged)

    async def _stage(self, stage: StagedAsk, fetched: Fetched) -> Grid:
        scalars = [scalar(node, stage.steps, fetched) for _, node in stage.scalars]
        runs = list(staged_leaves(stage, scalars))
        values = await self._leaves([leaf for _, leaf in runs])
        return side_by_side(
            [(where, as_grid(value)) for (where, _), value in zip(runs, values, strict=True)], stage.steps
        )

    async def _leaves(self, leaves: Sequence[Ask]) -> list[Grid | Vector]:
        settled = await self._ask(grid_questions(leaves, self.extras))
        brought = [(cluster, one) for _, cluster, one in settled.answers]
        return [value_of(number, leaf, brought) for number, leaf in enumerate(leaves)]

    async def _ask(self, questions: Sequence[Question[T | CrosshubError]]) -> Settled[T]:
        settled: Settled[T] = settle(await self.fleet.ask(questions, self.deadline))
        for failure in settled.failed:
            self.failed.setdefault(failure.cluster, failure)
        for _, _, answer in settled.answers:
            if isinstance(answer, Part | Brought):
                self.remarks |= dict.fromkeys(answer.remarks)
        return settled


def without(grid: Grid, clusters: Container[str]) -> Grid:
    """The rows that are of none of the clusters."""
    rows = [row for row, labels in enumerate(grid.labels) if dict(labels).get(CLUSTER) not in clusters]
    return Grid(tuple(grid.labels[row] for row in rows), grid.values[rows], grid.present[rows], grid.exact)
