"""How the clusters are doing, as far as is known: what was found when they were last looked at, and who answered when."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from aggregator.clusters.facts import ClusterFacts
from aggregator.clusters.values import Cluster
from aggregator.errors import FailureKind
from aggregator.federation.question import Fleet
from aggregator.promql.functions import Version
from aggregator.query.facts import facts_of
from aggregator.query.versions import version_of, versions_of

# Which version answers, and what it has, seldom changes, and is asked with queries that cost something.
WHOLE_LOOK = 300.0


class Standing:
    """What is known of each cluster. It is told of every reply, and looks for itself from time to time.

    `looked` is set once every cluster was asked for its version, and had its time to answer.
    """

    def __init__(self, clusters: Sequence[Cluster]) -> None:
        self._clusters = tuple(clusters)
        self._versions: dict[str, Version] = {}
        self._facts: dict[str, ClusterFacts] = {}
        self._answered: dict[str, datetime] = {}
        self.looked = asyncio.Event()

    def observe(self, cluster: str, kind: FailureKind | None) -> None:
        """Told by the fleet of each reply."""
        if kind is None:
            self._answered[cluster] = datetime.now(UTC)

    def facts(self) -> Mapping[str, ClusterFacts]:
        """What was found by the last look; nothing of a cluster that nobody looked at yet."""
        return self._facts

    def versions(self) -> Mapping[str, Version]:
        """The version of PromQL that each cluster speaks, of those where it is known."""
        return self._versions

    def answered(self) -> Mapping[str, datetime]:
        """When each cluster last answered anything."""
        return self._answered

    @property
    def is_known(self) -> bool:
        """Whether any cluster answered, or all were asked in vain."""
        return self.looked.is_set() or bool(self._answered)

    async def keep_looking(self, fleet: Fleet, pause: float) -> None:
        """Look, and look again, until cancelled. Who did not answer is asked after each pause, all now and then."""
        self._versions |= await versions_of(fleet, self._clusters)
        self.looked.set()
        last_whole = -WHOLE_LOOK
        while True:
            now = time.monotonic()
            whole = now - last_whole >= WHOLE_LOOK
            last_whole = now if whole else last_whole
            await self._look(fleet, self._clusters if whole else self._silent())
            await asyncio.sleep(pause)

    def _silent(self) -> tuple[Cluster, ...]:
        return tuple(each for each in self._clusters if self._facts[each.name].failed is not None)

    async def _look(self, fleet: Fleet, clusters: Sequence[Cluster]) -> None:
        for facts in await facts_of(fleet, clusters, time.time):
            self._facts[facts.name] = facts
            version = version_of(facts.software, facts.version)
            if version is not None:
                self._versions[facts.name] = version
