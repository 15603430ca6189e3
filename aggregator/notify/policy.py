"""What the configuration says about whom alerts reach, made ready to decide by. Pure."""

from dataclasses import dataclass

from aggregator.clusters.alerting import Inhibit
from aggregator.clusters.values import Config
from aggregator.notify.inhibition import BUILT_IN
from aggregator.notify.routing import Routing, routing_of
from aggregator.notify.silences import Quiet, quiet_times


@dataclass(frozen=True, slots=True)
class Policy:
    """Routes, inhibition, and the times of silence that the configuration declares."""

    routing: Routing
    inhibit: tuple[Inhibit, ...]
    quiet: tuple[Quiet, ...]


def policy_of(config: Config) -> Policy:
    return Policy(routing_of(config), (*BUILT_IN, *config.inhibit), quiet_times(config))
