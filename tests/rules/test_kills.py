"""Whoever is killed while looking at rules leaves nothing that the next look does not make good, and nothing twice."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.postgresql import Postgresql
from tests.rollups.killing import Point
from tests.rules.rule_killing import Rows, have_looked, rows_after, told

WHEN = ("before", "after")
# What the last look does, in the order in which it does so first.
DONE = (
    "INSERT INTO run",
    "UPDATE schedule",
    "question",
    "UPDATE run",
    "INSERT INTO alert",
    "INSERT INTO event",
    "DELETE FROM alert",
    "INSERT INTO rule_look",
    "DELETE FROM rule_look",
)
POINTS = [
    *(Point(when, what, 1) for when in WHEN for what in DONE),
    *(Point(when, "question", 2) for when in WHEN),
    # Two claims, and two schedules that are done: that of the group, and that of rules that are gone.
    *(Point(when, "commit", number) for when in WHEN for number in (1, 2, 3, 4)),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with told() as url:
        yield url


@pytest.fixture(scope="module")
def prepared_file(cluster: str, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database before the last look, to be copied."""
    file = tmp_path_factory.mktemp("prepared") / "crosshub.db"
    shutil.copy(migrated_file, file)
    have_looked(f"sqlite:///{file}", cluster)
    return file


@pytest.fixture(scope="module")
def prepared_name(cluster: str, postgresql: Postgresql, migrated_name: str) -> str:
    """A PostgreSQL database before the last look, to be copied."""
    name = postgresql.create(migrated_name)
    have_looked(postgresql.url(name), cluster)
    return name


@pytest.fixture(params=BOTH)
def prepared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a database is that stands before the last look."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_file"), tmp_path / "crosshub.db")
        yield f"sqlite:///{tmp_path}/crosshub.db"
    else:
        server: Postgresql = request.getfixturevalue("postgresql")
        name = server.create(request.getfixturevalue("prepared_name"))
        yield server.url(name)
        server.drop(name)


@pytest.fixture(scope="module")
def undisturbed(cluster: str, prepared_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What is kept where nobody is killed."""
    file = tmp_path_factory.mktemp("undisturbed") / "crosshub.db"
    shutil.copy(prepared_file, file)
    return rows_after(f"sqlite:///{file}", cluster)


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_kill_anywhere_leads_to_the_same_rows(
    prepared_url: str, cluster: str, undisturbed: Rows, point: Point
) -> None:
    found = rows_after(prepared_url, cluster, point)

    assert found == undisturbed


def test_at_the_last_look_everything_happens_that_can(undisturbed: Rows) -> None:
    last = max(row[0] for row in undisturbed["event"])

    happened = sorted(row[1] for row in undisturbed["event"] if row[0] == last)

    assert happened == ["dropped", "firing", "pending", "recovering", "resolved"]
