"""Whoever is killed while looking leaves nothing half: the look is taken over, and everything is told once."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.rollups.killing import Moment, Undisturbed, Watch
from tests.rules.killing import Kept, killed_once, served, watched

WHEN = ("before", "after")
TABLES = ("INTO run", "INTO probe", "INTO alert", "INTO event", "INTO incident")
POINTS = [
    *(Moment(when, "question", 0) for when in WHEN),
    *(Moment(when, "commit", share) for when in WHEN for share in (0, 1)),
    *(Moment("after", f"INSERT {what}", 0) for what in TABLES),
    *(Moment(when, "UPDATE run", 0) for when in WHEN),
]


@pytest.fixture(scope="module")
def worlds() -> Iterator[Mapping[int, str]]:
    with served() as urls:
        yield urls


@pytest.fixture(scope="module")
def undisturbed(
    worlds: Mapping[int, str], migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Kept, Undisturbed]:
    """What is kept where nobody is killed, and what was done for it."""
    file = tmp_path_factory.mktemp("undisturbed") / "crosshub.db"
    shutil.copy(migrated_file, file)
    watch = Watch()
    kept = asyncio.run(watched(f"sqlite:///{file}", worlds, watch))
    return kept, Undisturbed({}, watch.seen)


@pytest.mark.parametrize("moment", POINTS, ids=str)
def test_a_kill_anywhere_leads_to_the_same_rows(
    database_url: str, worlds: Mapping[int, str], undisturbed: tuple[Kept, Undisturbed], moment: Moment
) -> None:
    kept, counted = undisturbed

    found = killed_once(database_url, worlds, counted.point(moment))

    assert _apart(found, kept) == {}
    assert {name: bool(rows) for name, rows in found.items()} == dict.fromkeys(kept, True)


def _apart(found: Kept, kept: Kept) -> dict[str, tuple[list[object], list[object]]]:
    """The rows that only one of them has, by table: whole ones, which pytest would cut short among all others."""
    return {
        name: ([row for row in found[name] if row not in rows], [row for row in rows if row not in found[name]])
        for name, rows in kept.items()
        if found[name] != rows
    }
