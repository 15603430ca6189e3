"""Rollups told in pieces, in any order and more than once; also for the long counts of `make proof`."""

from collections.abc import Sequence
from datetime import timedelta

from aggregator.rollups.chunks import Window
from aggregator.rollups.due import every
from aggregator.store.database import Database, open_database
from aggregator.store.instants import milliseconds
from aggregator.store.schema import metadata
from tests.fakes.telling import Truth
from tests.rollups.computing import HOUR, NOW, computing, later, with_only
from tests.rollups.tables import Rows, numbers, tables

Piece = tuple[int, int, str]
"""From how many hours before now, how many hours, and of which cluster."""

# Each holds a whole day in one zone or the other, and they overlap; together they reach into the last week and month.
PIECES: tuple[Piece, ...] = tuple(
    (back, long, cluster) for back, long in ((86, 36), (60, 36), (38, 36)) for cluster in ("lisbon", "oslo")
)


async def told_in(pieces: Sequence[Piece], url: str) -> Rows:
    """What is kept in the database at a URL, which was empty, after these pieces, one after the other."""
    async with open_database(url) as database, computing(database, Truth("lisbon"), Truth("oslo")) as rollups:
        await emptied(database)
        for number, (back, long, cluster) in enumerate(pieces):
            at_that_time = later(rollups, NOW + timedelta(seconds=number))
            await with_only(at_that_time, cluster).compute(_window(back, long))
        return numbers(await tables(database))


def _window(back: int, long: int) -> Window:
    start = NOW - back * HOUR
    return Window(milliseconds(start), milliseconds(start + long * HOUR), every)


async def emptied(database: Database) -> None:
    """Takes every row away."""
    async with database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
