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


async def alerts_and_mutes(
    around: Around, connection: AsyncConnection, since: datetime
) -> tuple[tuple[Alert, ...], MutedBy]:
    """The alerts that are open or were resolved since an instant, and what says by what each is muted."""
    now, policy = around.now(), policy_of(around.config())
    kept = await rows.alerts(connection, resolved_since=since)
    quiet = [*policy.quiet, *map(quiet_of, await silences(connection, now))]
    kept = as_seen(kept, around.groups(), around.config(), now)
    return kept, muted_by(policy.inhibit, quiet, kept, now)
