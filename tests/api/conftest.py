"""Four real clusters, their union, and a Crosshub over the clusters: started once for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.fleet.start import Fleet, started_crosshub, started_fleet


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    with started_fleet() as fleet:
        yield fleet


@pytest.fixture(scope="session")
def crosshub(fleet: Fleet) -> Iterator[str]:
    """Where Crosshub answers for the clusters."""
    with started_crosshub(fleet.config) as url:
        yield url


@pytest.fixture(scope="session")
def union(fleet: Fleet) -> str:
    """Where one Prometheus that holds everything answers."""
    return fleet.union.url
