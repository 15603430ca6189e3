"""Whoever is killed while telling has told what he wrote, and nothing else; the next one tells the rest."""

import shutil
from pathlib import Path

import pytest

from tests.notify.killing import Rows, after_kill, undisturbed
from tests.rollups.killing import Moment, Undisturbed, Watch

WHEN = ("before", "after")
STATEMENTS = (
    "INSERT INTO alert_group",
    "UPDATE alert_group",
    "INSERT INTO notification",
    "INSERT INTO outbox",
    "DELETE FROM alert_group",
)
POINTS = [
    *(Moment(when, "commit", share) for when in WHEN for share in (0.2, 0.5, 1)),
    *(Moment(when, what, 0.5) for when in WHEN for what in STATEMENTS),
]


@pytest.fixture(scope="module")
def whole(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Rows], Undisturbed]:
    """What is told where nobody is killed."""
    directory = tmp_path_factory.mktemp("undisturbed")
    shutil.copy(migrated_file, directory / "crosshub.db")
    tables, seen = undisturbed(f"sqlite:///{directory}/crosshub.db", directory / "notes")
    return tables, Undisturbed({}, seen)


def test_the_story_has_six_messages_and_one_group_is_left(whole: tuple[dict[str, Rows], Undisturbed]) -> None:
    tables, _ = whole

    assert [row["receiver"] for row in tables["outbox"]] == ["oncall", "audit"] * 3
    assert [row["labels"] for row in tables["alert_group"]] == ['{"name":"b"}']


@pytest.mark.parametrize("moment", POINTS, ids=str)
def test_a_kill_anywhere_leads_to_the_same_messages(
    database_url: str, tmp_path: Path, whole: tuple[dict[str, Rows], Undisturbed], moment: Moment
) -> None:
    tables, counted = whole

    found = after_kill(database_url, tmp_path / "notes", Watch(counted.point(moment)))

    assert found == tables
