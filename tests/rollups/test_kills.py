"""Whoever is killed while computing leaves nothing that the next computation does not make good."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rollups.killing import Moment, Undisturbed, Watch, after_kill, computed, served
from tests.rollups.tables import differences

WHEN = ("before", "after")
STATEMENTS = ("INTO bucket", "INTO rollup", "INTO rollup_series", "INTO person_day", "INTO subject", "INTO measure")
POINTS = [
    *(Moment(when, "question", 0.5) for when in WHEN),
    *(Moment(when, "commit", share) for when in WHEN for share in (0, 0.5, 1)),
    *(Moment(when, f"INSERT {what}", 0.5) for when in WHEN for what in STATEMENTS),
    Moment("after", "UPDATE bucket", 1),
]


@pytest.fixture(scope="module")
def clusters() -> Iterator[dict[str, str]]:
    with served() as urls:
        yield urls


@pytest.fixture(scope="module")
def undisturbed(clusters: dict[str, str], migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What is done and kept where nobody is killed."""
    file = tmp_path_factory.mktemp("undisturbed") / "crosshub.db"
    shutil.copy(migrated_file, file)
    watch = Watch()
    return Undisturbed(asyncio.run(computed(f"sqlite:///{file}", clusters, watch)), watch.seen)


@pytest.mark.parametrize("moment", POINTS, ids=str)
def test_a_kill_anywhere_leads_to_the_same_tables(
    database_url: str, clusters: dict[str, str], undisturbed: Undisturbed, moment: Moment
) -> None:
    found = after_kill(database_url, clusters, undisturbed.point(moment))

    assert differences(found, undisturbed.rows) == []
