"""Whoever is killed while sending leaves nothing unsaid, and nothing twice outside of one window."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.killing import accepting, after_kill, is_in_window
from tests.rollups.killing import Point

POINTS = [Point(when, what, 2) for what in ("lease", "post", "mark") for when in ("before", "after")]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("provider") / "heard"


@pytest.fixture(scope="module")
def provider(heard: Path) -> Iterator[str]:
    with accepting(heard) as url:
        yield url


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_kill_anywhere_loses_nothing_and_repeats_only_in_the_window(
    database_url: str, provider: str, heard: Path, point: Point
) -> None:
    found = after_kill(database_url, provider, heard, point)

    assert found.faults(point) == []
    # The window is real: one between the provider's answer and our commit always comes again.
    assert (len(found.copies) > 3) is is_in_window(point)
