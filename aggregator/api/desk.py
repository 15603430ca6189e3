"""Who answers requests at the moment. A new configuration brings new ones; a request is finished by whom it began with."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aggregator.clusters.facts import ClusterFacts
from aggregator.clusters.values import Config
from aggregator.federation.question import Fleet
from aggregator.own_series.numbers import Numbers
from aggregator.promql.functions import Version
from aggregator.query.engine import Engine
from aggregator.rules.own_rules import OwnRules
from aggregator.store.database import Database
from aggregator.telemetry import Telemetry


class HeldFleet(Fleet, Protocol):
    """Clusters that can be asked for as long as somebody holds them."""

    def held(self) -> AbstractContextManager[None]: ...

    def breakers(self) -> Mapping[str, str]: ...


class Known(Protocol):
    """What is known of the clusters without asking them."""

    def facts(self) -> Mapping[str, ClusterFacts]: ...

    def versions(self) -> Mapping[str, Version]: ...

    def answered(self) -> Mapping[str, datetime]: ...

    @property
    def is_known(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Answering:
    """Everything that answering takes, made from one configuration."""

    config: Config
    fleet: HeldFleet
    engine: Engine
    known: Known
    own: OwnRules | None = None

    @property
    def clusters(self) -> tuple[str, ...]:
        return tuple(cluster.name for cluster in self.config.clusters)


class Desk:
    """`now` is put there when the service starts, and replaced when a new configuration is taken over.

    `database` stays the one of the start, and so do Crosshub's own `numbers`.
    """

    now: Answering
    database: Database

    def __init__(self, telemetry: Telemetry) -> None:
        self.telemetry = telemetry
        self.numbers = Numbers()
