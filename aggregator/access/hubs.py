"""The hubs that are looked at, as the configuration names them. Pure."""

from dataclasses import dataclass

from aggregator.access.evidence import Where
from aggregator.clusters.values import Config, Hub


@dataclass(frozen=True, slots=True)
class Placed:
    """A hub of the configuration, and where it is."""

    cluster: str
    hub: Hub

    @property
    def where(self) -> Where:
        return self.cluster, self.hub.namespace

    @property
    def name(self) -> str:
        return self.hub.name

    @property
    def key(self) -> str:
        return "/".join(self.where)

    @property
    def called(self) -> str:
        """As people say where it is: `University of Lisbon (lisbon/prod)`."""
        path = f"{self.cluster}/{self.hub.name}"
        return path if self.hub.title in {"", self.hub.name} else f"{self.hub.title} ({path})"


def placed(config: Config) -> tuple[Placed, ...]:
    """Every hub, in the order of the configuration."""
    return tuple(Placed(cluster.name, hub) for cluster in config.clusters for hub in cluster.hubs)
