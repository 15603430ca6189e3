"""What has to be written so that buckets hold what was found, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

Spot = tuple[int, int]
"""(number of the measure, number of the bucket)"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A number as it stands, how often it was changed by computing it again, and where its bucket ends."""

    value: float
    revision: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What to put there, and what to take away."""

    put: Mapping[Spot, Kept]
    taken: frozenset[Spot]


def changes(before: Mapping[Spot, Kept], found: Mapping[Spot, float]) -> Changes:
    """Of some measures in some buckets, from what stands there to what was found."""
    put = {
        spot: Kept(value, before[spot].revision + 1 if spot in before else 0)
        for spot, value in found.items()
        if spot not in before or before[spot].value != value
    }
    return Changes(put, frozenset(before.keys() - found.keys()))
