"""The fleet and a Crosshub in front of its clusters, and the seed of the generated expressions.

Each process of pytest-xdist starts a fleet of its own, in half a second, out of the same kept blocks.
"""

from collections.abc import Iterator
from secrets import randbelow

import pytest

from tests.fleet.start import Fleet, started_crosshub, started_fleet

USUAL_SEED = 2


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    with started_fleet() as started:
        yield started


@pytest.fixture(scope="session")
def union(fleet: Fleet) -> str:
    """Where one Prometheus that holds everything answers."""
    return fleet.union.url


@pytest.fixture(scope="session")
def crosshub(fleet: Fleet) -> Iterator[str]:
    """Where Crosshub answers for the clusters."""
    with started_crosshub(fleet.config) as url:
        yield url


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """The usual one, or the one of `--free-seed`, or any."""
    free: int | None = request.config.getoption("--free-seed")
    return USUAL_SEED if free is None else free or 1 + randbelow(1_000_000_000)
