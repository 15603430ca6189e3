"""The values the fleet is made of."""

from dataclasses import dataclass

from aggregator.series import Bools, Floats, Ints, Labels


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One series: its labels (name included), its samples at `times` (milliseconds)."""

    labels: Labels
    times: Ints
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Labels and values before they have times; `there` says which of the samples exist."""

    labels: dict[str, str]
    values: Floats
    there: Bools


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster of the fleet: what differs from one to the next."""

    name: str
    shift: int  # of its scrapes against the full minute, in milliseconds
    namespaces: tuple[str, ...]
    people: tuple[str, ...]
    buckets: tuple[str, ...]
    nodes: tuple[str, ...]
