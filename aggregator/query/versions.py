"""Which version of PromQL each cluster speaks: what decides where ranges begin and which functions there are."""

import asyncio
import re
import time
from collections.abc import Sequence

import msgspec

from aggregator.clusters.facts import software_of
from aggregator.clusters.values import Cluster
from aggregator.federation.question import UNREADABLE, Answered, Fleet, NotPrometheus, Question
from aggregator.promql.functions import Version

# One that takes longer to say its version will be asked again.
PATIENCE = 5.0


class _Build(msgspec.Struct):
    version: str = ""
    application: str = ""


class _Envelope(msgspec.Struct):
    data: _Build


async def versions_of(fleet: Fleet, clusters: Sequence[Cluster]) -> dict[str, Version]:
    """The versions of the clusters that tell theirs."""
    told = await asyncio.gather(*(version_told(fleet, each) for each in clusters))
    return {each.name: version for each, version in zip(clusters, told, strict=True) if version is not None}


async def version_told(fleet: Fleet, cluster: Cluster) -> Version | None:
    """The version that one cluster tells, where it is one of Prometheus and comes in time."""
    question = Question(cluster.name, "status/buildinfo", (), _read, "GET")
    (reply,) = await fleet.ask([question], time.monotonic() + PATIENCE)
    return reply.value if isinstance(reply, Answered) else None


def version_of(software: str, version: str | None) -> Version | None:
    """The version, where it is one of Prometheus: others count theirs by themselves."""
    found = re.match(r"v?(\d{1,4})\.(\d{1,4})", version or "", re.ASCII)
    return (int(found[1]), int(found[2])) if found and software == "Prometheus" else None


def _read(body: bytes) -> Version | None:
    try:
        told = msgspec.json.decode(body, type=_Envelope).data
    except UNREADABLE as fault:
        raise NotPrometheus(str(fault)) from None
    return version_of(software_of(told.application, told.version), told.version)
