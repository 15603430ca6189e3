"""What a cluster tells about buckets of its hubs: every measure, and how much of the hub could be seen."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isnan

from aggregator.errors import CannotExecute, ClusterFailed, ClusterRefused, FailureKind
from aggregator.federation.matrices import decode_grid
from aggregator.federation.question import Answered, Fleet, Form, Question
from aggregator.promql.print import seconds
from aggregator.rollups.buckets import Bucket
from aggregator.rollups.catalogue import DENSEST, MEASURES, PRESENT, SEEN, Exporter, Longer, Measure, worded
from aggregator.rollups.reduce import Coverage, coverage
from aggregator.series import Grid, Steps

AT_ONCE = 2
"""How many questions a cluster gets at the same moment: people are asking it too."""

DIGITS = 10

# One question may take as long as the cluster has for it; waiting for the other one's turn is not its fault.
PATIENCE = 300.0

COVERAGE = {"scrapes": SEEN, "densest scrapes": DENSEST}
"""What has to be known for a bucket to be kept at all."""

Place = tuple[str, int]
"""(namespace, number of the bucket)"""

Numbers = dict[Place, float]
Sample = tuple[Mapping[str, str], int, float]
"""(labels, number of the bucket, value)"""


@dataclass(frozen=True, slots=True)
class Told:
    """What one cluster told about some buckets, all of one resolution.

    `values` holds, for each measure by name, what there is; a measure that is not among it was not asked for. `refused`
    are measures that the cluster would not compute, with its words. `images` are hours of servers by what they ran; None
    where that was not asked, or not told.
    """

    coverage: Mapping[Place, Coverage]
    values: Mapping[str, Numbers]
    refused: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[Place, Mapping[str, float]] | None = None


class Cluster:
    """One cluster, asked politely."""

    def __init__(self, fleet: Fleet, name: str) -> None:
        self.name = name
        self._fleet = fleet
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def tell(self, hubs: Sequence[str], buckets: Sequence[Bucket], *, of_days: bool) -> Told | ClusterFailed:
        """The numbers of the hubs of these namespaces; a failure where any question failed, since half a bucket is none.

        `of_days`: whether what can be put together from days is left out.
        """
        measures = [each for each in MEASURES if each.promql and not (of_days and each.longer is not Longer.ASKED)]
        texts = {each.name: each.promql for each in measures}
        # What was seen is asked first: should blocks of the past arrive meanwhile, buckets are taken for less whole than
        # they are and computed again, instead of being taken for whole with numbers from before.
        tellers = {str(each.by): PRESENT[each.by] for each in measures if each.by in PRESENT}
        wanted = {**COVERAGE, **tellers, **texts}
        found = await asyncio.gather(*(self.ask(text, hubs, buckets) for text in wanted.values()))
        answers: dict[str, Numbers] = {}
        refused: dict[str, str] = {}
        for name, one in zip(wanted, found, strict=True):
            match one:
                case ClusterFailed():
                    return one
                case ClusterRefused():
                    if name in COVERAGE:
                        return ClusterFailed(self.name, FailureKind.STATUS, f"does not tell what was seen: {one.error}")
                    refused[name] = one.error
                case _:
                    answers[name] = one
        seen = _coverage(answers["scrapes"], answers["densest scrapes"], hubs, buckets)
        present = {who: answers[str(who)] for who in PRESENT if str(who) in answers}
        # Where it is not known whether somebody was there to tell, their numbers are not known either.
        refused = {
            each.name: refused.get(each.name) or refused[str(each.by)]
            for each in measures
            if {each.name, str(each.by)} & refused.keys()
        }
        values = {
            each.name: _filled(each, answers[each.name], seen, present) for each in measures if each.name not in refused
        }
        return Told(seen, values, refused)

    async def ask(
        self, promql: str, hubs: Sequence[str], buckets: Sequence[Bucket]
    ) -> Numbers | ClusterFailed | ClusterRefused:
        """One expression at the end of each bucket, by namespace."""
        found = await self.samples(promql, hubs, buckets)
        if isinstance(found, ClusterFailed | ClusterRefused):
            return found
        return {(labels.get("namespace", ""), number): value for labels, number, value in found}

    async def samples(
        self, promql: str, hubs: Sequence[str], buckets: Sequence[Bucket]
    ) -> list[Sample] | ClusterFailed | ClusterRefused:
        """One expression at the end of each bucket, whatever labels it answers with."""
        found: list[Sample] = []
        for run in runs(buckets):
            async with self._turns:
                reply = await self._reply(worded(promql, hubs, run[0].length), run)
            if not isinstance(reply, Answered):
                return reply
            found += _samples(reply.value, run)
        return found

    async def _reply(self, text: str, run: Sequence[Bucket]) -> Answered[Grid] | ClusterFailed | ClusterRefused:
        steps = steps_of(run)
        form: Form = (("query", text), ("start", seconds(steps.start)), ("end", seconds(steps.end)))
        form = (*form, ("step", seconds(steps.step)))
        question = Question(self.name, "query_range", form, lambda body: decode_grid(body, self.name, steps).grid)
        try:
            (reply,) = await self._fleet.ask([question], time.monotonic() + PATIENCE)
        except CannotExecute as fault:
            return ClusterRefused(self.name, 422, "execution", str(fault))
        return reply


def runs(buckets: Sequence[Bucket]) -> list[list[Bucket]]:
    """The buckets in stretches that one range query can ask for: alike in length, one after the other."""
    found: list[list[Bucket]] = []
    for before, bucket in pairwise([None, *buckets]):
        assert bucket is not None
        follows = before is not None and bucket.length == before.length and bucket.start == before.end
        if follows:
            found[-1].append(bucket)
        else:
            found.append([bucket])
    return found


def steps_of(run: Sequence[Bucket]) -> Steps:
    """The ends of a stretch of buckets."""
    return Steps(run[0].end, run[-1].end, run[0].length)


def _samples(grid: Grid, run: Sequence[Bucket]) -> Iterator[Sample]:
    for labels, values, present in zip(grid.labels, grid.values.tolist(), grid.present.tolist(), strict=True):
        whose = dict(labels)
        for bucket, value, there in zip(run, values, present, strict=True):
            if there and not isnan(value):
                yield whose, bucket.number, settled(value)


def settled(value: float) -> float:
    """The value without its last digits, unless it is whole.

    A Prometheus adds series up in whatever order it comes upon them, and what is computed twice shall be the same.
    """
    return value if value.is_integer() else float(f"{value:.{DIGITS}g}")


def _coverage(seen: Numbers, densest: Numbers, hubs: Iterable[str], buckets: Sequence[Bucket]) -> dict[Place, Coverage]:
    return {
        (hub, bucket.number): coverage(
            seen.get((hub, bucket.number), 0), densest.get((hub, bucket.number), 0), bucket.length
        )
        for hub in hubs
        for bucket in buckets
    }


def _filled(
    measure: Measure, values: Numbers, seen: Mapping[Place, Coverage], present: Mapping[Exporter, Numbers]
) -> Numbers:
    """What there is and, where there is nothing but somebody to tell, 0.

    Where nobody was there to tell, there is nothing: a Prometheus looks back at samples from before the bucket.
    """
    told = {place for place in seen if _is_told(measure.by, place, seen, present)}
    found = {place: value for place, value in values.items() if place in told}
    return dict.fromkeys(told, 0.0) | found if measure.may_be_nothing else found


def _is_told(by: Exporter, place: Place, seen: Mapping[Place, Coverage], present: Mapping[Exporter, Numbers]) -> bool:
    if by is Exporter.HUB:
        return seen[place].seen > 0
    return by not in present or ("", place[1]) in present[by]
