"""Every hub looked at from every side at the same moment: its API, its pages, its cluster's Prometheus."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from aggregator.access.evidence import (
    Effect,
    Known,
    Measured,
    NotAsked,
    Outside,
    Sighting,
    Told,
    Unseen,
    Where,
)
from aggregator.access.hub_told import told_by_hub
from aggregator.access.hubs import Placed
from aggregator.access.measuring import measured_by_all
from aggregator.access.outside import is_open, seen_from_outside
from aggregator.access.policy import Window, policy_of
from aggregator.access.remembering import known_now
from aggregator.clusters.values import Cluster, Config, Hub
from aggregator.federation.question import Fleet
from aggregator.rollups.hub_api import Api

AT_ONCE = 20
"""Hubs that are asked at the same moment."""


@dataclass(frozen=True, slots=True)
class Hubs:
    """The hubs of a configuration and how they are asked; `hash_of` gives what stands for a name."""

    config: Config
    fleet: Fleet
    http: httpx.AsyncClient = field(repr=False)
    hash_of: Callable[[str], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is kept about hubs at a moment: what was seen before, windows, and what rules say of them and of their clusters.

    `measured` are those of which a Prometheus ever told something.
    """

    at: datetime
    known: Mapping[Where, Known]
    windows: Mapping[Where, tuple[Window, ...]]
    effects: Mapping[Where, tuple[Effect, ...]]
    measured: frozenset[Where]


@dataclass(frozen=True, slots=True)
class _Sides:
    told: Told | Unseen | NotAsked
    outside: Outside | Unseen | NotAsked
    hashed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of a cluster when its hubs are put together."""

    cluster: Cluster
    measured: Mapping[str, Measured] | Unseen
    is_open: bool | Unseen | NotAsked


async def looked_at(hubs: Hubs, remembered: Remembered) -> tuple[Sighting, ...]:
    """Each hub as it is seen now."""
    clusters = [cluster for cluster in hubs.config.clusters if cluster.hubs]
    turns = asyncio.Semaphore(AT_ONCE)

    async def sides(hub: Hub) -> _Sides:
        async with turns:
            return await _sides(hubs, hub)

    measured, opened, asked = await asyncio.gather(
        measured_by_all(hubs.fleet, [cluster.name for cluster in clusters], remembered.at),
        _open_to_all(hubs.http, clusters),
        asyncio.gather(*(sides(hub) for cluster in clusters for hub in cluster.hubs)),
    )
    around = [_Around(cluster, measured[cluster.name], opened[cluster.name]) for cluster in clusters]
    named = [(each, hub) for each in around for hub in each.cluster.hubs]
    return tuple(_sighting(each, hub, side, remembered) for (each, hub), side in zip(named, asked, strict=True))


def _sighting(around: _Around, hub: Hub, side: _Sides, remembered: Remembered) -> Sighting:
    place = Placed(around.cluster.name, hub)
    return Sighting(
        where=place.where,
        hub=hub.name,
        title=hub.title,
        called=place.called,
        zone=hub.timezone,
        at=remembered.at,
        policy=policy_of(hub, remembered.windows.get(place.where, ())),
        told=side.told,
        outside=side.outside,
        measured=_measured(around.measured, place.where, remembered),
        cluster_open=around.is_open,
        effects=(*remembered.effects.get(place.where, ()), *remembered.effects.get((place.cluster, ""), ())),
        known=known_now(remembered.known.get(place.where), side.told, side.hashed, remembered.at),
        hashed=side.hashed,
    )


def _measured(told: Mapping[str, Measured] | Unseen, where: Where, remembered: Remembered) -> Measured | Unseen:
    """What is told of a hub. One of which nothing was ever told has no such side; one that fell silent was not seen."""
    if isinstance(told, Unseen):
        return told
    return told.get(where[1], NO_METRICS if where in remembered.measured else Measured())


NO_METRICS = Unseen("the cluster's Prometheus has no metrics of this hub")


async def _sides(hubs: Hubs, hub: Hub) -> _Sides:
    if hub.url is None:
        return _Sides(NotAsked("it has no url"), NotAsked("it has no url"))
    outside = seen_from_outside(hubs.http, hub.url)
    if hub.api_token is None:
        return _Sides(NotAsked("it has no api_token"), await outside)
    told, seen = await asyncio.gather(told_by_hub(hubs.http, Api(hub.url, hub.api_token)), outside)
    admins = [each.name for each in told.accounts if each.admin] if isinstance(told, Told) else []
    return _Sides(told, seen, {name: hubs.hash_of(name).hex() for name in admins})


async def _open_to_all(http: httpx.AsyncClient, clusters: Sequence[Cluster]) -> Mapping[str, bool | Unseen | NotAsked]:
    found = await asyncio.gather(*(is_open(http, cluster.prometheus) for cluster in clusters))
    return {cluster.name: one for cluster, one in zip(clusters, found, strict=True)}
