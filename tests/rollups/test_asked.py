"""What clusters are asked by the service, and what they are spared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation.question import Fleet, Question, Reply, T
from aggregator.rollups.buckets import DAY as DAY_LONG
from aggregator.rollups.job import Rollups, recent
from aggregator.store.database import Database
from tests.fakes.telling import Truth
from tests.rollups.computing import DAY, HOUR, NOW, Listening, computing, later
from tests.rollups.tables import tables

_LENGTH = re.compile(r"\[(\d+)ms")
# The days that are always computed again, the last two, belong to no week or month that is over.
THURSDAY = NOW + 3 * DAY


def longest(form: Mapping[str, str]) -> int:
    """How far back a question looks, in days."""
    return max(map(int, _LENGTH.findall(form["query"]))) // DAY_LONG


@dataclass(frozen=True, slots=True)
class Slow:
    """A fleet that fails whenever it is asked about more than a week."""

    fleet: Fleet

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        (question,) = questions
        if longest(dict(question.form)) > 8:
            return (ClusterFailed(question.cluster, FailureKind.TIMEOUT, "no answer in 300 s"),)
        return await self.fleet.ask(questions, deadline)


async def asked_by(rollups: Rollups, now: datetime) -> list[Mapping[str, str]]:
    """What the service asks at some time."""
    listening = Listening(rollups.fleet)
    await later(replace(rollups, fleet=listening), now).compute(recent(now))
    return listening.asked


async def test_weeks_and_months_that_are_there_are_not_asked_again_however_much_is_kept(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        for back in (105, 70, 35, 0):
            await later(rollups, NOW - back * DAY).compute(recent(NOW - back * DAY))
        await asked_by(rollups, THURSDAY)
        asked = await asked_by(rollups, THURSDAY + HOUR)

    assert asked
    assert max(map(longest, asked)) <= 1


async def test_a_cluster_that_cannot_compute_a_month_still_gets_its_weeks(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        outcome = await replace(rollups, fleet=Slow(rollups.fleet)).compute(recent(NOW))

    kept = [key[2] for key in (await tables(database))["bucket"] if key[0] == "hub"]
    assert list(outcome.failed) == ["oslo"]
    assert (kept.count("1w"), kept.count("1mo")) == (5, 0)
