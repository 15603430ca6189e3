"""Each report of each week is made once, or somebody hears that it was missed, whatever happens to whoever makes it."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from aggregator.clusters.reporting import Community, Operators, Report, Reports
from aggregator.events import rows as alert_rows
from aggregator.events.values import Alert, Change
from aggregator.notify.job import Notifying
from aggregator.reports.due import Due
from aggregator.reports.job import OURS
from aggregator.reports.missed import judged
from aggregator.reports.missed_rows import Missed
from aggregator.reports.planned import Planned, planned, waits
from aggregator.slots.calendars import slots
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database
from aggregator.store.report_tables import report as reports
from aggregator.store.tables import run
from tests.reports.posting import DAY, HOUR, MINUTE, MONDAY, WEEK, posting

ZONES = tuple(
    map(
        ZoneInfo,
        (
            "UTC", "Europe/Lisbon", "Europe/Berlin", "Africa/Cairo", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tokyo",
            "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati",
            "Pacific/Honolulu", "America/Los_Angeles", "America/New_York", "America/St_Johns", "America/Santiago",
            "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran",
        ),
    )
)  # fmt: skip
WEEKS = 52
SKEW = timedelta(seconds=25)
TICKS = (-9, 1, 14)
"""Hours around the first of them, in which it is Monday morning somewhere."""
AWAY = {20: (), 21: (48,)}
"""Nobody is there for a week, and until the Wednesday of the next."""


async def test_in_52_weeks_and_20_zones_each_slot_is_done_once_whatever_happens(
    database: Database, tmp_path: Path
) -> None:
    everybody = [Community(f"c{place}", recipients=(f"{place}@example.org",)) for place in range(len(ZONES))]
    made = Counter[tuple[str, datetime]]()
    async with posting(database, tmp_path, *everybody, zones=ZONES) as post:

        async def make(claim: Claim, plan: Planned) -> None:
            made[plan.schedule.name, claim.slot] += 1

        async def ticks(name: str, skew: timedelta) -> None:
            now = post.now + skew
            await Due(post.config, database, Holder(f"{name} {now}"), lambda: now).do(make)

        began = post.now
        for week in range(WEEKS):
            for hour in AWAY.get(week, TICKS):
                post.now = began + week * WEEK + hour * HOUR
                # Two replicas, both started anew each time, whose clocks are apart.
                await asyncio.gather(ticks("a", -SKEW), ticks("b", SKEW))
        async with database.reading() as connection:
            runs = {(row.schedule, row.slot): row.state for row in await connection.execute(select(run))}

    due = {
        (plan.schedule.name, slot)
        for plan in planned(post.config)
        for slot in takewhile(lambda slot: slot < post.now, slots(plan.schedule.calendar, began))
    }
    missed = {place for place in due if runs[place] == "failed"}
    assert set(made) | missed == due
    assert not set(made) & missed
    assert set(made.values()) == {1}
    # Those of the week in which nobody was there; those of the Monday after it are caught up with.
    assert len(missed) == len(ZONES)
    assert len(due) > (WEEKS - 1) * len(ZONES)


ALL = {"catch_up": "all", "max_lateness": 30 * 86400.0}


@pytest.mark.parametrize(
    ("changes", "away", "told"),
    [
        pytest.param({}, 2 * DAY, "2026-W47", id="late"),
        pytest.param({}, 4 * DAY, "The weekly report of lisbon was missed", id="too late"),
        pytest.param({}, 16 * DAY, "2026-W49, 2 weekly reports of lisbon were missed", id="the latest of several"),
        pytest.param({"catch_up": "skip"}, HOUR, "The weekly report of lisbon was missed", id="skipped"),
        pytest.param(ALL, 16 * DAY, "2026-W47, 2026-W48, 2026-W49", id="all of several"),
    ],
)
async def test_what_was_missed_is_caught_up_with_as_it_is_asked_for_and_told_of_otherwise(
    database: Database, tmp_path: Path, changes: dict[str, Any], away: timedelta, told: str
) -> None:
    weekly = replace(Report("weekly"), **changes)
    community = Community("lisbon", recipients=("ana@example.org",), reports=(weekly,))
    async with posting(database, tmp_path, community) as post:
        post.now = MONDAY + away
        for _ in range(3):
            await post.reporting().do()
            await post.delivery().tick()
        async with database.reading() as connection:
            kept = [row.period for row in await connection.execute(select(reports).order_by(reports.c.slot))]

    assert ", ".join([*kept, *await firing(database)]) == told
    assert post.words() == []
    assert post.mails().total() == len(kept)


async def test_after_a_downtime_a_report_waits_for_its_numbers_but_not_for_ever(
    database: Database, tmp_path: Path
) -> None:
    async with posting(database, tmp_path, Community("lisbon", recipients=("ana@example.org",))) as post:
        (plan,) = planned(post.config)
        in_time, before = MONDAY - HOUR, MONDAY - 30 * HOUR

    assert not waits(plan, MONDAY, in_time, MONDAY)
    assert waits(plan, MONDAY, before, MONDAY)
    assert waits(plan, MONDAY, None, MONDAY + HOUR)
    assert not waits(plan, MONDAY, None, MONDAY + 6 * HOUR)


async def test_a_report_waits_until_the_week_is_over_wherever_its_hubs_are(database: Database, tmp_path: Path) -> None:
    everybody = [Community("lisbon", recipients=("ana@example.org",)), Community("honolulu")]
    zones = (ZoneInfo("Europe/Lisbon"), ZoneInfo("Pacific/Honolulu"))
    async with posting(
        database, tmp_path, *everybody, zones=zones, reports=Reports(operators=Operators(("ops@example.org",)))
    ) as post:
        lisbon, operators = planned(post.config)
    slot = MONDAY - HOUR
    over = MONDAY + 2 * HOUR  # midnight in Honolulu

    assert not waits(lisbon, MONDAY, MONDAY, MONDAY)
    assert waits(operators, slot, slot, slot)
    assert waits(operators, slot, over - MINUTE, over + HOUR)
    assert not waits(operators, slot, over, over)
    assert not waits(operators, slot, slot, over + 6 * HOUR)
    # What may be late by little is told in time, with what there is.
    hasty = replace(operators, schedule=replace(operators.schedule, max_lateness=2 * HOUR))
    assert not waits(hasty, slot, slot, slot + HOUR)


async def test_a_community_has_each_of_its_reports_by_its_own_cron(database: Database, tmp_path: Path) -> None:
    kinds = (Report("daily"), Report("weekly", "0 6 * * TUE"), Report("weekly"), Report("monthly"))
    community = Community("lisbon", recipients=("ana@example.org",), reports=kinds)
    async with posting(database, tmp_path, community) as post:
        await post.passes(9 * DAY, 6 * HOUR)
        async with database.reading() as connection:
            found = Counter(row.schedule for row in await connection.execute(select(reports)))

    assert found == {
        "report/lisbon/daily": 9,
        "report/lisbon/weekly": 2,
        "report/lisbon/weekly/2": 2,
        "report/lisbon/monthly": 1,
    }


async def test_a_report_that_cannot_be_made_is_told_of_and_keeps_no_other_from_being_made(
    database: Database, tmp_path: Path
) -> None:
    both = [Community(name, recipients=(f"{name}@example.org",)) for name in ("bad", "good")]
    async with posting(database, tmp_path, *both) as post:
        bad, good = post.config.communities
        bad = replace(bad, language="xx")  # type: ignore[arg-type]
        post.config = replace(post.config, communities=(bad, good))
        await post.passes(3 * HOUR)

    assert post.mails() == {"good@example.org": 1}
    assert await firing(database) == ["The weekly report of bad was missed"]


async def test_an_alert_says_which_report_was_missed_and_why_and_is_over_a_day_later(
    database: Database, tmp_path: Path
) -> None:
    async with posting(database, tmp_path, Community("lisbon", recipients=("ana@example.org",))) as post:
        post.now = MONDAY + 4 * DAY
        await asyncio.gather(*(post.reporting(name).do() for name in "ab"))
        (alert,) = await open_alerts(database)
        await noted_earlier(database, DAY)
        await post.passes(3 * MINUTE, MINUTE)
        after = await firing(database)
        async with database.reading() as connection:
            happened = await alert_rows.events(connection, MONDAY, post.now + DAY)

    assert dict(alert.labels) == {
        "alertname": "ReportMissed", "severity": "ticket", "kind": "meta", "community": "lisbon", "report": "weekly",
    }  # fmt: skip
    assert alert.evidence == (
        "2026-W47, due 2026-11-23 08:00 UTC: Crosshub was not there when it was due, and it is too late for it now.",
    )
    assert after == []
    assert [each.change for each in happened] == [Change.FIRING, Change.RECOVERING, Change.RESOLVED]


@pytest.mark.parametrize(
    ("name", "count", "told"),
    [
        ("report/lisbon/weekly", 1, "The weekly report of lisbon was missed"),
        ("report/lisbon/daily/2", 3, "3 daily reports of lisbon were missed"),
        ("report//weekly", 1, "The weekly report of all hubs was missed"),
        ("report/lisbon/daily", 30, "30 daily reports of lisbon were missed"),
    ],
)
def test_what_was_missed_of_a_schedule_is_one_alert_however_much_it_is(name: str, count: int, told: str) -> None:
    missed = [Missed(name, MONDAY - number * DAY, "it was late") for number in range(count)]

    (verdict,) = judged(missed, (), {}).true

    assert dict(verdict.annotations)["summary"] == told
    assert len(verdict.evidence) == min(count, 11)
    assert verdict.evidence[min(count, 10) - 1] == "due 2026-11-23 08:00 UTC: it was late"


async def test_the_operators_of_a_report_that_was_missed_are_told_as_of_any_alert(
    database: Database, tmp_path: Path
) -> None:
    async with posting(database, tmp_path, Community("lisbon", recipients=("ana@example.org",))) as post:
        post.now = MONDAY + 4 * DAY
        await post.reporting().do()
        for _ in range(2):
            await Notifying(post.config, database, lambda: post.now).tick()
            post.now += MINUTE
        await post.delivery().tick()

    assert post.words() == ["1 firing: The weekly report of lisbon was missed"]


async def open_alerts(database: Database) -> tuple[Alert, ...]:
    async with database.reading() as connection:
        return await alert_rows.alerts(connection, sources=OURS)


async def firing(database: Database) -> list[str]:
    """What the alerts about reports say that are open."""
    return [dict(alert.annotations)["summary"] for alert in await open_alerts(database)]


async def noted_earlier(database: Database, time: timedelta) -> None:
    """What was noted about runs was noted so much earlier."""
    async with database.writing() as connection:
        noted = (await connection.execute(select(run.c.slot, run.c.finished_at).where(run.c.state == "failed"))).all()
        for slot, at in noted:
            await connection.execute(update(run).where(run.c.slot == slot).values(finished_at=at - time))
