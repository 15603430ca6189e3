"""`crosshub query`: what is printed, as it is printed."""

import asyncio
import csv
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from aggregator.cli.found import Series, name_of, number
from aggregator.cli.plot import stretches
from aggregator.cli.tables import trend
from aggregator.errors import printable
from tests.cli.conftest import Run
from tests.fakes.prometheus import fake_prometheus
from tests.fleet.start import Fleet

NOON = ("--time", "2026-01-05T03:00:00Z")


def test_an_answer_is_a_table_with_the_cluster_first(crosshub: Run) -> None:
    done = crosshub("query", "sum by (job, cluster) (up)", *NOON)

    assert done.stdout.splitlines() == [
        "cluster  job   value",
        "lisbon   hub       3",
        "lisbon   node      3",
        "oslo     hub       3",
        "oslo     node      2",
        "perth    hub       1",
        "perth    node      1",
        "quito    hub       3",
        "quito    node      2",
        "8 series, 2026-01-05 03:00:00",
    ]
    assert (done.stderr, done.returncode) == ("", 0)


def test_what_all_series_share_stands_once_above(crosshub: Run) -> None:
    lines = crosshub(
        "query", 'up{cluster="perth",job="hub"} or up{cluster="oslo",job="hub"}', *NOON
    ).stdout.splitlines()

    assert lines[0] == 'in all: up{job="hub"}'
    assert lines[1].split() == ["cluster", "instance", "value"]


def test_many_labels_share_a_column(crosshub: Run) -> None:
    lines = crosshub("query", '{__name__=~"kube_.*",cluster="perth"}', *NOON).stdout.splitlines()

    assert lines[0] == 'in all: {cluster="perth"}'
    assert lines[1].split() == ["series", "value"]
    assert any(line.startswith("kube_pod_labels{") for line in lines)


def test_a_range_is_told_by_its_last_least_and_greatest_value(crosshub: Run) -> None:
    lines = crosshub("query", "count by (cluster) (up)", *NOON, "--range", "2h").stdout.splitlines()

    assert lines[0].split() == ["cluster", "last", "min", "max"]
    assert [line.split()[0] for line in lines[1:5]] == ["lisbon", "oslo", "perth", "quito"]
    assert lines[-1] == "4 series, 2026-01-05 01:00:00 to 2026-01-05 03:00:00"


def test_lines_are_drawn_with_a_legend(crosshub: Run) -> None:
    lines = crosshub("query", "count by (cluster) (up)", *NOON, "--range", "2h", "--plot").stdout.splitlines()

    assert lines[0].strip().startswith("┌─")
    assert max(map(len, lines)) <= 80
    assert [line.split("  ")[0][4:] for line in lines if line[:3] in {"a {", "b {", "c {", "d {"}]
    assert 'a {cluster="lisbon"}  6' in lines


def test_json_is_what_the_api_answers(crosshub: Run) -> None:
    done = crosshub("query", "sum(up)", *NOON, "--format", "json")

    body = json.loads(done.stdout)
    assert body == {
        "status": "success",
        "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1767582000, "18"]}]},
    }


def test_csv_has_a_line_for_each_sample(crosshub: Run) -> None:
    done = crosshub("query", "sum by (cluster) (up)", *NOON, "--range", "2m", "--step", "1m", "--format", "csv")

    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == ["time", "cluster", "value"]
    assert [row[:2] for row in rows[1:4]] == [[str(1767581880 + 60 * step), "lisbon"] for step in range(3)]
    assert len(rows) == 13


@pytest.mark.parametrize(("expression", "text"), [("1 + 1", "2\n"), ('"a"', "a\n"), ("1 / 3", "0.333333\n")])
def test_a_single_value_stands_alone(crosshub: Run, expression: str, text: str) -> None:
    assert crosshub("query", expression).stdout == text


def test_nothing_found_is_said(crosshub: Run) -> None:
    done = crosshub("query", "no_such_metric")

    assert (done.stdout, done.stderr, done.returncode) == ("", "no series\n", 0)


def test_a_cluster_that_fails_is_a_warning_or_an_error(crosshub: Run, fleet: Fleet) -> None:
    config = yaml.safe_load(fleet.config.read_text())
    config["clusters"].append({"name": "bergen", "prometheus": {"url": "http://127.0.0.1:1"}})
    file = fleet.directory / "with_bergen.yaml"
    file.write_text(yaml.safe_dump(config))

    partial = crosshub("query", "count(up)", *NOON, config=file)
    strict = crosshub("query", "count(up)", *NOON, "--strict", config=file)

    assert (partial.returncode, partial.stderr) == (0, 'warning: cluster "bergen": connection refused\n')
    assert partial.stdout.splitlines()[:2] == ["series  value", "{}         19"]
    assert (strict.returncode, strict.stdout, strict.stderr) == (1, "", 'cluster "bergen": connection refused\n')


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up{"], "1:4: parse error: unexpected end of input inside braces"),
        (["up", "--time", "noon"], '--time: cannot parse "noon" to a valid timestamp'),
        (["up", "--range", "x"], '--range: cannot parse "x" to a valid duration'),
        (["up", "--step", "1m"], "--step says how far apart the moments of --range are; there is no --range"),
        (["up", "--range", "0s"], "--range and --step must be more than nothing"),
    ],
)
def test_what_is_wrong_is_said_and_where(crosshub: Run, arguments: list[str], words: str) -> None:
    done = crosshub("query", *arguments)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", words + "\n")


def test_a_bad_configuration_ends_in_2(crosshub: Run, fleet: Fleet) -> None:
    bad = fleet.directory / "bad.yaml"
    bad.write_text("clustres: []\n")

    done = crosshub("query", "up", config=bad)

    assert done.returncode == 2
    assert 'did you mean "clusters"?' in done.stderr


def test_names_cannot_command_the_terminal_or_a_spreadsheet(crosshub: Run) -> None:
    evil = 'label_replace(vector(1), "user", "=cmd()\\u001b[31m", "", "")'

    table = crosshub("query", evil).stdout
    sheet = crosshub("query", evil, "--format", "csv").stdout

    assert "\x1b" not in table
    assert "\\x1b[31m" in table
    assert ",'=cmd()" in sheet


def test_numbers_are_shortened_only_where_nobody_reads_on() -> None:
    shown = {text: number(text) for text in ("1767571200", "0.30000000000000004", "NaN", "+Inf", "1e+30", "-0")}

    assert shown == {
        "1767571200": "1767571200",
        "0.30000000000000004": "0.3",
        "NaN": "nan",
        "+Inf": "inf",
        "1e+30": "1e+30",
        "-0": "-0",
    }


def test_series_are_named_as_promql_names_them() -> None:
    assert name_of((("__name__", "up"), ("job", 'a"b'))) == 'up{job="a\\"b"}'
    assert name_of(()) == "{}"
    assert printable("a\x1b\u202eb") == "a\\x1b\\u202eb"


def test_lines_break_where_samples_are_missing() -> None:
    series = Series((), ((0, "1"), (60, "2"), (240, "3"), (300, "NaN"), (360, "+Inf"), (420, "4")))

    assert stretches(series, 60) == [[(0, 1.0), (60, 2.0)], [(240, 3.0)], [(420, 4.0)]]


def test_a_course_is_drawn_in_blocks() -> None:
    assert trend(Series((), tuple((step, str(step)) for step in range(8)))) == "▁▂▃▄▅▆▇█"
    assert trend(Series((), ((0, "1"), (1, "1")))) == "▁▁"
    assert trend(Series((), ((0, "NaN"), (1, "1")))) == ""


HISTOGRAM = '{"count":"1","sum":"2"}'


@pytest.fixture
async def histograms(tmp_path: Path) -> AsyncIterator[Path]:
    """A configuration with one cluster, whose only series is a native histogram."""
    instant = f'{{"resultType":"vector","result":[{{"metric":{{"job":"hub"}},"histogram":[60,{HISTOGRAM}]}}]}}'
    ranged = f'{{"resultType":"matrix","result":[{{"metric":{{"job":"hub"}},"histograms":[[60,{HISTOGRAM}]]}}]}}'
    bodies = {
        path: f'{{"status":"success","data":{data}}}'.encode()
        for path, data in (("/api/v1/query", instant), ("/api/v1/query_range", ranged))
    }
    async with fake_prometheus(answers=bodies) as lisbon:
        file = tmp_path / "crosshub.yaml"
        file.write_text(f"clusters: [{{name: lisbon, prometheus: {{url: '{lisbon.url}'}}}}]")
        yield file


@pytest.mark.parametrize(
    ("arguments", "printed", "said"),
    [
        ((), "(histogram)", False),
        (("--range", "1h"), "(histogram)", False),
        (("--range", "1h", "--plot"), "", True),
        (("--format", "csv"), "time,cluster,job,value", True),
        (("--format", "json"), HISTOGRAM, False),
    ],
)
async def test_native_histograms_are_named_or_said_to_be_left_out(
    crosshub: Run, histograms: Path, arguments: tuple[str, ...], printed: str, *, said: bool
) -> None:
    done = await asyncio.to_thread(crosshub, "query", "x", *arguments, config=histograms)

    assert printed in done.stdout
    words = "native histograms, of 1 series, are left out; --format json has them\n" if said else ""
    assert (done.returncode, done.stderr) == (0, words)


def test_who_asks_makes_no_database(crosshub: Run, tmp_path: Path) -> None:
    config = tmp_path / "crosshub.yaml"
    config.write_text("clusters: [{name: lisbon, prometheus: {url: 'http://127.0.0.1:1'}}]\n")

    done = crosshub("query", "1 + 1", *NOON, config=config)

    assert (done.stdout.splitlines()[-1].split()[0], done.returncode) == ("2", 0), done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["crosshub.yaml"]


def test_what_only_the_service_needs_is_not_imported_to_ask() -> None:
    looks = "import sys, aggregator.cli.ask; print(*sorted({'alembic', 'apscheduler', 'fastapi'} & sys.modules.keys()))"

    done = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)

    assert done.stdout == "\n"
