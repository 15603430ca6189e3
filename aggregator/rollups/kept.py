"""What is kept in a database, as the series that queries ask for."""

from dataclasses import dataclass

from aggregator.rollups.bucket_rows import keep_measures
from aggregator.rollups.source import RollupSource
from aggregator.store.database import Database


@dataclass(frozen=True, slots=True)
class Kept:
    """A database, and the rollups in it as series."""

    database: Database
    source: RollupSource


async def kept_in(database: Database) -> Kept:
    """What is in a database that has the tables of this Crosshub."""
    async with database.writing() as connection:
        measures = await keep_measures(connection)
    return Kept(database, RollupSource(database, measures))
