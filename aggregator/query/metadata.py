"""Type, help and unit of metrics, as the clusters' targets tell them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from aggregator.federation.question import Fleet, Form, Question
from aggregator.query.collecting import Terms, collected
from aggregator.query.wire import reader


class Metadatum(msgspec.Struct, frozen=True):
    """What one kind of target says of a metric."""

    type: str
    help: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """By the name of the metric; several where targets differ."""

    metrics: dict[str, tuple[Metadatum, ...]]
    warnings: tuple[str, ...]


_metrics_in = reader(dict[str, list[Metadatum]])


async def metadata(
    fleet: Fleet, clusters: Sequence[str], form: Form, terms: Terms, kept: Mapping[str, Metadatum]
) -> Metadata:
    """What all clusters say, said once; and what is `kept` elsewhere."""
    wanted = dict(form).get("metric")
    asked = () if wanted in kept else clusters
    questions = [Question(cluster, "metadata", form, _metrics_in, "GET") for cluster in asked]
    found = await collected(fleet, questions, terms)
    merged: dict[str, dict[Metadatum, None]] = {}
    for _, metrics in found.answers:
        for name, told in metrics.items():
            merged.setdefault(name, {}).update(dict.fromkeys(told))
    for name, about in kept.items():
        if wanted in (None, name):
            merged.setdefault(name, {})[about] = None
    return Metadata({name: tuple(merged[name]) for name in sorted(merged)}, found.warnings)
