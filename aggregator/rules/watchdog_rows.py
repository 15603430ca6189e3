"""Watchdogs among the alerts that others tell of, as rows."""

import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rules.evidence import Watchdog
from aggregator.store.alert_tables import heard_alert

NAME = "Watchdog"
"""How kube-prometheus calls the alert that always fires."""


async def watchdogs(connection: AsyncConnection) -> tuple[Watchdog, ...]:
    """Every one that was heard and is not forgotten, by whom, and when it was heard last."""
    query = select(heard_alert).where(heard_alert.c.alertname == NAME)
    found = await connection.execute(query.order_by(heard_alert.c.origin, heard_alert.c.fingerprint))
    return tuple(
        Watchdog(row.origin, tuple(sorted(json.loads(row.labels).items())), row.heard_at, row.state == "firing")
        for row in found
    )
