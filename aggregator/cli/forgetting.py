"""`crosshub rollup forget`: a person's hashes taken away."""

import asyncio

from aggregator.app import keeping
from aggregator.clusters.values import Config
from aggregator.rollups.people_key import people_key
from aggregator.rollups.people_rows import forget_person, keep_mark


def days_forgotten(config: Config, user: str) -> int:
    """On how many days of hubs they were known; raises BadConfig where the key is not that of the hashes."""
    key = people_key(config.people_key_file)

    async def forgotten() -> int:
        async with keeping(config.database) as kept, kept.database.writing() as connection:
            await keep_mark(connection, key)
            return await forget_person(connection, key.hash_of(user))

    return asyncio.run(forgotten())
