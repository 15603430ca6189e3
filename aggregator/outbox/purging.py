"""Messages that nobody needs any more, removed a few at a time."""

from datetime import datetime

from aggregator.outbox import rows
from aggregator.store.database import Database

# So few that nobody waits long for the transaction that removes them.
BATCH = 1000


async def purge_messages(database: Database, before: datetime, batch: int = BATCH) -> int:
    """How many messages were removed: those done with before an instant, each batch in a transaction of its own."""
    removed = 0
    while True:
        async with database.writing() as connection:
            count = await rows.purge(connection, before, batch)
        removed += count
        if count < batch:
            return removed
