"""Who holds a slot, and until when."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from aggregator.errors import CrosshubError
from aggregator.slots import rows
from aggregator.slots.calendars import Every
from aggregator.slots.catching_up import CatchUp, Kept, Schedule
from aggregator.slots.claiming import next_claim, run_due
from aggregator.slots.leases import under_lease
from aggregator.slots.purging import purge_runs
from aggregator.slots.rows import Claim, Holder
from aggregator.store.clock import database_clock, database_now, skew
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run, schedule
from tests.slots.race import have_due, race
from tests.slots.replica import EVERY_SECOND, started

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
HERE, THERE = Holder("here"), Holder("there")
SCHEDULES = [EVERY_SECOND]


async def nothing(_: Claim) -> None:
    """Work that is none."""


@pytest.fixture
async def held(database: Database) -> Claim:
    """The claim of a slot that was due at noon, by the replica `here`."""
    await have_due(database, NOON)
    claim = await next_claim(SCHEDULES, database, NOON, HERE)
    assert claim is not None
    return claim


async def lease_is_over(database: Database) -> None:
    """Time passes."""
    async with database.writing() as connection:
        await connection.execute(update(run).values(lease_until=database_now(-SECOND)))


async def taken_over(database: Database, held: Claim) -> None:
    """Another replica takes a claim, before anybody can renew its lease."""
    async with database.writing() as connection:
        await connection.execute(update(run).values(lease_until=database_now(-SECOND)))
        assert await rows.take_over(connection, held, THERE) is not None


async def row_of(database: Database, claim: Claim) -> Any:
    async with database.reading() as connection:
        query = select(run).where(run.c.schedule == claim.schedule, run.c.slot == claim.slot)
        return (await connection.execute(query)).one()


async def finished(database: Database, claim: Claim, error: str | None = None) -> bool:
    async with database.writing() as connection:
        return await rows.finish(connection, claim, error)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Asks again and again."""
    async with asyncio.timeout(20):
        while not await condition():
            pass


@pytest.mark.parametrize("slots", [300])
async def test_two_replicas_do_each_slot_once(database_url: str, slots: int) -> None:
    went = await race(database_url, slots)

    assert sum(went.by_replica) == slots
    assert min(went.by_replica) > 0
    assert (went.twice, went.lost, went.done) == (0, 0, slots)


async def test_what_a_killed_process_held_is_done_by_another_when_its_lease_is_over(database_url: str) -> None:
    async with open_database(database_url) as database:
        await have_due(database, NOON)
        process = await started(database_url, "killed", NOON, 0.5, stuck=True)
        assert process.stdout is not None
        await process.stdout.readline()
        process.stdin.write(b"\n")  # type: ignore[union-attr]
        first = await process.stdout.readline()
        too_early = await next_claim(SCHEDULES, database, NOON, HERE)
        process.kill()
        await process.communicate()
        done: list[Claim] = []

        async def work(claim: Claim) -> None:
            done.append(claim)

        async def taken() -> bool:
            return await run_due(SCHEDULES, database, NOON, work, HERE) > 0

        await until(taken)

        assert first == b"2026-11-25T12:00:00+00:00 1\n"
        assert too_early is None
        assert done == [Claim(EVERY_SECOND.name, NOON, "here", 2)]
        assert (await row_of(database, done[0])).state == "done"


async def test_a_slot_that_is_held_is_nobody_elses(database: Database, held: Claim) -> None:
    assert held == Claim(EVERY_SECOND.name, NOON, "here", 1)
    assert await next_claim(SCHEDULES, database, NOON, THERE) is None


async def test_a_stale_fence_can_neither_renew_nor_finish(database: Database, held: Claim) -> None:
    await lease_is_over(database)
    taken = await next_claim(SCHEDULES, database, NOON, THERE)
    assert taken is not None

    async with database.writing() as connection:
        renewed = await rows.renew(connection, held, DAY)
        await rows.release(connection, held)

    assert (renewed, await finished(database, held)) == (False, False)
    assert (await row_of(database, held)).owner == "there"
    assert await finished(database, taken)
    assert (await row_of(database, held)).state == "done"


async def test_a_lease_that_is_over_but_was_not_taken_still_finishes(database: Database, held: Claim) -> None:
    await lease_is_over(database)

    assert await finished(database, held)


async def test_what_is_done_is_neither_claimed_nor_undone(database: Database, held: Claim) -> None:
    await finished(database, held)

    assert await next_claim(SCHEDULES, database, NOON, THERE) is None
    assert await finished(database, held)
    assert not await finished(database, held, "too late")
    assert (await row_of(database, held)).error is None


async def test_what_takes_its_owners_with_it_is_given_up(database: Database, held: Claim) -> None:
    fences = [held.fence]
    await lease_is_over(database)
    while (taken := await next_claim(SCHEDULES, database, NOON, THERE)) is not None:
        fences.append(taken.fence)
        await lease_is_over(database)

    row = await row_of(database, held)
    assert fences == [1, 2, 3, 4, 5]
    assert (row.state, row.error) == ("failed", "given up: 5 owners were gone before it was done")


async def test_work_that_fails_is_noted_and_the_next_slot_is_done(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(claim: Claim) -> None:
        if claim.slot == NOON:
            raise CrosshubError("no cluster answers")
        if claim.slot == NOON + SECOND:
            raise KeyError("x" * 5000)

    await have_due(database, NOON)
    claimed = await run_due(SCHEDULES, database, NOON + 2 * SECOND, work, HERE)

    async with database.reading() as connection:
        found = (await connection.execute(select(run.c.state, run.c.error).order_by(run.c.slot))).all()
    assert claimed == 3
    assert [row.state for row in found] == ["failed", "failed", "done"]
    assert found[0].error == "no cluster answers"
    assert found[1].error.startswith("KeyError: 'xxx")
    assert len(found[1].error) == rows.MOST_OF_AN_ERROR
    assert len(caplog.records) == 2


async def test_a_lease_is_renewed_while_the_work_goes_on(database: Database, held: Claim) -> None:
    leases: set[datetime] = set()

    async def work(claim: Claim) -> None:
        async def three_seen() -> bool:
            leases.add((await row_of(database, claim)).lease_until)
            return len(leases) >= 3

        await until(three_seen)

    assert await under_lease(database, held, work, timedelta(seconds=0.3))
    assert (await row_of(database, held)).state == "done"


async def test_whoever_loses_a_claim_stops(database: Database, held: Claim, caplog: pytest.LogCaptureFixture) -> None:
    stopped = asyncio.Event()

    async def work(_: Claim) -> None:
        await taken_over(database, held)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    assert not await under_lease(database, held, work, timedelta(seconds=0.1))
    assert stopped.is_set()
    assert "was taken over by somebody else" in caplog.text
    assert (await row_of(database, held)).owner == "there"


async def test_whoever_is_cancelled_gives_its_claim_back(database: Database, held: Claim) -> None:
    begun = asyncio.Event()

    async def work(_: Claim) -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(under_lease(database, held, work, DAY))
    await begun.wait()
    task.cancel()
    await asyncio.wait({task})

    async def taken() -> bool:
        return await next_claim(SCHEDULES, database, NOON, THERE) is not None

    assert task.cancelled()
    await until(taken)


async def test_work_that_finishes_in_its_own_transaction_keeps_things_once(database: Database, held: Claim) -> None:
    async def work(claim: Claim) -> None:
        async with database.writing() as connection:
            await connection.execute(schedule.insert(), {"name": "kept", "calendar": ""})
            assert await rows.finish(connection, claim)

    assert await under_lease(database, held, work, DAY)
    assert (await row_of(database, held)).state == "done"


@pytest.mark.parametrize(("catch_up", "done"), [("all", [0, 1, 2, 3, 4, 5, 6]), ("latest", [6]), ("skip", [])])
async def test_a_week_of_downtime_is_caught_up(database: Database, catch_up: CatchUp, done: list[int]) -> None:
    daily = Schedule(name="daily", calendar=Every(86400), catch_up=catch_up, max_lateness=30 * DAY)
    midnight = NOON - timedelta(hours=12)
    async with database.writing() as connection:
        await rows.advance(connection, daily.name, None, Kept(str(daily.calendar), midnight))
    days: list[int] = []

    async def work(claim: Claim) -> None:
        days.append((claim.slot - midnight).days)

    for _ in range(2):
        await run_due([daily], database, NOON + 6 * DAY, work, HERE)
    async with database.reading() as connection:
        kept = await rows.standing(connection, [daily.name])

    assert days == done
    assert kept[daily.name].next_slot == midnight + 7 * DAY


async def test_a_new_schedule_does_nothing_of_the_past(database: Database) -> None:
    daily = Schedule(name="daily", calendar=Every(86400), catch_up="all")

    assert await run_due([daily], database, NOON, nothing, HERE) == 0
    assert await run_due([daily], database, NOON + DAY, nothing, HERE) == 1


async def test_another_calendar_begins_anew(database: Database) -> None:
    await have_due(database, NOON - DAY)
    hourly = Schedule(name=EVERY_SECOND.name, calendar=Every(3600), catch_up="all")

    assert await run_due([hourly], database, NOON, nothing, HERE) == 0
    assert await run_due([hourly], database, NOON + timedelta(hours=1), nothing, HERE) == 1


async def test_old_runs_are_purged_a_few_at_a_time(database: Database) -> None:
    await have_due(database, NOON)
    await run_due(SCHEDULES, database, NOON + 24 * SECOND, nothing, HERE)
    async with database.writing() as connection:
        old = run.c.slot < NOON + 10 * SECOND
        await connection.execute(update(run).where(old).values(finished_at=NOON))
        gone = run.c.slot == NOON + 10 * SECOND
        await connection.execute(update(run).where(gone).values(state="running", finished_at=None, lease_until=NOON))

    removed = await purge_runs(database, NOON + SECOND, batch=4)

    async with database.reading() as connection:
        left = (await connection.execute(select(func.count()).select_from(run))).scalar_one()
    assert (removed, left) == (11, 14)


async def test_clocks_that_go_wrong_go_by_the_database_alike(database: Database) -> None:
    late = await database_clock(database, lambda: datetime.now(UTC) - timedelta(minutes=10))
    early = await database_clock(database, lambda: datetime.now(UTC) + timedelta(minutes=10))

    assert abs(late() - early()) < timedelta(seconds=5)


async def test_skew_is_how_far_the_databases_clock_is_ahead(database: Database) -> None:
    behind = await skew(database, lambda: datetime.now(UTC) - timedelta(minutes=10))
    ahead = await skew(database, lambda: datetime.now(UTC) + timedelta(minutes=10))

    assert abs(behind - timedelta(minutes=10)) < timedelta(seconds=5)
    assert abs(ahead + timedelta(minutes=10)) < timedelta(seconds=5)
