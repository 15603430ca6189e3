"""Asking the clusters of a configuration, and what is kept of them, from the command line, without a service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.clusters.values import Config
from aggregator.federation.fanout import open_fleet
from aggregator.own_series.numbers import Numbers
from aggregator.own_series.source import OwnSeries
from aggregator.planning.plan import Plan
from aggregator.query.engine import Engine
from aggregator.query.request import Answer, Request
from aggregator.query.sources import Together
from aggregator.query.versions import versions_of
from aggregator.rollups.kept import Kept, kept_in
from aggregator.store.database import open_database
from aggregator.store.instants import utc_now
from aggregator.store.schema import metadata
from aggregator.store.urls import is_there

NOWHERE = "sqlite:///:memory:"


def answer_to(config: Config, request: Request) -> Answer:
    """What all clusters together answer."""

    async def asked() -> Answer:
        async with _engine(config) as engine:
            return await engine.answer(request)

    return asyncio.run(asked())


def plan_of(config: Config, request: Request) -> Plan:
    """How they would be asked."""

    async def planned() -> Plan:
        async with _engine(config) as engine:
            return await engine.planned(request)

    return asyncio.run(planned())


@asynccontextmanager
async def _engine(config: Config) -> AsyncIterator[Engine]:
    async with open_fleet(config.clusters) as fleet, _keeping(config.database) as kept:
        # What ranges hold, and which functions there are, depends on who is asked.
        versions = await versions_of(fleet, config.clusters)
        names = tuple(cluster.name for cluster in config.clusters)
        # What the service counts of itself is known to the service alone.
        own = OwnSeries(config, kept.database, Numbers(), frozenset(), utc_now)
        yield Engine(fleet, names, config.query, lambda: versions, Together((kept.source, own)))


@asynccontextmanager
async def _keeping(url: str) -> AsyncIterator[Kept]:
    """What is kept. Who asks makes no database, though one that is there is brought to the newest revision."""
    if is_there(url):
        # Alembic takes longer to import than most answers do.
        from aggregator.rollups.opened import keeping

        async with keeping(url) as kept:
            yield kept
        return
    async with open_database(NOWHERE) as database:
        async with database.migrating() as connection:
            await connection.run_sync(metadata.create_all, checkfirst=False)
        yield await kept_in(database)
