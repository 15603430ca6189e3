"""`crosshub report preview`: it works on the database alone, and changes nothing in it."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aggregator.cli.main import cli
from aggregator.clusters.config import load
from aggregator.errors import BadDatabase, BadQuery, CrosshubError
from aggregator.reports.pdf import NoPdf
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import subjects
from aggregator.store.database import open_database
from aggregator.store.migrating import migrate
from tests.rollups.shelf import Numbers, keep

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
Crosshub = Callable[..., Result]

CONFIG = """
clusters:
  - name: lisbon
    prometheus: {url: http://127.0.0.1:1}
    hubs: [{name: prod, title: Universidade de Lisboa, timezone: Europe/Lisbon, community: lisbon}]
communities: [{name: lisbon, title: Universidade de Lisboa, language: pt, recipients: [ana@example.org]}]
"""


@pytest.fixture
def empty(tmp_path: Path) -> Crosshub:
    """The command, without a database."""
    file = tmp_path / "crosshub.yaml"
    file.write_text(CONFIG)
    runner = CliRunner(env={"COLUMNS": "100", "TZ": "UTC"})
    return lambda *arguments: runner.invoke(cli, ["--config", str(file), "report", "preview", *arguments])


@pytest.fixture
def crosshub(empty: Crosshub, tmp_path: Path) -> Crosshub:
    """The command, on a database with two weeks of a hub."""

    async def kept() -> None:
        config = load(tmp_path / "crosshub.yaml")
        hub, *_, community, _ = subjects(config)
        weeks = [
            Numbers(whose, measure, Resolution.WEEK, "2025-11-10", (37, 42))
            for whose, measure in ((hub, "people"), (community, "community_people"))
        ]
        async with open_database(config.database) as database:
            await migrate(database)
            async with database.writing() as connection:
                await keep_subjects(connection, subjects(config), SINCE)
            await keep(database, *weeks, named=subjects(config))

    asyncio.run(kept())
    return empty


def failed(result: Result, kind: type[CrosshubError]) -> str:
    assert isinstance(result.exception, kind), result.output
    return str(result.exception)


def test_a_report_is_shown_in_the_language_of_its_community(crosshub: Crosshub) -> None:
    result = crosshub("lisbon", "--period", "2025-W47")

    assert result.exit_code == 0
    assert result.output.startswith("Subject: Universidade de Lisboa, semana 47: 42 pessoas (+14\u00a0%)")
    assert "42 pessoas usaram o seu hub esta semana, mais 5 do que na semana anterior." in result.output


def test_a_preview_says_what_each_recipient_reads_at_its_end(crosshub: Crosshub) -> None:
    end = crosshub("lisbon", "--period", "2025-W47", "--language", "en").output.rpartition("--\n")[2]

    assert "Next mail: Monday " in end
    assert end.endswith("Pause or stop these mails: http://127.0.0.1:9099/stop/…\n")


def test_it_is_shown_in_another_language_that_is_asked_for(crosshub: Crosshub) -> None:
    assert "42 people used your hub this week" in crosshub("lisbon", "--period", "2025-W47", "--language", "en").output


def test_operators_have_a_report_of_their_own(crosshub: Crosshub) -> None:
    assert crosshub("--operators", "--period", "2025-W47").output.startswith("Subject: All hubs, week 47")


def test_files_are_written_and_the_text_is_left_out_then(crosshub: Crosshub, tmp_path: Path) -> None:
    page, table = tmp_path / "mail.html", tmp_path / "mail.csv"

    result = crosshub("lisbon", "--period", "2025-W47", "--html", str(page), "--csv", str(table))

    assert result.output == ""
    assert "<h1" in page.read_text()
    assert "cid:" not in page.read_text()
    assert (
        table.read_text("utf-8-sig")
        .splitlines()[1]
        .startswith("2025-W47,lisbon,prod,Universidade de Lisboa,Europe/Lisbon,1,42,")
    )


def test_a_pdf_is_written_where_it_is_wanted(crosshub: Crosshub, tmp_path: Path) -> None:
    result = crosshub("lisbon", "--period", "2025-W47", "--pdf", str(tmp_path / "mail.pdf"))

    assert result.output == ""
    assert (tmp_path / "mail.pdf").read_bytes().startswith(b"%PDF-")


def test_where_nothing_draws_a_pdf_it_is_said_how_to_get_it(
    crosshub: Crosshub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    result = crosshub("lisbon", "--period", "2025-W47", "--pdf", str(tmp_path / "mail.pdf"))

    assert isinstance(result.exception, NoPdf)
    assert "pip install 'crosshub[pdf]'" in str(result.exception)


def test_a_configuration_that_wants_a_pdf_is_at_fault_where_nothing_draws_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "crosshub.yaml"
    file.write_text(CONFIG.replace("language: pt", "reports: [{kind: weekly, pdf: true}]"))
    there = CliRunner().invoke(cli, ["--config", str(file), "check"])
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    lacking = CliRunner().invoke(cli, ["--config", str(file), "check"])

    assert there.exit_code == 0
    assert isinstance(lacking.exception, NoPdf)


def test_without_a_period_it_is_the_last_week(crosshub: Crosshub) -> None:
    assert "não foi possível ver nada" in crosshub("lisbon").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("oslo",), "there is no community 'oslo'; the configuration has: lisbon"),
        (("lisbon", "--period", "yesterday"), "'yesterday' is no period"),
        (("lisbon", "--period", "2999-W01"), "2999-W01 is not over yet"),
        (("lisbon", "--language", "fr"), "there is no 'fr'; choose one of en, pt"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: tuple[str, ...], words: str, crosshub: Crosshub) -> None:
    assert words in failed(crosshub(*arguments), BadQuery)


def test_whose_report_has_to_be_said(crosshub: Crosshub) -> None:
    assert crosshub().exit_code == 2
    assert crosshub("lisbon", "--operators").exit_code == 2


def test_a_file_that_cannot_be_written_is_named(crosshub: Crosshub, tmp_path: Path) -> None:
    result = crosshub("lisbon", "--html", str(tmp_path / "no" / "mail.html"))

    assert "mail.html: No such file or directory" in failed(result, CrosshubError)


def test_no_database_is_made_where_there_is_none(empty: Crosshub, tmp_path: Path) -> None:
    failed(empty("lisbon"), BadDatabase)

    assert not (tmp_path / "crosshub.db").exists()
