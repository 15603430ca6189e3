"""What the clusters' Prometheus servers scrape, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from aggregator.federation.question import Fleet, Form, Question
from aggregator.query.collecting import Terms, collected
from aggregator.query.wire import Fields, labelled, reader


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets, and the number of dropped ones by cluster and scrape pool."""

    active: tuple[Fields, ...]
    dropped: tuple[Fields, ...]
    dropped_counts: dict[str, int]
    warnings: tuple[str, ...]


class _Targets(msgspec.Struct):
    active: list[Fields] = msgspec.field(name="activeTargets", default_factory=list)
    dropped: list[Fields] = msgspec.field(name="droppedTargets", default_factory=list)
    counts: dict[str, int] | None = msgspec.field(name="droppedTargetCounts", default=None)


async def targets(fleet: Fleet, clusters: Sequence[str], form: Form, terms: Terms) -> Targets:
    """Targets with `cluster` among their labels; a dropped one has only those it was discovered with."""
    questions = [Question(cluster, "targets", form, partial(_read, cluster), "GET") for cluster in clusters]
    found = await collected(fleet, questions, terms)
    parts = [part for _, part in found.answers]
    return Targets(
        tuple(target for part in parts for target in part.active),
        tuple(target for part in parts for target in part.dropped),
        {f"{cluster}/{pool}": count for cluster, part in found.answers for pool, count in (part.counts or {}).items()},
        found.warnings,
    )


_targets_in = reader(_Targets)


def _read(cluster: str, body: bytes) -> _Targets:
    told = _targets_in(body)
    active = [labelled(target, cluster) for target in told.active]
    dropped = [labelled(target, cluster, "discoveredLabels") for target in told.dropped]
    return _Targets(active, dropped, told.counts)
