"""`crosshub demo` as somebody starts it, and every way in which it ends: nothing stays behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import httpx
import pytest

from tests.demo.made import quiet_recipe
from tests.demo.session import alive_in, left_after

SMALL = ("--hubs=1", "--people=0.1", "--weeks=0", "--detail=1")
TINY = (*SMALL, "--only-clusters")
CROSSHUB = "from aggregator.cli.main import main; main()"


@contextmanager
def started(directory: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A demo in a session of its own, killed at the end if nothing else ended it."""
    command = [sys.executable, "-c", CROSSHUB, "demo", f"--directory={directory}", *options]
    demo = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    too_long = Timer(150, demo.kill)
    too_long.start()
    try:
        yield demo
    finally:
        too_long.cancel()
        demo.kill()
        demo.communicate()
        assert left_after(demo.pid, 10) == []


def said_until(demo: subprocess.Popen[str], words: str) -> str:
    """All that a demo says until it says these words."""
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"the demo ended and said: {said}")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def test_a_demo_answers_and_ends_on_sigterm_with_all_it_started(directory: Path) -> None:
    with started(directory, "--clusters=2", f"--seed={quiet_recipe(hubs=1, people=0.1).seed}", *TINY) as demo:
        said = said_until(demo, "Ctrl-C ends everything")
        urls = re.findall(r"http://127\.0\.0\.1:\d+", said)

        answers = [httpx.get(f"{url}/api/v1/query", params={"query": "count(up)"}).json() for url in urls]
        demo.send_signal(signal.SIGTERM)
        demo.wait(20)

        assert len(answers) == 2
        assert all(answer["data"]["result"] for answer in answers)
        assert left_after(demo.pid, 5) == []


def test_crosshub_answers_for_all_clusters(directory: Path) -> None:
    with started(directory, "--clusters=2", f"--seed={quiet_recipe(hubs=1, people=0.1).seed}", *SMALL) as demo:
        said = said_until(demo, "Ctrl-C ends everything")
        url = said.split("answers for all of them at ")[1].split(". Try")[0]

        answer = httpx.get(
            f"{url}/api/v1/query", params={"query": "count by (cluster) (jupyterhub_total_users)"}
        ).json()

        assert [one["metric"]["cluster"] for one in answer["data"]["result"]] == ["lisbon", "oslo"]


def test_the_weeks_before_are_kept_once_they_are_in(tmp_path: Path) -> None:
    options = ("--clusters=1", "--hubs=1", "--people=0.1", "--weeks=1", "--detail=1")
    with started(tmp_path, *options) as demo:
        said = said_until(demo, "rollups of 1 week")
        url = said.split("answers for all of them at ")[1].split(". Try")[0]

        query = 'count_over_time(crosshub_servers_most{resolution="1d"}[2w])'
        answer = httpx.get(f"{url}/api/v1/query", params={"query": query}).json()

        assert "rollup status" in said
        assert float(answer["data"]["result"][0]["value"][1]) >= 6


def test_a_killed_demo_leaves_nothing_running_and_can_be_started_again(directory: Path) -> None:
    with started(directory, "--clusters=2", f"--seed={quiet_recipe(hubs=1, people=0.1).seed}", *SMALL) as demo:
        said_until(demo, "Ctrl-C ends everything")
        assert len(alive_in(demo.pid)) > 3

        os.kill(demo.pid, signal.SIGKILL)
        demo.wait(20)

        assert left_after(demo.pid, 5) == []


def test_a_demo_killed_while_it_makes_blocks_leaves_nothing_running(tmp_path: Path) -> None:
    with started(tmp_path, "--clusters=3", "--weeks=0", "--only-clusters") as demo:
        said_until(demo, "blocks of the last days")

        os.kill(demo.pid, signal.SIGKILL)
        demo.wait(20)

        assert left_after(demo.pid, 10) == []


def test_a_directory_that_is_not_a_demos_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with started(tmp_path, *TINY) as demo:
        said, _ = demo.communicate(timeout=20)

    assert "no demo made it" in " ".join(said.split())
    assert demo.returncode == 1
