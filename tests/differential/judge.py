"""Asks both, compares, asks again where they differ, and says which it was."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from tests.differential.compare import difference
from tests.differential.exceptions import OF_RANGES, excused
from tests.differential.heard import Gist, Heard, Question, ask
from tests.differential.moments import moment_by_moment
from tests.differential.order import BY_LABELS, Order, order_of

IN_FLIGHT = 8
# 2.42 walks maps at random, and some of the answers that come of it are rare.
_AGAIN = 40


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question; `reason` says what differs, or which exception covers it."""

    question: Question
    verdict: Verdict
    reason: str
    union: Gist
    ours: Gist


async def judge_all(
    questions: Iterable[Question], union: str, ours: str, seen: Callable[[Outcome], None] = lambda _: None
) -> list[Outcome]:
    """Every question put to both, several at a time."""
    outcomes: list[Outcome] = []
    left = iter(questions)

    async def work(http: aiohttp.ClientSession) -> None:
        for question in left:
            outcome = await judge(http, question, union, ours)
            outcomes.append(outcome)
            seen(outcome)

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as http, asyncio.TaskGroup() as group:
        for _ in range(IN_FLIGHT):
            group.create_task(work(http))
    return outcomes


async def judge(http: aiohttp.ClientSession, question: Question, union: str, ours: str) -> Outcome:
    """What one question comes to."""
    first, mine = await asyncio.gather(ask(http, union, question), ask(http, ours, question, explain="true"))
    order = BY_LABELS if question.step else order_of(question.expression)
    reason = difference(first, mine, order)
    if reason is None:
        return Outcome(question, Verdict.SAME, "", first.gist(), mine.gist())
    verdict = Verdict.DIFFERENT
    if await _contradicts_itself(http, question, union, first, order):
        verdict = Verdict.UNDECIDED
    elif excuse := excused(question, first, mine) or await _of_ranges(http, question, union, mine):
        verdict, reason = Verdict.EXCEPTION, excuse
    elif difference(first, await ask(http, ours, question), order) is None:
        reason = f"not always the same: {reason}"
    return Outcome(question, verdict, reason, first.gist(), mine.gist())


async def _of_ranges(http: aiohttp.ClientSession, question: Question, union: str, mine: Heard) -> str | None:
    """The name of the exception where the union's range is not what it answers at its moments, and ours is."""
    if not question.step:
        return None
    moments = await moment_by_moment(http, union, question)
    return None if difference(moments, mine, BY_LABELS) else OF_RANGES


async def _contradicts_itself(
    http: aiohttp.ClientSession, question: Question, union: str, first: Heard, order: Order
) -> bool:
    """Whether the union answers otherwise when it is asked again."""
    for _ in range(_AGAIN):
        if difference(first, await ask(http, union, question), order):
            return True
    return False


def differences(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    return (outcome for outcome in outcomes if outcome.verdict is Verdict.DIFFERENT)
