"""`crosshub grafana plan` and `apply` as commands: what they print, and how they end."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from aggregator.grafana.desired import desired
from aggregator.grafana.wanted import Wanted
from tests.fakes.grafana import TOKEN, FakeGrafana, fake_grafana
from tests.fakes.receiving import refusing

WANTED = desired(Wanted(), None)
RUN = "from aggregator.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Ended:
    code: int | None
    out: str
    err: str


async def crosshub(place: Path, url: str, *arguments: str, config: str = "") -> Ended:
    """What the command says about a Grafana at that address."""
    (place / "grafana.token").write_text(TOKEN)
    (place / "crosshub.token").write_text("correct horse\n")
    (place / "crosshub.yaml").write_text(
        "external_url: http://crosshub.example.org\n"
        "clusters: [{name: lisbon, prometheus: {url: 'http://127.0.0.1:1'}}]\n"
        + (config or f"grafana: {{url: '{url}', token_file: grafana.token}}\n")
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUN, "--config", str(place / "crosshub.yaml"), "grafana", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


async def test_a_plan_ends_with_3_until_it_is_applied_and_with_0_afterwards(tmp_path: Path) -> None:
    token = ("--token-file", str(tmp_path / "crosshub.token"))
    async with fake_grafana() as grafana:
        url = grafana.server.url
        planned = await crosshub(tmp_path, url, "plan", *token)
        assert grafana.writes == []
        applied = await crosshub(tmp_path, url, "apply", *token)
        again = await crosshub(tmp_path, url, "plan", *token)

    assert (planned.code, applied.code, again.code) == (3, 0, 0)
    assert "create  dashboard  Fleet (crosshub-fleet)" in planned.out
    changes = len(WANTED.folders) + len(WANTED.sources) + len(WANTED.boards) + len(["home"])
    assert f"{changes} changes to do" in planned.out
    assert "data source crosshub: works (Successfully queried" in applied.out
    assert again.out == "nothing to do\n"
    for secret in (TOKEN, "correct horse"):
        assert secret not in f"{planned} {applied}"


async def test_what_stands_in_the_way_ends_it_with_1(tmp_path: Path) -> None:
    async with fake_grafana() as grafana:
        _in_the_way(grafana)
        planned = await crosshub(tmp_path, grafana.server.url, "plan")
        applied = await crosshub(tmp_path, grafana.server.url, "apply")

    assert (planned.code, applied.code) == (1, 1)
    assert "LEFT   data source crosshub: was not made by Crosshub" in applied.err
    assert "create  dashboard  Fleet" in applied.out


def _in_the_way(grafana: FakeGrafana) -> None:
    grafana.add_source("crosshub", "By hand")


async def test_a_data_source_that_fails_ends_it_with_1_and_grafanas_words(tmp_path: Path) -> None:
    async with fake_grafana(health=(400, {"message": "connection refused", "status": "ERROR"})) as grafana:
        applied = await crosshub(tmp_path, grafana.server.url, "apply")

    assert applied.code == 1
    assert "data source crosshub: FAILS" in applied.err
    assert "connection refused" in applied.err


async def test_a_grafana_that_does_not_answer_ends_it_with_1(tmp_path: Path) -> None:
    planned = await crosshub(tmp_path, refusing(), "plan")

    assert planned.code == 1
    assert "nobody answers there" in planned.err
    assert "Traceback" not in planned.err


@pytest.mark.parametrize(
    ("config", "words"),
    [("grafana: {}\n", "grafana.url"), ("grafana: {url: 'http://127.0.0.1:1'}\n", "grafana.token_file")],
)
async def test_a_configuration_without_a_grafana_is_a_bad_one(tmp_path: Path, config: str, words: str) -> None:
    planned = await crosshub(tmp_path, "", "plan", config=config)

    assert planned.code == 2
    assert f"does not say {words}" in planned.err
