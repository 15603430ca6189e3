"""`make migration MESSAGE="Rollups by the hour"`: a new script, out of what tables.py says beyond the scripts there are."""

import asyncio
import sys

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from aggregator.store.database import open_database
from aggregator.store.migrating import alembic_config, migrate


async def main(message: str) -> None:
    async with open_database("sqlite:///:memory:") as database:
        await migrate(database)
        async with database.migrating() as connection:
            await connection.run_sync(_write, message)


def _write(connection: Connection, message: str) -> None:
    config = alembic_config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or sys.exit("say what it is for: make migration MESSAGE=...")))
