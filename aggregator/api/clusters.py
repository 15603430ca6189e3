"""`/api/crosshub/clusters`: what there is to ask, and how it is doing."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from aggregator.api.desk import Answering, Desk
from aggregator.clusters.facts import ClusterFacts
from aggregator.clusters.values import Cluster


class ClusterState(BaseModel):
    """One cluster, as far as it is known."""

    name: str = Field(description="The value of the label `cluster`.")
    community: str | None
    last_answered: datetime | None = Field(description="When it last answered anything; null: not since the start.")
    breaker: str = Field(description="`closed`: it is asked; `open`: left alone; `half_open`: tried again.")
    software: str | None = Field(description="What answers there: Prometheus, Thanos, Mimir, ...")
    version: str | None
    failed: str | None = Field(description="Why it did not answer when it was last looked at.")
    hubs: list[str] = Field(description="Namespaces that have metrics of a JupyterHub.")
    lacks: list[str] = Field(description="What it has no metrics of.")
    carries_label: bool = Field(description="Whether some of its series carry a label `cluster` of their own.")
    clock_ahead_seconds: float


def cluster_routes(desk: Desk) -> APIRouter:
    """Crosshub's own API."""
    router = APIRouter(prefix="/api/crosshub", tags=["crosshub"])

    @router.get("/clusters")
    async def clusters() -> list[ClusterState]:
        """Every cluster of the configuration, in its order."""
        return [_state(cluster, desk.now) for cluster in desk.now.config.clusters]

    return router


def _state(cluster: Cluster, here: Answering) -> ClusterState:
    facts = here.known.facts().get(cluster.name, ClusterFacts(cluster.name, software=""))
    return ClusterState(
        name=cluster.name,
        community=cluster.community,
        last_answered=here.known.answered().get(cluster.name),
        breaker=here.fleet.breakers()[cluster.name],
        software=facts.software or None,
        version=facts.version,
        failed=facts.failed,
        hubs=list(facts.hubs),
        lacks=list(facts.lacks),
        carries_label=facts.carries_label,
        clock_ahead_seconds=facts.skew_seconds,
    )
