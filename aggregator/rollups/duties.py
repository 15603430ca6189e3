"""What has to be done about rollups again and again, each slot by one replica: computing, and removing what is old."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from aggregator.clusters.values import Every as Intervals
from aggregator.clusters.values import Retention
from aggregator.rollups.job import Rollups, recent
from aggregator.rollups.retention import purge
from aggregator.slots.claiming import run_due
from aggregator.slots.intervals import at_intervals, begun
from aggregator.slots.purging import purge_runs
from aggregator.slots.rows import Claim, Holder

log = logging.getLogger(__name__)

COMPUTE = "rollups"
PURGE = "retention"
DAY = 86400
RUNS = timedelta(days=30)
"""How long it is kept what was done about a slot."""


@dataclass(frozen=True, slots=True)
class Duties:
    """Everything that doing them takes; `tell` is told of each computation how many pieces were kept and which
    clusters failed.
    """

    rollups: Rollups
    retention: Retention
    every: Intervals
    holder: Holder
    tell: Callable[[int, Iterable[str]], None]

    async def do(self) -> None:
        """Does what is due and what nobody else does."""
        database, now = self.rollups.database, self.rollups.now()
        schedules = (at_intervals(COMPUTE, self.every.rollups), at_intervals(PURGE, DAY))
        await begun(database, schedules, now)
        await run_due(schedules, database, now, self._done, self.holder)

    async def _done(self, claim: Claim) -> None:
        if claim.schedule == COMPUTE:
            outcome = await self.rollups.compute(recent(self.rollups.now(), self.retention))
            self.tell(outcome.kept, outcome.failed)
            log.info("rollups: %d pieces kept, %d clusters failed", outcome.kept, len(outcome.failed))
        else:
            now = self.rollups.now()
            removed = await purge(self.rollups.database, self.retention, now)
            runs = await purge_runs(self.rollups.database, now - RUNS)
            log.info("retention: %s removed", removed | {"run": runs})
