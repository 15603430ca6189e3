"""What is kept of outages, as it can be read and compared."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, select

from aggregator.events import rows
from aggregator.events.values import Alert
from aggregator.rules import incident_rows
from aggregator.store.alert_tables import alert, event, incident, probe
from aggregator.store.database import Database
from tests.rules.fleets import MINUTE, NOON
from tests.rules.going_on import called, happened, minutes

TABLES: tuple[Table, ...] = (alert, event, incident, probe)


async def everything(database: Database) -> Mapping[str, list[tuple[Any, ...]]]:
    """Every row of every table, without the numbers of events: PostgreSQL leaves some out when somebody is killed."""
    async with database.reading() as connection:
        return {
            table.name: sorted(map(tuple, (await connection.execute(select(*_told(table)))).all()), key=repr)
            for table in TABLES
        }


def _told(table: Table) -> list[Any]:
    return [column for column in table.c if column.name != "id"]


async def told(database: Database) -> list[str]:
    """What happened, in order: `2 firing HubDown lisbon/a`, with the minute."""
    async with database.reading() as connection:
        found = await rows.events(connection, NOON, NOON + 10_000 * MINUTE)
    return [f"{(each.at - NOON) // MINUTE} {happened(each)}" for each in found]


async def alerts(database: Database) -> dict[str, Alert]:
    """The alerts that are not resolved."""
    async with database.reading() as connection:
        return {called(each): each for each in await rows.alerts(connection)}


async def incidents(database: Database) -> list[tuple[str, int, int | None, str]]:
    async with database.reading() as connection:
        return minutes(await incident_rows.between(connection, NOON, NOON + 10_000 * MINUTE))
