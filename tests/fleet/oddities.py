"""What no exporter means to say and some do: NaN, infinities, tiny and huge values, ties, metrics that few have."""

import math
from collections.abc import Iterator

from numpy.random import Generator

from tests.fleet.places import SAMPLES as N
from tests.fleet.shapes import always, constant, counter, every, gaps, life, odd, walk
from tests.fleet.values import Place, Shape

_NOT_NUMBERS = [math.nan, 1.0, 2.0, 3.0]
_INFINITE = [math.inf, -math.inf, 0.0, 5.0]
_EXTREME = [1e-7, 1e21, 123456789012345680.0, 5e-324, -1e300, 0.1]
_SIGNS = [-3.0, -0.0, 0.0, 3.0]


def odd_values(place: Place, rng: Generator) -> Iterator[Shape]:
    for kind, choices in (("nan", _NOT_NUMBERS), ("inf", _INFINITE), ("extreme", _EXTREME), ("sign", _SIGNS)):
        yield Shape({"kind": kind}, odd(rng, N, choices), gaps(rng, N, (35,)))


def temperatures(place: Place, rng: Generator) -> Iterator[Shape]:
    """Negative, and in tenths, which no binary fraction holds."""
    for room in ("a", "b", "c"):
        yield Shape({"room": room}, walk(rng, N, -20, 25, grain=0.1), life(rng, N) if room == "c" else always(N))


def shares(place: Place, rng: Generator) -> Iterator[Shape]:
    """The same for all and always: sums of it round, its deviation is nothing."""
    for namespace in place.namespaces:
        yield Shape({"namespace": namespace}, constant(N, 0.1), always(N))


def ties(place: Place, rng: Generator) -> Iterator[Shape]:
    """Few distinct values among many series."""
    for letter in "abcdefgh":
        yield Shape({"letter": letter}, walk(rng, N, 0, 2), gaps(rng, N, (30,)))


def many(place: Place, rng: Generator) -> Iterator[Shape]:
    for number in range(40 if place.name == "lisbon" else 12):
        labels = {"number": f"{number:02}", "parity": ("even", "odd")[number % 2]}
        yield Shape(labels, walk(rng, N, 0, 100, grain=0.25), life(rng, N))


def backups(place: Place, rng: Generator) -> Iterator[Shape]:
    """A metric of one cluster only, seldom scraped."""
    if place.name == "quito":
        for volume in ("home", "shared"):
            yield Shape({"volume": volume}, counter(rng, N, 1.0, resets=3), every(N, 16))


def fleet_version(place: Place, rng: Generator) -> Iterator[Shape]:
    """A metric with no label but its name; one cluster has it for a part of the time, one never."""
    if place.name != "perth":
        yield Shape({}, walk(rng, N, 1, 4), life(rng, N) if place.name == "oslo" else always(N))
