"""What came of a computation of rollups, while it runs and afterwards: what was kept, and what was not told."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aggregator.errors import ClusterFailed, printable
from aggregator.rollups.books import Books
from aggregator.rollups.hub_api import HubFailed
from aggregator.rollups.subjects import Subject

log = logging.getLogger(__name__)

Show = Callable[[int, int], None]
"""Told how many chunks are done, and how many there are."""


@dataclass(slots=True)
class Outcome:
    """What came of it: how many chunks were kept, which clusters failed, what a cluster would not compute, and which hubs
    did not tell who was there, by cluster and namespace.
    """

    kept: int = 0
    failed: dict[str, ClusterFailed] = field(default_factory=dict)
    refused: dict[str, Mapping[str, str]] = field(default_factory=dict)
    not_seen: dict[str, HubFailed] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """What one computation has come to so far."""

    books: Books
    outcome: Outcome
    total: int
    show: Show | None

    def count(self) -> None:
        self.outcome.kept += 1
        if self.show is not None:
            self.show(self.outcome.kept, self.total)

    def fail(self, failed: ClusterFailed) -> None:
        self.outcome.failed[failed.cluster] = failed
        log.warning("rollups: %s; what is missing is computed once it answers", printable(str(failed)))

    def not_seen(self, hub: Subject, failed: HubFailed) -> None:
        self.outcome.not_seen[hub.key] = failed
        log.warning('rollups: hub "%s" does not tell who was there: %s', hub.key, printable(failed.reason))

    def note(self, cluster: str, refused: Mapping[str, str]) -> None:
        before = self.outcome.refused.get(cluster, {})
        for measure in refused.keys() - before.keys():
            log.warning('rollups: cluster "%s" does not compute %s: %s', cluster, measure, printable(refused[measure]))
        self.outcome.refused[cluster] = {**before, **refused}
