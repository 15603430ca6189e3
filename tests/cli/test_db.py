"""`crosshub db`: how the database stands, and its upgrade."""

from pathlib import Path

from tests.cli.conftest import Run


def test_an_upgrade_is_told_and_done_once(crosshub: Run, tmp_path: Path) -> None:
    config = tmp_path / "crosshub.yaml"
    config.write_text("clusters: [{name: a, prometheus: {url: http://127.0.0.1:1}}]\n")

    before = crosshub("db", "status", config=config)
    first = crosshub("db", "upgrade", config=config)
    second = crosshub("db", "upgrade", config=config)
    after = crosshub("db", "status", config=config)

    assert "revision   none\npending    0001" in before.stdout
    assert first.stdout.startswith("applied 0001")
    assert second.stdout == "nothing to do\n"
    assert f"database   sqlite:///{tmp_path}/crosshub.db\n" in after.stdout
    assert "pending    nothing\n" in after.stdout
    assert "run        0 rows\n" in after.stdout


def test_one_that_cannot_be_opened_is_told(crosshub: Run, tmp_path: Path) -> None:
    config = tmp_path / "crosshub.yaml"
    config.write_text(
        "clusters: [{name: a, prometheus: {url: http://127.0.0.1:1}}]\ndatabase: postgresql://me@127.0.0.1:1/n\n"
    )

    done = crosshub("db", "status", config=config)

    assert done.returncode == 1
    assert done.stderr.startswith("the database postgresql://me@127.0.0.1:1/n cannot be used: ")
    assert "Traceback" not in done.stderr
