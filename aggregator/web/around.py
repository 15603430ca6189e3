"""What pages are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Config
from aggregator.events import rows
from aggregator.events.values import Alert
from aggregator.notify.muting import MutedBy, muted_by
from aggregator.notify.policy import policy_of
from aggregator.notify.silence_rows import silences
from aggregator.notify.silences import quiet_of
from aggregator.rules.files import Groups
from aggregator.rules.own_rules import as_seen
from aggregator.store.database import Database


@dataclass(frozen=True, slots=True)
class Around:
    """Configuration and database as they are at the moment."""

    config: Callable[[], Config]
    database: Callable[[], Database]
    now: Callable[[], datetime]
    groups: Callable[[], Groups] = tuple


async def alerts_and_mutes(around: Around, connection: AsyncConnection) -> tuple[tuple[Alert, ...], MutedBy]:
    """The alerts that are pending or open, oldest first, and what says by what each is muted."""
    now, policy = around.now(), policy_of(around.config())
    kept = await rows.alerts(connection)
    quiet = [*policy.quiet, *map(quiet_of, await silences(connection, now))]
    kept = as_seen(kept, around.groups(), around.config(), now)
    return kept, muted_by(policy.inhibit, quiet, kept, now)
