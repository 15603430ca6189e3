"""Findings, as rows."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.access.findings import Acceptance, Finding, FindingKey
from aggregator.store.access_tables import access_finding
from aggregator.store.upsert import upsert

KEY = ("cluster", "namespace", "kind")
ACCEPTANCE = ("accepted_by", "accepted_until", "accepted_why")


async def findings(connection: AsyncConnection) -> Mapping[FindingKey, Finding]:
    """Every finding that is kept, also those that are closed."""
    query = select(access_finding).order_by(*(access_finding.c[name] for name in KEY))
    return {found.key: found for found in map(_finding, await connection.execute(query))}


async def keep(connection: AsyncConnection, changed: Iterable[Finding]) -> None:
    """Keeps findings as they stand now. Who accepted them is left alone: that is decided elsewhere."""
    rows = [_row(each) for each in changed]
    if rows:
        await upsert(connection, access_finding, rows, key=KEY)


async def accept(connection: AsyncConnection, key: FindingKey, given: Acceptance | None) -> bool:
    """Whether there is such a finding; then somebody lives with it, or nobody does any more."""
    values = (given.by, given.until, given.why) if given else (None, None, None)
    c = access_finding.c
    changed = (
        update(access_finding)
        .where(*(c[name] == value for name, value in zip(KEY, key, strict=True)))
        .values(dict(zip(ACCEPTANCE, values, strict=True)))
    )
    return bool((await connection.execute(changed)).rowcount)


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many were removed, at most so many: findings that were closed before an instant."""
    c = access_finding.c
    key = tuple_(*(c[name] for name in KEY))
    old = select(*(c[name] for name in KEY)).where(c.closed_at < before).limit(most)
    return (await connection.execute(delete(access_finding).where(key.in_(old)))).rowcount


def _row(kept: Finding) -> dict[str, Any]:
    return {
        "cluster": kept.where[0],
        "namespace": kept.where[1],
        "kind": kept.kind,
        "severity": kept.severity,
        "head": kept.head,
        "evidence": json.dumps(kept.evidence),
        "first_seen": kept.first_seen,
        "last_seen": kept.last_seen,
        "looks": kept.looks,
        "unseen": kept.unseen,
        "closed_at": kept.closed_at,
    }


def _finding(row: Row[Any]) -> Finding:
    accepted = Acceptance(row.accepted_by, row.accepted_until, row.accepted_why) if row.accepted_by else None
    return Finding(
        (row.cluster, row.namespace),
        row.kind,
        row.severity,
        row.head,
        tuple(json.loads(row.evidence)),
        row.first_seen,
        row.last_seen,
        row.looks,
        row.unseen,
        row.closed_at,
        accepted,
    )
