"""How far schedules are and who holds which slot, as rows. Leases go by the database's clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from aggregator.slots.catching_up import Kept
from aggregator.store.clock import database_now
from aggregator.store.tables import run, schedule
from aggregator.store.upsert import insert_new

MOST_OF_AN_ERROR = 2000
# Whose owner was gone so often takes its owners with it, and is left alone.
MOST_CLAIMS = 5


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims slots, by a name that no other replica has, and for how long a claim holds that is not renewed."""

    name: str
    lease: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot that is ours as long as nobody has claimed it with a higher fence."""

    schedule: str
    slot: datetime
    owner: str
    fence: int


async def standing(connection: AsyncConnection, names: Collection[str]) -> dict[str, Kept]:
    """How far these schedules are, by name; those that were never looked at are not there."""
    found = await connection.execute(select(schedule).where(schedule.c.name.in_(names)))
    return {row.name: Kept(row.calendar, row.next_slot) for row in found}


async def advance(connection: AsyncConnection, name: str, before: Kept | None, then: Kept) -> None:
    """Notes how far a schedule is, unless somebody has done so since `before` was read."""
    values = {"calendar": then.calendar, "next_slot": then.next_slot}
    if before is None:
        await insert_new(connection, schedule, {"name": name, **values})
        return
    unchanged = and_(
        schedule.c.calendar == before.calendar, schedule.c.next_slot.is_not_distinct_from(before.next_slot)
    )
    await connection.execute(update(schedule).where(schedule.c.name == name, unchanged).values(values))


async def claim(connection: AsyncConnection, name: str, slot: datetime, holder: Holder) -> Claim | None:
    """The claim of a slot that nobody had before us, or None."""
    row = {
        "schedule": name,
        "slot": slot,
        "state": "running",
        "owner": holder.name,
        "fence": 1,
        "claimed_at": database_now(),
        "lease_until": database_now(holder.lease),
    }
    return Claim(name, slot, holder.name, 1) if await insert_new(connection, run, row) else None


async def miss(connection: AsyncConnection, name: str, slot: datetime, holder: Holder, why: str) -> bool:
    """Whether nobody had the slot before us; then it has failed, and nobody does it any more."""
    row = {
        "schedule": name,
        "slot": slot,
        "state": "failed",
        "owner": holder.name,
        "fence": 1,
        "claimed_at": database_now(),
        "finished_at": database_now(),
        "error": why[:MOST_OF_AN_ERROR],
    }
    return await insert_new(connection, run, row)


async def left_behind(connection: AsyncConnection, names: Collection[str]) -> Claim | None:
    """The oldest claim whose owner has let its lease run out."""
    over = and_(run.c.schedule.in_(names), run.c.state == "running", run.c.lease_until < database_now())
    query = select(run.c.schedule, run.c.slot, run.c.owner, run.c.fence).where(over).order_by(run.c.slot).limit(1)
    row = (await connection.execute(query)).first()
    return None if row is None else Claim(*row)


async def take_over(connection: AsyncConnection, left: Claim, holder: Holder) -> Claim | None:
    """A claim that was left behind, now ours with a higher fence; None where somebody was quicker, or nobody should."""
    if left.fence >= MOST_CLAIMS:
        await finish(connection, left, f"given up: {left.fence} owners were gone before it was done")
        return None
    values = {
        "owner": holder.name,
        "fence": left.fence + 1,
        "claimed_at": database_now(),
        "lease_until": database_now(holder.lease),
    }
    taken = update(run).where(_of(left), run.c.state == "running", run.c.lease_until < database_now()).values(values)
    changed = await connection.execute(taken)
    return Claim(left.schedule, left.slot, holder.name, left.fence + 1) if changed.rowcount else None


async def renew(connection: AsyncConnection, held: Claim, lease: timedelta) -> bool:
    """Whether the claim is still ours; then its lease begins anew, and nobody takes it before the transaction ends."""
    renewed = update(run).where(_of(held), run.c.state == "running").values(lease_until=database_now(lease))
    if (await connection.execute(renewed)).rowcount:
        return True
    done = select(run.c.state).where(_of(held), run.c.state == "done")
    return (await connection.execute(done)).first() is not None


async def release(connection: AsyncConnection, held: Claim) -> None:
    """Ends the lease of a claim that is still ours, so that somebody else may take it at once."""
    await connection.execute(update(run).where(_of(held), run.c.state == "running").values(lease_until=database_now()))


async def finish(connection: AsyncConnection, held: Claim, error: str | None = None) -> bool:
    """Whether the claim was still ours; then it is done, or has failed with that error. What is done stays done."""
    values = {
        "state": "done" if error is None else "failed",
        "lease_until": None,
        "finished_at": database_now(),
        "error": error and error[:MOST_OF_AN_ERROR],
    }
    from_states = ("running", "done") if error is None else ("running",)
    changed = await connection.execute(update(run).where(_of(held), run.c.state.in_(from_states)).values(values))
    return bool(changed.rowcount)


async def done_between(connection: AsyncConnection, name: str) -> tuple[datetime, datetime] | None:
    """When the first and the last of the runs that were done began, as far back as they are kept."""
    query = select(func.min(run.c.claimed_at), func.max(run.c.claimed_at)).where(
        run.c.schedule == name, run.c.state == "done"
    )
    first, last = (await connection.execute(query)).one()
    return None if first is None else (first, last)


async def last_done(connection: AsyncConnection, name: str) -> datetime | None:
    """The latest slot that was done, as far back as runs are kept."""
    query = select(func.max(run.c.slot)).where(run.c.schedule == name, run.c.state == "done")
    latest: datetime | None = (await connection.execute(query)).scalar_one()
    return latest


async def hold(connection: AsyncConnection, name: str) -> None:
    """Waits for whoever holds that schedule, and holds it until the transaction ends."""
    await connection.execute(select(schedule.c.name).where(schedule.c.name == name).with_for_update())


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many rows were removed, at most so many: runs that ended, or were left behind for good, before an instant."""
    old = select(run.c.schedule, run.c.slot).where(or_(run.c.finished_at < before, run.c.lease_until < before))
    removed = await connection.execute(delete(run).where(tuple_(run.c.schedule, run.c.slot).in_(old.limit(most))))
    return removed.rowcount


def _of(held: Claim) -> ColumnElement[bool]:
    """The row of a claim, unless somebody has claimed it since."""
    return and_(run.c.schedule == held.schedule, run.c.slot == held.slot, run.c.fence == held.fence)
