"""The same kind of thing from several clusters: who is asked on which terms, and what came together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from aggregator.errors import CrosshubError
from aggregator.federation.question import Fleet, Question, Reply
from aggregator.query.replies import demand_enough, settle

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terms:
    """Until when there is time (of `time.monotonic()`), and whether clusters may be missing from the answer."""

    deadline: float
    partial: bool


@dataclass(frozen=True, slots=True)
class Collected(Generic[T]):
    """What each cluster answered, in the order asked, and a warning for each that did not."""

    answers: tuple[tuple[str, T], ...] = ()
    warnings: tuple[str, ...] = ()


async def collected(fleet: Fleet, questions: Sequence[Question[T]], terms: Terms) -> Collected[T]:
    """One question a cluster, answered; raises what the query as a whole fails with."""
    if not questions:
        return Collected()
    # None of these questions is found impossible by what comes back; that is what else a reply may hold.
    replies = cast("Sequence[Reply[T | CrosshubError]]", await fleet.ask(questions, terms.deadline))
    settled = settle(replies)
    failed = {failure.cluster: failure for failure in settled.failed}
    demand_enough(failed, [question.cluster for question in questions], partial=terms.partial)
    answers = tuple((cluster, value) for _, cluster, value in settled.answers)
    return Collected(answers, tuple(map(str, failed.values())))
