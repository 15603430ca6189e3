"""The clusters of the bench: their names, their hubs, and the day that is asked about."""

from dataclasses import dataclass

INTERVAL = 60_000  # milliseconds between scrapes
# A multiple of 54 h, so that the whole day becomes one block.
BEGIN = 1_767_484_800_000  # 2026-01-04 00:00 UTC
HISTORY = 2 * 3_600_000
START = BEGIN + HISTORY
END = START + 24 * 3_600_000
STEP = 300_000
SAMPLES = (END - BEGIN) // INTERVAL + 1

_NAMES = (
    "lisbon oslo perth quito nairobi kyoto pune toronto sydney tallinn accra bogota kathmandu dublin denver hanoi "
    "cairo auckland lima berlin"
).split()
_EVERYWHERE = ("prod", "staging", "workshop")
_SOMEWHERE = (
    "climate biology ocean statistics geo physics history law music chemistry robotics economics forestry medicine "
    "astronomy linguistics hydrology genomics"
).split()
_HUBS = 10
MOST = len(_NAMES)


@dataclass(frozen=True, slots=True)
class Place:
    """One cluster."""

    number: int
    name: str
    namespaces: tuple[str, ...]


def places(count: int) -> tuple[Place, ...]:
    """The first so many; each shares some names of hubs with all others, and some with a few."""
    return tuple(Place(number, _NAMES[number], _namespaces(number)) for number in range(count))


def _namespaces(number: int) -> tuple[str, ...]:
    own = [_SOMEWHERE[(7 * number + i) % len(_SOMEWHERE)] for i in range(_HUBS - len(_EVERYWHERE))]
    return (*_EVERYWHERE, *own)
