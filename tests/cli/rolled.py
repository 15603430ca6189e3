"""Two real clusters of made-up hubs over the days on which the clocks of Lisbon and Oslo went back."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.demo.blocks import Recipe, make_blocks
from aggregator.demo.config_file import Told, write_config
from aggregator.demo.servers import Server, Wanted, running
from aggregator.demo.windows import Window
from tests.demo.made import instant

# Nothing out of the ordinary happens in these days.
RECIPE = Recipe(seed=2, hubs=2, people=0.2)
WINDOW = Window(instant("2025-10-24 20:00"), instant("2025-10-27 02:00"), detail=False)
DAYS = ("--from", "2025-10-25", "--to", "2025-10-26")
CROSSHUB = "from aggregator.cli.main import main; main()"

Rollup = Callable[..., subprocess.CompletedProcess[str]]


@contextmanager
def started_clusters(directory: Path) -> Iterator[tuple[Server, ...]]:
    """Lisbon and Oslo, each with the hubs prod and staging."""
    wanted = []
    for index in range(2):
        name = RECIPE.cluster(index).name
        wanted.append(Wanted(name=name, directory=directory / name))
        make_blocks(RECIPE, index, WINDOW, wanted[-1].data)
    with running(wanted) as servers:
        yield servers


def written(directory: Path, urls: dict[str, str]) -> Path:
    """A configuration whose clusters answer there."""
    clusters = [RECIPE.cluster(index) for index in range(2)]
    write_config(directory / "crosshub.yaml", clusters, Told("127.0.0.1:9099", urls, "http://127.0.0.1:1/hubs"))
    return directory / "crosshub.yaml"


def rollup(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`crosshub rollup`, eighty columns wide."""
    return crosshub(config, "rollup", *arguments)


def crosshub(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, eighty columns wide."""
    environment = {"TZ": "UTC", "COLUMNS": "80", "LINES": "40", "LANG": "C.UTF-8"}
    command = [sys.executable, "-c", CROSSHUB, "--config", str(config), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
