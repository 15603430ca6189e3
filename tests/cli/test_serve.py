"""`crosshub serve`: a process that listens where it is told, takes over a changed file, and ends when told to."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from aggregator.demo.processes import Listening, Program, listening
from tests.cli.conftest import COMMAND, Run
from tests.fleet.start import Fleet


@contextmanager
def _serving(config: Path) -> Iterator[Listening]:
    program = Program(
        name="crosshub",
        command=lambda _port: [COMMAND, "--config", str(config), "serve"],
        log=config.with_suffix(".log"),
        ready="/readyz",
        environment=lambda port: {"CROSSHUB_LISTEN": f"127.0.0.1:{port}"},
    )
    with listening([program]) as (crosshub,):
        yield crosshub


@pytest.fixture
def config(fleet: Fleet, tmp_path: Path) -> Path:
    """A configuration with the first cluster of the fleet."""
    file = tmp_path / "crosshub.yaml"
    _write(file, fleet, 1)
    return file


def _write(file: Path, fleet: Fleet, count: int) -> None:
    clusters = yaml.safe_load(fleet.config.read_text())["clusters"][:count]
    file.write_text(yaml.safe_dump({"clusters": clusters}))


def _clusters(url: str) -> list[str]:
    names: list[str] = httpx.get(f"{url}/api/v1/label/cluster/values", trust_env=False).json()["data"]
    return names


def _until(condition: str, log: Path) -> None:
    """Reads the log until it says so."""
    for _ in range(100_000):
        if condition in log.read_text():
            return
    raise AssertionError(log.read_text())


def test_a_changed_file_is_taken_over_on_sighup_and_a_bad_one_is_not(config: Path, fleet: Fleet) -> None:
    log = config.with_suffix(".log")
    with _serving(config) as crosshub:
        first = _clusters(crosshub.url)
        _write(config, fleet, 3)
        os.kill(crosshub.pid, signal.SIGHUP)
        _until("taken over: 3 clusters", log)
        second = _clusters(crosshub.url)
        config.write_text("clustres: []\n")
        os.kill(crosshub.pid, signal.SIGHUP)
        _until("is not taken over", log)
        third = _clusters(crosshub.url)

    assert (first, second, third) == (["lisbon"], ["lisbon", "oslo", "perth"], ["lisbon", "oslo", "perth"])
    assert 'did you mean "clusters"?' in log.read_text()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_to(config: Path, told: signal.Signals) -> None:
    environment = os.environ | {"CROSSHUB_LISTEN": "127.0.0.1:0"}
    with subprocess.Popen(
        [COMMAND, "--config", str(config), "serve"], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "running on" in line:
                break
        process.send_signal(told)
        rest = process.stderr.read()
        status = process.wait(timeout=20)

    assert "Finished server process" in rest
    assert "Traceback" not in rest
    assert status in {0, -told, 128 + told}


def test_an_address_that_is_taken_is_said(crosshub: Run, config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        config.write_text(config.read_text() + f"listen: {address}\n")
        done = crosshub("serve", config=config)

    assert done.returncode != 0
    assert "address already in use" in done.stderr
    assert "Traceback" not in done.stderr
