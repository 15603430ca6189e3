"""`crosshub rollup`: days of the past computed, looked at, and written out."""

import asyncio
import csv
import io
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from aggregator.demo.servers import Server
from tests.cli.rolled import CROSSHUB, DAYS, crosshub, rollup, started_clusters, written
from tests.fakes.http import Request, response, send, serving

# As a script without job control starts what ends in `&`.
IN_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
NOBODY = "http://127.0.0.1:1"
REFUSAL = b'{"status":"error","errorType":"execution","error":"no such function"}'
NOTHING = b'{"status":"success","data":{"resultType":"matrix","result":[]}}'


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ...]]:
    with started_clusters(tmp_path_factory.mktemp("clusters")) as servers:
        yield servers


@pytest.fixture
def config(servers: tuple[Server, ...], tmp_path: Path) -> Path:
    """A configuration with both clusters and nothing kept yet."""
    return written(tmp_path, {each.name: each.url for each in servers})


@pytest.fixture(scope="module")
def filled(servers: tuple[Server, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with both clusters, and both days kept."""
    config = written(tmp_path_factory.mktemp("filled"), {each.name: each.url for each in servers})
    assert rollup(config, "backfill", *DAYS).returncode == 0
    return config


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_backfill_tells_how_the_days_stand(config: Path) -> None:
    done = rollup(config, "backfill", *DAYS)

    assert done.stdout == "2025-10-25 to 2025-10-26, 4 hubs: 8 of 8 days are whole.\n"
    assert (done.stderr, done.returncode) == ("", 0)


def test_what_is_whole_is_not_asked_again(filled: Path) -> None:
    before = _computed(filled)

    done = rollup(filled, "backfill", *DAYS)

    assert done.stdout == "2025-10-25 to 2025-10-26, 4 hubs: nothing was to be asked; 8 of 8 days are whole.\n"
    assert _computed(filled) == before


def test_again_asks_for_everything_and_changes_no_number(filled: Path) -> None:
    before, numbers = _computed(filled), rollup(filled, "export").stdout

    rollup(filled, "backfill", *DAYS, "--again")

    assert min(_computed(filled)) > max(before)
    assert rollup(filled, "export").stdout == numbers


def test_a_hub_that_is_named_is_the_only_one_that_is_asked(config: Path) -> None:
    done = rollup(config, "backfill", *DAYS, "--hub", "oslo/prod")

    assert done.stdout == "2025-10-25 to 2025-10-26, 1 hub: 2 of 2 days are whole.\n"
    kept = rows(rollup(config, "export").stdout)
    assert {(row["cluster"], row["hub"]) for row in kept} == {("oslo", "prod")}


def test_a_backfill_has_the_days_of_each_hub_and_their_hours(filled: Path) -> None:
    days = rows(rollup(filled, "export", "--measure", "people", "--hub", "oslo/prod").stdout)
    hours = rows(rollup(filled, "export", "--measure", "accounts", "--hub", "oslo/prod", "--resolution", "1h").stdout)

    assert [(row["start"], row["end"]) for row in days] == [
        ("2025-10-24T22:00:00Z", "2025-10-25T22:00:00Z"),
        ("2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z"),
    ]
    assert (hours[0]["start"], hours[-1]["end"]) == ("2025-10-24T22:00:00Z", "2025-10-27T00:00:00Z")
    assert len(hours) == 50


def test_people_are_not_exported_by_the_hour_since_they_are_counted_by_the_day(config: Path) -> None:
    done = rollup(config, "export", "--measure", "people", "--resolution", "1h")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "--measure people is not kept by the hour, since people are counted by the day\n"


def test_the_list_says_what_is_not_kept_by_the_hour(config: Path) -> None:
    assert "not by the hour: people, new_people, cluster_people" in " ".join(rollup(config, "list").stdout.split())


def test_a_cluster_that_fails_is_told_and_the_others_are_kept(servers: tuple[Server, ...], tmp_path: Path) -> None:
    config = written(tmp_path, {servers[0].name: servers[0].url, servers[1].name: NOBODY})

    done = rollup(config, "backfill", *DAYS)

    assert done.returncode == 1
    assert done.stdout == "2025-10-25 to 2025-10-26, 4 hubs: 4 of 8 days are whole, 4 not there.\n"
    assert re.search(
        r'^cluster "oslo": .*connect.*\n1 cluster failed\. Run the same command again', done.stderr, re.MULTILINE
    )
    assert "Traceback" not in done.stderr


def test_a_measure_that_a_cluster_refuses_is_told(tmp_path: Path) -> None:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        refusing = "histogram_quantile(0.9," in request.form["query"][0]
        await send(writer, response(422, REFUSAL) if refusing else response(200, NOTHING))

    async def backfilled() -> subprocess.CompletedProcess[str]:
        async with serving(behave) as fake:
            config = written(tmp_path, {"lisbon": fake.url, "oslo": NOBODY})
            return await asyncio.to_thread(rollup, config, "backfill", *DAYS, "--hub", "lisbon/prod")

    done = asyncio.run(backfilled())

    assert done.stdout.splitlines() == [
        "2025-10-25 to 2025-10-26, 1 hub: 0 of 2 days are whole, 2 not seen at all.",
        'cluster "lisbon" refused server_start_seconds_p90, which is lacking now: no such function',
    ]


def test_ctrl_c_ends_it_also_in_the_background_and_the_next_one_goes_on(
    servers: tuple[Server, ...], tmp_path: Path
) -> None:
    # One that takes questions and never answers, so that there is something to interrupt.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        config = written(tmp_path, {servers[0].name: servers[0].url, servers[1].name: address})
        command = [sys.executable, "-X", "faulthandler", "-c", CROSSHUB, "--config", str(config)]
        command += ["rollup", "backfill", *DAYS]
        with subprocess.Popen(
            [*IN_BACKGROUND, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            try:
                _until_kept(config, running)
                running.send_signal(signal.SIGINT)
                _, said = running.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                # It tells where it hangs.
                running.send_signal(signal.SIGABRT)
                pytest.fail(running.communicate(timeout=30)[1])
            finally:
                running.kill()
    config = written(tmp_path, {each.name: each.url for each in servers})

    done = rollup(config, "backfill", *DAYS)

    assert (running.returncode, said) == (
        130,
        "Interrupted. What is done is kept; the same command goes on from there.\n",
    )
    assert done.stdout.endswith("8 of 8 days are whole.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2025-02-30", "--to", "2025-03-01"), '--from: "2025-02-30" is no date (day is out of range'),
        (
            ("--from", "0001-01-01", "--to", "2025-03-01"),
            "--from: 0001-01-01 is no day that can be kept; those are from",
        ),
        (("--from", "2025-03-01", "--to", "9999-12-31"), "--to: 9999-12-31 is no day that can be kept; those are from"),
        (("--from", "yesterday", "--to", "2025-03-01"), '--from: "yesterday" is no date; write it as 2026-10-30'),
        (("--from", "2025-10-26", "--to", "2025-10-25"), "--to 2025-10-25 is before --from 2025-10-26"),
        (("--from", "2199-10-25", "--to", "2199-10-26"), "--from 2199-10-25 has not begun"),
        ((*DAYS, "--hub", "lisbn/prod"), 'there is no hub "lisbn/prod"; did you mean "lisbon/prod"?'),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(config: Path, arguments: tuple[str, ...], words: str) -> None:
    done = rollup(config, "backfill", *arguments)

    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_status_before_anything_is_kept_says_what_to_do(config: Path) -> None:
    crosshub(config, "db", "upgrade")

    lines = rollup(config, "status").stdout.splitlines()

    assert lines[0] == "lisbon/prod   Europe/Lisbon   nothing is kept yet"
    assert "Of 4 hubs nothing is kept yet;" in lines[-3]
    assert lines[-1].startswith("  crosshub rollup backfill --from ")


@pytest.mark.parametrize("command", [("db", "status"), ("rollup", "status"), ("rollup", "export")])
def test_looking_makes_no_database_and_says_what_does(config: Path, command: tuple[str, ...]) -> None:
    done = crosshub(config, *command)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"the database sqlite:///{config.parent}/crosshub.db is not there: correct `database` in the configuration, "
        "or start `crosshub serve` or run `crosshub db upgrade`, which make it\n"
    )
    assert not (config.parent / "crosshub.db").exists()


def test_status_shows_what_is_lacking_as_lacking(filled: Path) -> None:
    lines = rollup(filled, "status", "--days", "400", "--hub", "oslo/prod").stdout.splitlines()

    assert lines[0] == "oslo/prod   Europe/Oslo   2025-10-25 to 2025-10-26, 2 days"
    assert any(re.fullmatch(r"  2025-10-26 Sun  100 %  +\d+  .*", line) for line in lines)
    assert any("not asked yet" in line for line in lines)
    assert any("home_bytes" in line for line in lines)
    in_words = " ".join(" ".join(lines).split())
    assert re.search(
        r"\d+ days of 1 hub: 2 whole, \d+ not asked yet. The last day that is whole is 2025-10-26. Lacking", in_words
    )
    assert max(map(len, lines)) <= 80


def test_the_list_tells_every_number_within_eighty_columns(config: Path) -> None:
    lines = rollup(config, "list").stdout.splitlines()

    start = lines.index("server_start_seconds_p90    seconds      asked anew    JupyterHub")
    assert lines[start + 1] == "    Nine of ten servers were ready by then."
    assert max(map(len, lines)) <= 80


def test_what_is_lacking_is_an_empty_cell(filled: Path) -> None:
    exported = rows(rollup(filled, "export", "--measure", "people", "--measure", "home_bytes").stdout)

    assert {row["hub"] for row in exported} == {"prod", "staging"}
    assert all(row["home_bytes"] == "" and row["people"] != "" for row in exported)


def test_a_name_that_a_spreadsheet_would_compute_is_only_text(filled: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "crosshub.yaml"
    hostile.write_text(filled.read_text())
    with sqlite3.connect(filled.parent / "crosshub.db") as source, sqlite3.connect(tmp_path / "crosshub.db") as copy:
        source.backup(copy)
        copy.execute("UPDATE subject SET name = '=HYPERLINK(\"http://x\")' WHERE key = 'oslo/staging'")

    exported = rows(rollup(hostile, "export", "--measure", "people").stdout)

    assert {row["hub"] for row in exported if row["namespace"] == "staging" and row["cluster"] == "oslo"} == {
        '\'=HYPERLINK("http://x")'
    }


def test_parquet_holds_what_the_csv_holds(filled: Path, tmp_path: Path) -> None:
    done = rollup(filled, "export", "--format", "parquet", "--output", str(tmp_path / "kept.parquet"))

    table = pq.read_table(tmp_path / "kept.parquet")
    exported = rows(rollup(filled, "export").stdout)
    assert (done.stdout, done.returncode) == ("", 0)
    assert table.column_names == list(exported[0])
    assert [_text(value) for value in table["people"].to_pylist()] == [row["people"] for row in exported]
    assert table.schema.field("people").metadata[b"unit"] == b"people"


def test_parquet_without_pyarrow_says_what_to_install(filled: Path, tmp_path: Path) -> None:
    command = f"import sys; sys.modules['pyarrow'] = None; {CROSSHUB}"
    arguments = ["rollup", "export", "--format", "parquet", "--output", str(tmp_path / "kept.parquet")]

    done = subprocess.run(
        [sys.executable, "-c", command, "--config", str(filled), *arguments],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr == "Parquet needs pyarrow, which is not installed: pip install 'crosshub[parquet]'\n"
    assert not (tmp_path / "kept.parquet").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--measure", "peple"), '--measure: nothing is kept as "peple"; did you mean "people"?'),
        (("--hub", "lisbn/prod"), '--hub: nothing is kept of a hub "lisbn/prod"; did you mean "lisbon/prod"?'),
    ],
)
def test_an_export_of_what_is_not_kept_names_the_nearest(filled: Path, arguments: tuple[str, ...], words: str) -> None:
    done = rollup(filled, "export", *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(words)


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("nowhere/kept", "cannot be written: No such file or directory"),
        ("crosshub.yaml/kept", "cannot be written: Not a directory"),
        ("", "is a folder; give the name of a file"),
        ("pipe", "is no plain file; give the name of a file"),
    ],
)
def test_a_file_that_cannot_be_written_is_named_as_it_was_given(
    filled: Path, form: str, output: str, words: str
) -> None:
    pipe = filled.parent / "pipe"
    if not pipe.exists():
        os.mkfifo(pipe)
    given = os.path.relpath(filled.parent / output)

    done = rollup(filled, "export", "--format", form, "--output", given)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"--output {given} {words}\n")
    assert pipe.is_fifo()


def test_a_disk_that_is_full_is_said(filled: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", CROSSHUB, "--config", str(filled), "rollup", "export"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip

    assert done.stderr == "the standard output cannot be written: No space left on device\n"
    assert done.returncode != 0


def test_a_measure_that_is_named_twice_is_one_column(filled: Path, tmp_path: Path) -> None:
    twice = ("--measure", "people", "--measure", "people")

    rollup(filled, "export", *twice, "--format", "parquet", "--output", str(tmp_path / "kept"))

    assert pq.read_table(tmp_path / "kept").column_names.count("people") == 1
    assert rollup(filled, "export", *twice).stdout.splitlines()[0].endswith("coverage,people")


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _computed(config: Path) -> list[int]:
    """When each bucket was computed."""
    with sqlite3.connect(config.parent / "crosshub.db") as database:
        query = "SELECT computed_at FROM bucket WHERE resolution IN ('1h', '1d') ORDER BY subject, resolution, number"
        return [when for (when,) in database.execute(query)]


def _until_kept(config: Path, running: "subprocess.Popen[str]") -> None:
    """Looks until something is kept."""
    file = config.parent / "crosshub.db"
    while running.poll() is None:
        try:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                if database.execute("SELECT count(*) FROM bucket").fetchone()[0]:
                    return
        except sqlite3.OperationalError:
            continue
