"""Work on a claim, whose lease is renewed meanwhile; whoever loses it stops."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from aggregator.errors import CrosshubError
from aggregator.slots import rows
from aggregator.slots.rows import Claim
from aggregator.store.database import Database

log = logging.getLogger(__name__)

# A lease outlasts this many renewals less one that do not come through.
RENEWALS = 3


async def under_lease(
    database: Database, held: Claim, work: Callable[[Claim], Awaitable[None]], lease: timedelta
) -> bool:
    """Does the work and notes how it ended; whether the claim was ours until then.

    Whoever is cancelled gives the claim back, so that another replica goes on at once.
    """
    working = asyncio.ensure_future(work(held))
    renewing = asyncio.create_task(_until_lost(database, held, lease))
    try:
        await asyncio.wait((working, renewing), return_when=asyncio.FIRST_COMPLETED)
        ours = working.done() and await _noted(database, held, working)
    except asyncio.CancelledError:
        await _stop(working, renewing)
        await _give_back(database, held)
        raise
    finally:
        await _stop(working, renewing)
    if not ours:
        log.warning("%s of %s was taken over by somebody else", held.schedule, held.slot.isoformat())
    return ours


async def _until_lost(database: Database, held: Claim, lease: timedelta) -> None:
    """Renews the lease again and again; ends when the claim is not ours any more, or nobody can say so for too long."""
    until = time.monotonic() + lease.total_seconds()
    while True:
        await asyncio.sleep(lease.total_seconds() / RENEWALS)
        asked = time.monotonic()
        try:
            async with database.writing() as connection:
                if not await rows.renew(connection, held, lease):
                    return
            until = asked + lease.total_seconds()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the lease of %s could not be renewed: %s", held.schedule, error)
            if time.monotonic() > until:
                return


async def _noted(database: Database, held: Claim, working: asyncio.Future[None]) -> bool:
    error = _failure(held, working)
    async with database.writing() as connection:
        return await rows.finish(connection, held, error)


def _failure(held: Claim, working: asyncio.Future[None]) -> str | None:
    if working.cancelled():
        return "cancelled"
    error = working.exception()
    if error is None:
        return None
    log.error("%s of %s failed", held.schedule, held.slot.isoformat(), exc_info=error)
    return str(error) if isinstance(error, CrosshubError) else f"{type(error).__name__}: {error}"


async def _stop(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _give_back(database: Database, held: Claim) -> None:
    try:
        async with database.writing() as connection:
            await rows.release(connection, held)
    except (SQLAlchemyError, OSError) as error:
        # Somebody takes it anyway, when its lease is over.
        log.warning("%s could not be given back: %s", held.schedule, error)
