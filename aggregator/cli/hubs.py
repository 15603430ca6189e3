"""The hubs that a command is about, as people name them: `lisbon/prod`."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from aggregator.access.hubs import Placed, placed
from aggregator.clusters.faults import did_you_mean
from aggregator.clusters.values import Config
from aggregator.errors import CrosshubError


class Named(Protocol):
    """What a hub is told by: its cluster, and its name or its namespace."""

    @property
    def key(self) -> str: ...
    @property
    def cluster(self) -> str: ...
    @property
    def name(self) -> str: ...


Hub = TypeVar("Hub", bound=Named)


class NoSuchHub(CrosshubError):
    """There is no hub of that name."""


def name_of(hub: Named) -> str:
    """As people name it."""
    return f"{hub.cluster}/{hub.name}"


def chosen_hubs(hubs: Iterable[Hub], wanted: Sequence[str], otherwise: str = "there is no hub") -> tuple[Hub, ...]:
    """Those that are named `cluster/name` or `cluster/namespace`, all where none is; raises NoSuchHub, in these words."""
    there = tuple(hubs)
    for each in wanted:
        if not any(each in (name_of(hub), hub.key) for hub in there):
            names = [name_of(hub) for hub in there]
            raise NoSuchHub(f'{otherwise} "{each}"{did_you_mean(each, names, everything="there are ")}')
    return tuple(hub for hub in there if not wanted or name_of(hub) in wanted or hub.key in wanted)


def hub_named(config: Config, name: str) -> Placed:
    """The hub of that name; raises NoSuchHub."""
    return chosen_hubs(placed(config), [name])[0]
