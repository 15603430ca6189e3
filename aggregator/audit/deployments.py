"""One hub as its files deploy it."""

from dataclasses import dataclass, field

from aggregator.audit.trees import Map, Place

HUB = ("hub",)
CONFIG = ("hub", "config")


@dataclass(frozen=True, slots=True)
class Deployment:
    """What Helm is given for one hub.

    `layers` are the files, the lowest first; `prefix` is where the chart of JupyterHub finds its values, None where no
    chart says so; `provider` is what a tree of 2021 says beside the values (`auth0.connection`); `unseen` are files
    that could not be read, with the reason.
    """

    cluster: str
    hub: str
    layers: tuple[Map, ...]
    at: Place
    chart: str | None = None
    prefix: tuple[str, ...] | None = None
    provider: str | None = None
    unseen: tuple[tuple[Place, str], ...] = ()
    twice: tuple[tuple[Place, str], ...] = field(default=())
