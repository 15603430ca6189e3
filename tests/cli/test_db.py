"""`crosshub db`: how the database stands, and its upgrade."""

from pathlib import Path
from subprocess import CompletedProcess

from tests.cli.conftest import Run


def told(status: CompletedProcess[str]) -> dict[str, str]:
    """Its lines: what, and how it stands."""
    return {line.split()[0]: " ".join(line.split()[1:]) for line in status.stdout.splitlines()}


def test_an_upgrade_is_told_and_done_once(crosshub: Run, tmp_path: Path) -> None:
    config = tmp_path / "crosshub.yaml"
    config.write_text("clusters: [{name: a, prometheus: {url: http://127.0.0.1:1}}]\n")

    first = crosshub("db", "upgrade", config=config)
    second = crosshub("db", "upgrade", config=config)
    after = crosshub("db", "status", config=config)

    assert first.stdout.startswith("applied 0001")
    assert second.stdout == "nothing to do\n"
    assert told(after)["database"] == f"sqlite:///{tmp_path}/crosshub.db"
    assert told(after)["pending"] == "nothing"
    assert told(after)["run"] == "0 rows"


def test_a_database_without_tables_is_told_and_stays_so(crosshub: Run, tmp_path: Path) -> None:
    config = tmp_path / "crosshub.yaml"
    config.write_text("clusters: [{name: a, prometheus: {url: http://127.0.0.1:1}}]\n")
    (tmp_path / "crosshub.db").touch()

    for _ in range(2):
        status = told(crosshub("db", "status", config=config))
        assert status["revision"] == "none"
        assert status["pending"].startswith("0001")


def test_one_that_cannot_be_opened_is_told(crosshub: Run, tmp_path: Path) -> None:
    config = tmp_path / "crosshub.yaml"
    config.write_text(
        "clusters: [{name: a, prometheus: {url: http://127.0.0.1:1}}]\ndatabase: postgresql://me@127.0.0.1:1/n\n"
    )

    done = crosshub("db", "status", config=config)

    assert done.returncode == 1
    assert done.stderr.startswith("the database postgresql://me@127.0.0.1:1/n cannot be used: ")
    assert "Traceback" not in done.stderr
