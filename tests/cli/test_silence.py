"""`crosshub silence` and `crosshub alerts`: they work on the database alone."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aggregator.cli.main import cli
from aggregator.clusters.config import load
from aggregator.errors import CrosshubError
from aggregator.events.values import Alert, Health, State, labels_of
from aggregator.outbox import receiver_rows
from aggregator.store.database import open_database
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there, migrate
from tests.notify.ours import alert_that, keep

Crosshub = Callable[..., Result]

CONFIG = """
clusters:
  - name: lisbon
    prometheus: {url: http://127.0.0.1:1}
    hubs: [{name: prod, title: University of Lisbon, alerts: {SpawnSlow: {mute_until: 2999-01-15, reason: exam week}}}]
"""
HUB = {"cluster": "lisbon", "namespace": "prod"}


@pytest.fixture
def crosshub(tmp_path: Path) -> Crosshub:
    """The command, on a database with an outage, an alert it inhibits, one that is held, and one that is over."""
    file = tmp_path / "crosshub.yaml"
    file.write_text(CONFIG)
    asyncio.run(_keep(file))
    runner = CliRunner(env={"COLUMNS": "200", "TZ": "UTC"})
    return lambda *arguments: runner.invoke(cli, ["--config", str(file), *arguments])


async def _keep(file: Path) -> None:
    now = utc_now()

    def alert(state: State, **labels: str) -> Alert:
        return alert_that(labels_of(labels), state, since=now, at=now)

    async with open_database(load(file).database) as database:
        await migrate(database)
        kept = [
            alert(State.FIRING, alertname="HubDown", scope="hub", **HUB),
            alert(State.FIRING, alertname="SpawnSlow", **HUB),
            replace(alert(State.FIRING, alertname="Full\x1b[31m", cluster="oslo"), health=Health.NO_DATA),
            alert(State.RESOLVED, alertname="Gone", **HUB),
        ]
        await keep(database, kept)


def lines(result: Result) -> list[list[str]]:
    """The cells of a table's lines, less its head and its times."""
    assert result.exit_code == 0, result.output
    times = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"
    return [re.split(r"\s{2,}", re.sub(times, "…", line).strip()) for line in result.output.splitlines()[1:]]


def test_alerts_are_listed_with_what_mutes_them(crosshub: Crosshub) -> None:
    found = lines(crosshub("alerts"))

    assert sorted(cells[:4] for cells in found) == [
        ["firing", "…", "HubDown", "University of Lisbon (lisbon/prod)"],
        ["firing", "…", "SpawnSlow", "University of Lisbon (lisbon/prod)"],
        ["firing, held (no data)", "…", "Full\\x1b[31m", "oslo"],
    ]
    assert next(cells[4] for cells in found if cells[2] == "SpawnSlow").endswith(": HubDown")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["cluster=lisbon"], ["HubDown", "SpawnSlow"]),
        (["cluster=lisbon", 'alertname!~"Hub.*"'], ["SpawnSlow"]),
        (["--all", "cluster=lisbon"], ["Gone", "HubDown", "SpawnSlow"]),
    ],
)
def test_matchers_choose_alerts(crosshub: Crosshub, arguments: list[str], names: list[str]) -> None:
    assert sorted(cells[2] for cells in lines(crosshub("alerts", *arguments))) == names


def test_a_silence_shows_what_it_matches_holds_until_it_is_ended_and_is_remembered(crosshub: Crosshub) -> None:
    added = crosshub("silence", "add", "cluster=oslo", "--for", "2h", "--reason", "power works", "--author", "ana")
    name = added.output.split()[-1]
    muted = lines(crosshub("alerts", "cluster=oslo"))
    listed = lines(crosshub("silence", "list"))
    ended = crosshub("silence", "expire", name)
    again = crosshub("silence", "expire", name)
    remembered = lines(crosshub("silence", "list", "--all"))

    assert "1 open alert" in added.output
    assert "Full" in added.output
    assert muted[0][4] == f"silenced by {name} until …: power works"
    assert listed[0] == [name, "…", "…", '{cluster="oslo"}', "ana", "power works"]
    assert listed[1][0] == "muted"
    assert listed[1][-1] == "exam week"
    assert ended.output == f"Silence {name} is over.\n"
    assert isinstance(again.exception, CrosshubError)
    assert [cells[2] for cells in remembered if cells[0] == name] == ["… (over)"]
    assert lines(crosshub("alerts", "cluster=oslo"))[0][4:] == []


def test_a_receiver_that_is_switched_off_is_shown_with_the_alerts(crosshub: Crosshub, tmp_path: Path) -> None:
    async def switch_off() -> None:
        async with (
            open_database(load(tmp_path / "crosshub.yaml").database) as database,
            database.writing() as connection,
        ):
            await receiver_rows.known(connection, {"oncall": "a mark"})
            await receiver_rows.disable(connection, "oncall", "404: no_service")

    asyncio.run(switch_off())
    nobodys = crosshub("alerts").output
    with (tmp_path / "crosshub.yaml").open("a") as file:
        file.write("receivers: [{name: oncall, slack: {webhook_env: ONCALL}}]\n")

    assert crosshub("alerts").output.startswith("Receiver oncall is switched off: 404: no_service\n")
    assert "switched off" not in nobodys


def test_a_preview_silences_nothing(crosshub: Crosshub) -> None:
    shown = crosshub("silence", "add", "cluster=oslo", "--for", "2h", "--reason", "x", "--preview")

    assert "1 open alert" in shown.output
    assert lines(crosshub("alerts", "cluster=oslo"))[0][4:] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense", "--for", "2h", "--reason", "x"], "is no matcher"),
        (['a=~"("', "--for", "2h", "--reason", "x"], "is no regular expression"),
        (["a=~.*", "--for", "2h", "--reason", "x"], "would silence everything"),
        (["a=b", "--for", "2", "--reason", "x"], "has no unit"),
        (["a=b", "--for", "0s", "--reason", "x"], "more than nothing"),
        (["a=b", "--for", "2h", "--reason", " "], "say why"),
    ],
)
def test_a_silence_that_is_not_meant_so_is_refused(crosshub: Crosshub, arguments: list[str], words: str) -> None:
    refused = crosshub("silence", "add", *arguments)

    assert refused.exit_code == 2
    assert words in " ".join(refused.output.replace("│", " ").split())


@pytest.mark.parametrize("command", [("alerts",), ("silence", "list"), ("silence", "expire", "x")])
def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "crosshub.yaml"
    file.write_text(CONFIG + "database: sqlite:///crosshbu.db\n")

    done = CliRunner().invoke(cli, ["--config", str(file), *command])

    assert isinstance(done.exception, CrosshubError)
    assert "crosshbu.db is not there: correct `database` in the configuration" in str(done.exception)
    assert not (tmp_path / "crosshbu.db").exists()


async def test_a_database_of_an_older_crosshub_is_not_changed_by_looking(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    async with open_database(url):
        pass

    with pytest.raises(CrosshubError, match=r"lacks the tables of this Crosshub .*crosshub db upgrade"):
        async with database_there(url):
            pass
