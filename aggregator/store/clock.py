"""The database's clock, which is the same for everybody who asks it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import BigInteger

from aggregator.store.database import Database
from aggregator.store.instants import MILLISECOND, Instant


class _Now(FunctionElement[int]):
    """Milliseconds since 1970, at this moment and not when the transaction began."""

    type = BigInteger()
    inherit_cache = True


@compiles(_Now, "sqlite")
def _in_sqlite(_element: _Now, _compiler: Any, **_: Any) -> str:
    return "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(_Now, "postgresql")
def _in_postgresql(_element: _Now, _compiler: Any, **_: Any) -> str:
    return "CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)"


def database_now(later: timedelta = timedelta(0)) -> ColumnElement[datetime]:
    """The instant in SQL, or one that is so much later."""
    return type_coerce(_Now() + literal(later // MILLISECOND, BigInteger()), Instant())


async def database_clock(database: Database, clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """A clock that goes by the database's, so that whatever several processes note is in one order; made of ours."""
    ahead = await skew(database, clock)
    return lambda: clock() + ahead


async def skew(database: Database, clock: Callable[[], datetime]) -> timedelta:
    """How far the database's clock is ahead of ours, to about half the time that a question takes."""
    async with database.reading() as connection:
        await connection.execute(select(literal(1)))  # so that connecting is not part of what is timed
        before = clock()
        theirs = (await connection.execute(select(database_now()))).scalar_one()
        after = clock()
    return theirs - (before + (after - before) / 2)
