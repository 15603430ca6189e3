"""Real clusters for the commands."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fleet.start import Fleet, started_fleet

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = f"{Path(sys.executable).parent}/crosshub"


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    with started_fleet() as fleet:
        yield fleet


@pytest.fixture(scope="session")
def crosshub(fleet: Fleet) -> Run:
    """Runs the command with the configuration of the clusters, eighty columns wide, in UTC."""

    def run(*arguments: str, config: Path = fleet.config) -> subprocess.CompletedProcess[str]:
        environment = {"TZ": "UTC", "COLUMNS": "80", "LINES": "40", "LANG": "C.UTF-8"}
        command = [COMMAND, "--config", str(config), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    return run
