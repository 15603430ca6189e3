"""What clusters are asked by the service, and what they are spared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from aggregator.clusters.values import Hub, Retention
from aggregator.errors import ClusterFailed, ClusterRefused, FailureKind
from aggregator.federation.question import Fleet, Question, Reply, T
from aggregator.rollups.buckets import DAY as DAY_LONG
from aggregator.rollups.catalogue import BY_NAME, PRESENT, Exporter
from aggregator.rollups.job import Rollups
from aggregator.rollups.retention import purge
from aggregator.store.database import Database
from aggregator.store.instants import milliseconds
from tests.fakes.telling import Truth
from tests.rollups.computing import (
    DAY,
    FEW_HOURS,
    FOR_EVER,
    HOUR,
    KATHMANDU,
    LISBON,
    NOW,
    Listening,
    computing,
    lately,
    later,
)
from tests.rollups.tables import differences, tables

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


async def asked_by(rollups: Rollups, now: datetime, retention: Retention = FEW_HOURS) -> list[Mapping[str, str]]:
    """What the service asks at some time."""
    listening = Listening(rollups.fleet)
    await later(replace(rollups, fleet=listening), now).compute(lately(now, retention))
    return listening.asked


async def test_weeks_and_months_that_are_there_are_not_asked_again_however_much_is_kept(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        for back in (105, 70, 35, 0):
            await later(rollups, NOW - back * DAY).compute(lately(NOW - back * DAY))
        await asked_by(rollups, THURSDAY)
        asked = await asked_by(rollups, THURSDAY + HOUR)

    assert asked
    assert max(map(longest, asked)) <= 1


async def test_a_cluster_that_cannot_compute_a_month_still_gets_its_weeks(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        outcome = await replace(rollups, fleet=Slow(rollups.fleet)).compute(lately(NOW))

    kept = [key[2] for key in (await tables(database))["bucket"] if key[0] == "hub"]
    assert list(outcome.failed) == ["oslo"]
    assert (kept.count("1w"), kept.count("1mo")) == (5, 0)


def earliest(asked: list[Mapping[str, str]]) -> float:
    """The first end of a bucket that was asked about, in seconds."""
    return min(float(form["start"]) for form in asked)


async def test_the_second_time_only_the_last_two_days_are_asked(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        await asked_by(rollups, THURSDAY)
        asked = await asked_by(rollups, THURSDAY + HOUR)

    assert earliest(asked) > (THURSDAY + HOUR - 2 * DAY).timestamp()


async def test_hours_that_are_not_kept_for_so_long_are_not_asked_again(database: Database) -> None:
    ten_days = Retention(hours=10 * 86400.0)
    async with computing(database, Truth("oslo")) as rollups:
        await asked_by(rollups, THURSDAY, FOR_EVER)
        await purge(database, ten_days, THURSDAY)
        asked = await asked_by(rollups, THURSDAY + HOUR, ten_days)

    assert earliest(asked) > (THURSDAY + HOUR - 2 * DAY).timestamp()


@pytest.mark.parametrize("zone", [KATHMANDU, LISBON])
async def test_days_that_a_cluster_has_forgotten_are_asked_once_a_day(database: Database, zone: ZoneInfo) -> None:
    truth = Truth("oslo")
    async with computing(database, truth, hubs={"oslo": (Hub("prod", timezone=KATHMANDU),)}) as rollups:
        await asked_by(rollups, THURSDAY)
        truth.since = milliseconds(THURSDAY - 15 * DAY)
        moved = [replace(each, zone=zone) for each in rollups.subjects]
        there = replace(rollups, subjects=moved)
        asked = [await asked_by(there, THURSDAY + 2 * DAY + number * HOUR) for number in range(3)]

    trailing = [(THURSDAY + number * HOUR).timestamp() for number in range(3)]
    assert earliest(asked[0]) < trailing[0]
    assert earliest(asked[1]) > trailing[1]
    assert earliest(asked[2]) > trailing[2]


@dataclass(frozen=True, slots=True)
class Refusing:
    """A fleet that refuses what holds a piece of text."""

    fleet: Fleet
    piece: str

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        (question,) = questions
        if self.piece in dict(question.form)["query"]:
            return (ClusterRefused(question.cluster, 422, "execution", "too many\x1b[2J samples"),)
        return await self.fleet.ask(questions, deadline)


async def test_numbers_stay_while_a_cluster_refuses_to_say_whether_somebody_is_there_to_tell(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        await rollups.compute(lately(NOW))
        before = await tables(database)
        refusing = replace(rollups, fleet=Refusing(rollups.fleet, PRESENT[Exporter.KUBE][:30]))
        outcome = await later(refusing, NOW + HOUR / 60).compute(lately(NOW))

    assert {"sessions", "people", "cpu_requested_hours"} < outcome.refused["oslo"].keys() <= BY_NAME.keys()
    assert "accounts" not in outcome.refused["oslo"]
    assert differences(await tables(database), before) == []
    assert "too many\\x1b[2J samples" in caplog.text


async def test_images_stay_while_a_cluster_refuses_to_tell_of_them_and_all_else_goes_on(database: Database) -> None:
    async with computing(database, truth := Truth("oslo")) as rollups:
        await rollups.compute(lately(NOW))
        before = await tables(database)
        truth.corrected["jupyterhub_total_users", "prod"] = 1.0
        refusing = replace(rollups, fleet=Refusing(rollups.fleet, "kube_pod_container_info"))
        outcome = await later(refusing, NOW + HOUR / 60).compute(lately(NOW))

    after = await tables(database)
    assert outcome.refused["oslo"].keys() == {"images"}
    assert after["image_hours"] == before["image_hours"] != {}
    assert after["rollup"] != before["rollup"]


async def test_a_cluster_that_refuses_to_tell_what_was_seen_has_failed(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        outcome = await replace(rollups, fleet=Refusing(rollups.fleet, "599999ms")).compute(lately(NOW))

    assert str(outcome.failed["oslo"]).startswith('cluster "oslo": does not tell what was seen: too many')
    assert (await tables(database))["bucket"] == {}


async def test_for_weeks_and_months_nobody_is_asked_whether_pods_are_told_of(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        asked = await asked_by(rollups, NOW)

    long = [form["query"] for form in asked if longest(form) > 1]
    assert long
    assert not any("kube_pod_info" in text or "container_memory" in text for text in long)
