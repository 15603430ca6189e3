"""What the last looks at things came to, as rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rules.evidence import Sight
from aggregator.slots.rows import hold
from aggregator.store.alert_tables import probe
from aggregator.store.upsert import upsert

KEY = ("cluster", "namespace", "kind")

Key = tuple[str, str, str]
"""(cluster, namespace, kind)"""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was seen of one thing: `streak` is how many looks in a row came to the same, `since` when that began.

    Of what a cluster's Prometheus tells, `looked_at` is when it last told it.
    """

    cluster: str
    namespace: str
    kind: str
    sight: Sight
    detail: str
    streak: int
    since: datetime
    looked_at: datetime
    expires_at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.cluster, self.namespace, self.kind


async def probes(connection: AsyncConnection) -> dict[Key, Probe]:
    """All of them."""
    found = await connection.execute(select(probe))
    rows = [
        Probe(
            row.cluster, row.namespace, row.kind, Sight(row.state), row.detail, row.streak, row.since, row.looked_at,
            row.expires_at,
        )
        for row in found
    ]  # fmt: skip
    return {each.key: each for each in rows}


async def turn(connection: AsyncConnection, name: str, at: datetime) -> bool:
    """Whether nobody has looked at that moment or later, by this schedule; until the transaction ends nobody else will.

    Two replicas may hold two slots of it. The one with the older look must not write over the other's work.
    """
    await hold(connection, name)
    latest = (await connection.execute(select(func.max(probe.c.looked_at)))).scalar()
    return latest is None or latest < at


async def keep(connection: AsyncConnection, seen: Iterable[Probe]) -> None:
    """Keeps what was seen, each in the place of what was seen before."""
    rows = [
        {
            "cluster": each.cluster,
            "namespace": each.namespace,
            "kind": each.kind,
            "state": each.sight,
            "detail": each.detail,
            "streak": each.streak,
            "since": each.since,
            "looked_at": each.looked_at,
            "expires_at": each.expires_at,
        }
        for each in seen
    ]
    await upsert(connection, probe, rows, key=KEY)


async def forget(connection: AsyncConnection, keys: Iterable[Key]) -> None:
    """Removes what was seen of things that are no more."""
    which = list(keys)
    if which:
        await connection.execute(delete(probe).where(tuple_(*(probe.c[name] for name in KEY)).in_(which)))
