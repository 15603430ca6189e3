"""Watchdogs among the alerts that others tell of, as rows."""

import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rules.evidence import Watchdog
from aggregator.store.alert_tables import heard_alert

NAME = "Watchdog"
"""How kube-prometheus calls the alert that always fires."""


async def watchdogs(connection: AsyncConnection) -> tuple[Watchdog, ...]:
    """Every one that was ever heard, by whom, and when it was heard last."""
    columns = heard_alert.c.origin, heard_alert.c.labels, heard_alert.c.heard_at, heard_alert.c.state
    found = await connection.execute(select(*columns).order_by(heard_alert.c.origin, heard_alert.c.fingerprint))
    heard = [(json.loads(row.labels), row) for row in found]
    return tuple(
        Watchdog(row.origin, tuple(sorted(labels.items())), row.heard_at, row.state == "firing")
        for labels, row in heard
        if labels.get("alertname") == NAME
    )
