"""`crosshub report` beside preview: lists, shows, sends, sends again, pauses; on the database alone."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from typer.testing import CliRunner, Result

from aggregator.cli.main import cli
from aggregator.clusters.config import load
from aggregator.errors import BadQuery, CrosshubError, NotFound
from aggregator.reports import subscription_rows
from aggregator.reports.archive_rows import Head, heads
from aggregator.reports.job import Reporting
from aggregator.slots.rows import Holder
from aggregator.store.database import open_database
from aggregator.store.migrating import migrate
from tests.fakes.smtp import Mailbox, fake_smtp
from tests.reports.posting import HOUR, MONDAY, Post, computed

ANA, RUI = "ana@example.org", "rui@example.org"
CONFIG = """
clusters:
  - name: lisbon
    prometheus: {{url: "http://127.0.0.1:1"}}
    hubs: [{{name: prod, title: University of Lisbon, timezone: Europe/Lisbon, community: lisbon}}]
communities: [{{name: lisbon, title: University of Lisbon, recipients: [ana@example.org, rui@example.org]}}]
reports: {{test_address: test@example.org}}
smtp: {{host: 127.0.0.1, port: {port}, from: Crosshub <crosshub@example.org>, per_minute: 6000000}}
"""


@dataclass(slots=True)
class Desk:
    """The command, and the mail server that it uses."""

    run: Callable[..., Result]
    file: Path
    mailbox: Mailbox

    def head(self) -> Head:
        """The one report that was made."""

        async def read() -> Head:
            async with open_database(load(self.file).database) as database, database.reading() as connection:
                (head,) = await heads(connection, 9)
                return head

        return asyncio.run(read())

    def serve(self, *times: datetime) -> None:
        """What the service does meanwhile."""

        async def serve() -> None:
            config = load(self.file)
            async with (
                open_database(config.database) as database,
                httpx.AsyncClient(trust_env=False, verify=False) as http,
            ):
                for now in times:
                    await Reporting(config, database, Holder("here"), lambda now=now: now).do()  # type: ignore[misc]
                    await Post(database, config, self.mailbox, http, now).delivery().tick()

        asyncio.run(serve())

    def recipients(self) -> list[str]:
        return sorted(to for to, _ in self.mailbox.mails)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server in a thread of its own: commands have their own loops."""
    ready, found = Event(), list[tuple[Mailbox, asyncio.AbstractEventLoop, asyncio.Event]]()

    async def serve() -> None:
        async with fake_smtp() as box:
            over = asyncio.Event()
            found.append((box, asyncio.get_running_loop(), over))
            ready.set()
            await over.wait()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    ((box, loop, over),) = found
    yield box
    loop.call_soon_threadsafe(over.set)
    thread.join()


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox) -> Desk:
    """Before any report was due."""
    file = tmp_path / "crosshub.yaml"
    file.write_text(CONFIG.format(port=mailbox.port))

    async def ready() -> None:
        async with open_database(load(file).database) as database:
            await migrate(database)
            await computed(database)

    asyncio.run(ready())
    runner = CliRunner(env={"COLUMNS": "200", "TZ": "UTC"})
    desk = Desk(lambda *arguments: runner.invoke(cli, ["--config", str(file), "report", *arguments]), file, mailbox)
    desk.serve(MONDAY - HOUR)
    return desk


def failed(result: Result, kind: type[CrosshubError]) -> str:
    assert isinstance(result.exception, kind), result.output
    return str(result.exception)


def test_a_report_is_sent_at_once_to_one_address_alone_and_nothing_is_noted(desk: Desk) -> None:
    result = desk.run("send", "lisbon", "--period", "2025-W47", "--to", "eva@example.org")
    listed = desk.run("list")

    assert result.exit_code == 0, result.output
    assert "Sent." in result.output
    ((to, mail),) = desk.mailbox.mails
    assert (to, mail["To"]) == ("eva@example.org", "eva@example.org")
    assert "week 47" in mail["Subject"]
    assert mail["List-Unsubscribe"] is None
    text = f"{mail.get_body(('plain',))}"
    assert "Somebody who runs Crosshub sent you this by hand." in text
    assert not any(each in text for each in ("Pause or stop", "Next mail", "You get this because"))
    assert "stop.crosshub.invalid" not in f"{mail}"
    assert "lisbon, weekly" in listed.output
    assert "made" not in listed.output


def test_without_an_address_it_goes_to_the_test_address(desk: Desk) -> None:
    desk.run("send", "--operators", "--period", "2025-W47", "--csv", "--pdf")

    ((to, mail),) = desk.mailbox.mails
    assert to == "test@example.org"
    assert [each.get_filename() for each in mail.iter_attachments()] == [
        "crosshub-2025-W47.csv",
        "crosshub-2025-W47.pdf",
    ]


def test_a_dry_run_says_what_would_be_sent(desk: Desk) -> None:
    result = desk.run("send", "lisbon", "--period", "2025-W47", "--to", ANA, "--dry-run")

    assert "Nothing is sent" in result.output
    assert f"to {ANA}" in result.output
    assert desk.mailbox.mails == []


def test_what_the_mail_server_says_is_told(desk: Desk) -> None:
    desk.mailbox.refuses[ANA] = "550 5.1.1 No such user here"

    assert "550: 5.1.1 No such user here" in failed(desk.run("send", "lisbon", "--to", ANA), CrosshubError)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("send", "oslo"), "there is no community 'oslo'"),
        (("send", "lisbon", "--to", "nobody"), "'nobody' is no mail address"),
        (("pause", "oslo"), "there is no community 'oslo'"),
        (("list", "oslo"), "there is no community 'oslo'"),
        (
            ("pause", "lisbon", "--to", "ru@example.org"),
            "--to: 'ru@example.org' gets no reports of lisbon; those who do: ",
        ),
        (("resume", "--operators", "--to", RUI), f"--to: {RUI!r} gets no reports about all hubs; those who do: nobody"),
        (("pause", "lisbon", "--until", "soon"), "'soon' is no moment"),
    ],
)
def test_what_cannot_be_done_is_said(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    assert words in failed(desk.run(*arguments), BadQuery)


@pytest.mark.parametrize("command", ["show", "resend"])
def test_a_report_that_is_not_there_is_said_to_be_missing(desk: Desk, command: str) -> None:
    assert "there is no report 'none'" in failed(desk.run(command, "none"), NotFound)


def test_a_report_that_was_made_is_listed_and_shown_with_what_became_of_it(desk: Desk, tmp_path: Path) -> None:
    desk.mailbox.refuses[RUI] = "550 No such user here"
    desk.serve(MONDAY)
    name, page = desk.head().id, tmp_path / "mail.html"

    listed, shown = desk.run("list", "lisbon").output, desk.run("show", name).output
    desk.run("show", name, "--html", str(page))

    assert name in listed
    assert "1 of 2" in listed
    assert "2 recipients" in listed
    assert "\\xa0" not in listed + shown
    assert shown.startswith("Subject: University of Lisbon, week 47")
    assert f"{ANA}: sent" in shown
    assert f"{RUI}: failed (550: No such user here)" in shown
    assert page.read_text().startswith("<!doctype html>")
    there = tmp_path / "no" / "mail.html"
    assert "https://stop.crosshub.invalid" not in shown + page.read_text()
    assert f"{there}: No such file" in failed(desk.run("show", name, "--html", str(there)), CrosshubError)


def test_a_report_is_sent_again_to_one_or_to_all(desk: Desk) -> None:
    desk.serve(MONDAY)
    name = desk.head().id

    to_one = desk.run("resend", name, "--to", RUI).output
    desk.serve(MONDAY + HOUR)
    after_one = desk.recipients()
    desk.run("resend", name)
    desk.serve(MONDAY + 2 * HOUR)

    assert to_one == f"{RUI}: in the outbox; the service sends it\n"
    assert after_one == [ANA, RUI, RUI]
    assert desk.recipients() == [ANA, ANA, RUI, RUI, RUI]


def test_a_report_is_not_sent_again_to_who_was_no_recipient_of_it(desk: Desk) -> None:
    desk.serve(MONDAY)

    words = failed(desk.run("resend", desk.head().id, "--to", "eva@example.org"), BadQuery)

    assert words == (
        f"--to: 'eva@example.org' was no recipient of it; those who were: {ANA}, {RUI}. "
        "`crosshub report send` sends one to anybody"
    )


def test_pauses_hold_until_they_are_ended(desk: Desk) -> None:
    desk.run("pause", "lisbon", "--to", RUI)
    desk.serve(MONDAY)
    name, of_one = desk.head().id, desk.recipients()
    refused = desk.run("resend", name, "--to", RUI).output
    desk.run("resume", "lisbon", "--to", RUI)
    desk.run("pause", "lisbon", "--until", "2099-01-01")
    of_all = desk.run("resend", name).output
    desk.run("resume", "lisbon")
    again = desk.run("resend", name, "--to", RUI).output

    assert of_one == [ANA]
    assert refused == f"{RUI}: not sent: paused for this address\n"
    assert of_all.count("not sent: paused for the whole community") == 2
    assert "in the outbox" in again


def test_a_pause_by_operators_does_not_undo_that_its_reader_stopped_them(desk: Desk) -> None:
    async def stopped_by_rui() -> None:
        async with open_database(load(desk.file).database) as database, database.writing() as connection:
            rui = (await subscription_rows.subscriptions(connection, "lisbon", (RUI,)))[RUI]
            await subscription_rows.stop(connection, rui.id, MONDAY)

    asyncio.run(stopped_by_rui())
    said = desk.run("pause", "lisbon", "--to", RUI, "--until", "2026-11-01").output
    desk.serve(MONDAY)

    assert said == f"{RUI} has stopped them; that stays so. crosshub report resume ends it.\n"
    assert desk.recipients() == [ANA]


def test_what_was_missed_is_listed_with_why(desk: Desk) -> None:
    before = desk.run("list", "--missed").output
    desk.serve(MONDAY + 100 * HOUR)

    assert before == "None was missed.\n"
    assert "lisbon, weekly" in desk.run("list", "--missed").output
