"""The database at a URL, with the tables that this Crosshub has, and what is kept in it."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.rollups.kept import Kept, kept_in
from aggregator.store.database import open_database
from aggregator.store.migrating import migrate

log = logging.getLogger(__name__)


@asynccontextmanager
async def keeping(url: str) -> AsyncIterator[Kept]:
    """What is kept there; the database is made, or brought to the newest revision, where it has to be."""
    async with open_database(url) as database:
        applied = await migrate(database)
        if applied:
            log.info("the database %s was brought to revision %s", database, applied[-1])
        yield await kept_in(database)
