"""How the clusters are doing, as far as is known: what was found when they were last looked at, and who answered when."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aggregator.clusters.facts import ClusterFacts
from aggregator.clusters.values import Cluster
from aggregator.errors import FailureKind
from aggregator.federation.question import Fleet
from aggregator.promql.functions import Version
from aggregator.query.facts import glance, looked_further
from aggregator.query.versions import version_of, version_told

log = logging.getLogger(__name__)

# What a cluster has seldom changes, and is asked with queries that cost something.
WHOLE_LOOK = 300.0


class Standing:
    """What is known of each cluster. It is told of every reply, and looks for itself from time to time.

    `looked` is set once every cluster was asked for its version, and told it or had its time to do so.
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
        """Whether the first look is over: before that, what ranges hold could change from one answer to the next."""
        return self.looked.is_set()

    async def keep_looking(self, fleet: Fleet, pause: float) -> None:
        """Look, and look again after each pause, until cancelled: a glance at all, and a whole look now and then."""
        await asyncio.gather(*(self._learn_version(fleet, each) for each in self._clusters))
        self.looked.set()
        last_whole = -WHOLE_LOOK
        while True:
            now = time.monotonic()
            whole = now - last_whole >= WHOLE_LOOK
            last_whole = now if whole else last_whole
            await asyncio.gather(*(self._look_at(fleet, each, whole=whole) for each in self._clusters))
            await asyncio.sleep(pause)

    async def _learn_version(self, fleet: Fleet, cluster: Cluster) -> None:
        try:
            version = await version_told(fleet, cluster)
        except Exception:
            log.exception('cluster "%s" could not be asked for its version', cluster.name)
            return
        if version is not None:
            self._versions[cluster.name] = version

    async def _look_at(self, fleet: Fleet, cluster: Cluster, *, whole: bool) -> None:
        try:
            facts = await self._seen(fleet, cluster, whole=whole)
        except Exception:
            # Whatever it was, the others are looked at, and this one again.
            log.exception('cluster "%s" could not be looked at', cluster.name)
            return
        self._facts[cluster.name] = facts
        version = version_of(facts.software, facts.version)
        if version is not None:
            self._versions[cluster.name] = version

    async def _seen(self, fleet: Fleet, cluster: Cluster, *, whole: bool) -> ClusterFacts:
        seen = await glance(fleet, cluster, time.time)
        before = self._facts.get(cluster.name)
        if whole or before is None or before.failed is not None:
            return await looked_further(fleet, cluster, seen, time.time)
        if seen.failed is not None:
            return seen
        return replace(
            before,
            software=seen.software,
            version=seen.version,
            seconds=seen.seconds,
            skew_seconds=seen.skew_seconds,
        )
