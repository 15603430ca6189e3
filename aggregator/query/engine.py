"""A question in, an answer out: plan, ask, evaluate; once more without partial sums where their last bits decide."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from aggregator.clusters.values import Query as Limits
from aggregator.errors import BadExpression, CannotExecute, ClusterRefused, TimedOut, TooComplex
from aggregator.evaluation.evaluate import Fetched, answer
from aggregator.evaluation.exactness import NeedsExact
from aggregator.federation.encode import Pieces
from aggregator.federation.envelope import Info
from aggregator.federation.question import Answered, Fleet
from aggregator.federation.splice import spliced
from aggregator.planning.plan import MOST_POINTS, Circumstances, Plan
from aggregator.planning.planner import plan
from aggregator.promql.functions import Version, kind_of, unknown_to
from aggregator.promql.parse import parse
from aggregator.promql.planned import Leaf
from aggregator.promql.print import seconds
from aggregator.promql.spellings import spelt_since
from aggregator.promql.tree import Aggregate, Kind, Node
from aggregator.query.asking import Extras
from aggregator.query.gathering import Gathering
from aggregator.query.plans import Plans
from aggregator.query.replies import demand_enough, words_of
from aggregator.query.request import Answer, Request, ResultType, Timings
from aggregator.query.result import encoded
from aggregator.query.single_flight import SingleFlight
from aggregator.query.sources import NoSource, Source
from aggregator.query.words import first_word
from aggregator.series import Vector

CUT = "results truncated due to limit"
_LEFT_OPEN_SINCE: Version = (3, 0)
# With more values than these, or more looks of subqueries at samples, evaluating takes so long that nobody else should
# wait for it.
WORTH_A_THREAD = 1_000_000
LOOKS_WORTH_A_THREAD = 200_000
# A cluster that fails may take all the time there is; what the others answered is worth this much more.
AFTER_A_FAILURE = 1.0

Word = Answered[None] | ClusterRefused | None


@dataclass(slots=True)
class Engine:
    """Answers PromQL over all clusters.

    `versions` tells which Prometheus each cluster is known to be; `source` has the series that no cluster has.
    """

    fleet: Fleet
    clusters: tuple[str, ...]
    limits: Limits
    versions: Callable[[], Mapping[str, Version]]
    source: Source = field(default_factory=NoSource)
    _flights: SingleFlight[Answer] = field(default_factory=SingleFlight)
    _plans: Plans = field(default_factory=Plans)

    async def answer(self, request: Request) -> Answer:
        """What one Prometheus holding all clusters would answer.

        Raises BadExpression, CannotExecute, TimedOut, or Unavailable when clusters that must answer do not.
        """
        deadline = time.monotonic() + self._patience(request)
        return await self._flights.do(request, lambda: self._answer(request, deadline))

    async def planned(self, request: Request, *, exact: bool = False) -> Plan:
        """How the query is answered, without answering it."""
        made = self._plans.find(request.text, request.steps, self.versions(), exact=exact)
        if made is None:
            made = await self._newly_planned(request, exact=exact)
        if made.lane == "splice" and made.steps.count > MOST_POINTS:
            # More than a Prometheus answers at once comes in pieces, which have to be put together.
            return replace(made, lane="evaluate", tree=Leaf(0))
        return made

    async def _newly_planned(self, request: Request, *, exact: bool) -> Plan:
        versions = dict(self.versions())
        tree = await self._understood(request)
        made = self._plan(tree, request, self.clusters, exact=exact)
        asked = made.asked() or self.clusters
        if asked != self.clusters and self._are_closed(asked) != made.closed:
            made = self._plan(tree, request, asked, exact=exact)
        await self._demand_known(tree, asked, request)
        self._plans.keep(request.text, tree, made, versions)
        return made

    def _plan(self, tree: Node, request: Request, asked: tuple[str, ...], *, exact: bool) -> Plan:
        elsewhere = self.source.names(), self.source.labels()
        around = Circumstances(self.clusters, self._are_closed(asked), *elsewhere)
        return plan(tree, request.steps, around, exact=exact)

    async def _answer(self, request: Request, deadline: float) -> Answer:
        try:
            return await self._attempt(request, deadline, exact=False)
        except NeedsExact:
            pass
        try:
            return await self._attempt(request, deadline, exact=True)
        except NeedsExact:
            # Planned exactly, nothing is a partial sum; where something still says it is one, no third attempt helps.
            raise CannotExecute(
                "the last bits of a sum over several clusters decide this query; ask one cluster"
            ) from None

    def _patience(self, request: Request) -> float:
        """The seconds that there are for all attempts."""
        return self.limits.deadline if request.timeout is None else min(self.limits.deadline, request.timeout)

    async def _attempt(self, request: Request, deadline: float, *, exact: bool) -> Answer:
        started = time.monotonic()
        made = await self.planned(request, exact=exact)
        planned = time.monotonic()
        extras = _extras(request, self._patience(request))
        gathering = Gathering(self.fleet, self.source, extras, deadline)
        if made.lane == "splice":
            parts = await gathering.parts(made)
            asked = time.monotonic()
            kind: ResultType = _splice_type(made)
            pieces, cut = spliced(parts, by_labels=not _is_ordered(made), limit=request.limit)
        else:
            fetched = await gathering.fetched(made)
            asked = time.monotonic()
            left = max(deadline - asked, AFTER_A_FAILURE if gathering.failed else 0.0)
            kind, pieces, cut = await _evaluated(made, fetched, request.limit, left)
        if gathering.failed:
            _demand_enough(gathering, made, request)
        timings = Timings(planned - started, asked - planned, time.monotonic() - asked)
        failed = tuple(gathering.failed.values())
        warnings, infos = _apart(gathering.remarks)
        cuts = (CUT,) if cut else ()
        return Answer(kind, pieces, (*map(str, failed), *warnings, *cuts), infos, failed, made, timings)

    async def _understood(self, request: Request) -> Node:
        try:
            tree = parse(request.text)
        except TooComplex:
            raise
        except BadExpression as fault:
            said = await self._first_word(request, self.clusters)
            raise BadExpression(_in_words(said, fault)) from None
        kind = kind_of(tree)
        if not request.steps.is_instant and kind not in (Kind.VECTOR, Kind.SCALAR):
            await self._demand_known(tree, self.clusters, request)
            raise BadExpression(f'invalid expression type "{kind}" for range query, must be Scalar or instant Vector')
        return tree

    async def _demand_known(self, tree: Node, asked: tuple[str, ...], request: Request) -> None:
        """What no cluster knows is refused, as one Prometheus of their version would."""
        versions = self.versions()
        known = [versions[cluster] for cluster in asked if cluster in versions]
        newest = max(known, default=None)
        if newest is not None and (newest < spelt_since(request.text) or any(unknown_to(tree, newest))):
            said = await self._first_word(request, asked)
            if isinstance(said, ClusterRefused):
                raise BadExpression(words_of(said))

    async def _first_word(self, request: Request, clusters: tuple[str, ...]) -> Word:
        """What the first cluster that does not fail says to the query as it was written."""
        form = (("query", request.text), ("time", seconds(request.steps.start)))
        return await first_word(self.fleet, clusters, "query", form, lambda _: None)

    def _are_closed(self, asked: tuple[str, ...]) -> bool:
        if self.limits.ranges != "auto":
            return self.limits.ranges == "closed"
        versions = self.versions()
        known = [versions[cluster] for cluster in asked if cluster in versions]
        return bool(known) and max(known) < _LEFT_OPEN_SINCE


async def _evaluated(made: Plan, fetched: Fetched, limit: int, seconds: float) -> tuple[ResultType, Pieces, bool]:
    """The result. What is large is evaluated aside, and nobody waits for it after that many seconds."""

    def result() -> tuple[ResultType, Pieces, bool]:
        return encoded(answer(made.tree, made.steps, fetched), made.steps, limit)

    if not _is_large(made, fetched):
        return result()
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.to_thread(result)
    except TimeoutError:
        # The thread comes to its end by itself; what it finds is thrown away.
        raise TimedOut("query timed out in expression evaluation") from None


def _demand_enough(gathering: Gathering, made: Plan, request: Request) -> None:
    asked = made.asked()
    if set(asked) <= gathering.failed.keys() and time.monotonic() >= gathering.deadline:
        raise TimedOut("; ".join(map(str, gathering.failed.values())))
    demand_enough(gathering.failed, asked, partial=request.partial)


def _is_large(made: Plan, fetched: Fetched) -> bool:
    values, series = 0, 1
    for value in (*fetched.leaves, *fetched.staged):
        values += len(value.values) if isinstance(value, Vector) else value.values.size
        series += len(value.labels)
    for kept in fetched.raws:
        values += len(kept.raw.labels) * made.steps.count + len(kept.raw.times)
        series += len(kept.raw.labels)
    return values > WORTH_A_THREAD or (
        made.subqueries is not None and made.subqueries.for_series(series) > LOOKS_WORTH_A_THREAD
    )


def _apart(remarks: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The warnings and the infos among what clusters remarked."""
    warnings, infos = [], []
    for remark in remarks:
        if isinstance(remark, Info):
            infos.append(str(remark))
        else:
            warnings.append(remark)
    return tuple(warnings), tuple(infos)


def _in_words(said: Word, fault: BadExpression) -> str:
    match said:
        case ClusterRefused():
            return words_of(said)
        case Answered():
            return f"{fault} (the clusters understand this query, Crosshub does not)"
        case None:
            return str(fault)


def _extras(request: Request, wait: float) -> Extras:
    form = [("timeout", f"{round(wait * 1000)}ms")]
    if request.lookback_delta is not None:
        form.append(("lookback_delta", request.lookback_delta))
    return Extras(tuple(form))


def _splice_type(made: Plan) -> ResultType:
    return "vector" if made.steps.is_instant and kind_of(made.tree) is Kind.VECTOR else "matrix"


def _is_ordered(made: Plan) -> bool:
    """Whether the order in which a cluster answers says something: that of an instant topk is by value."""
    picks = isinstance(made.tree, Aggregate) and made.tree.operator in ("topk", "bottomk")
    return picks and made.steps.is_instant
