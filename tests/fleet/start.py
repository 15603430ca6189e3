"""The fleet as running servers: one Prometheus a cluster, the union, and a configuration that names the clusters."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from aggregator.demo.processes import Program, listening
from aggregator.demo.servers import Server, Wanted, link_blocks, running
from tests.fleet.blocks import UNION, blocks_of

SEED = 2


@dataclass(frozen=True, slots=True)
class Fleet:
    """`config` is a crosshub.yaml for the clusters; `directory` is gone when the fleet ends."""

    clusters: tuple[Server, ...]
    union: Server
    config: Path
    directory: Path


@contextmanager
def started_fleet(seed: int = SEED) -> Iterator[Fleet]:
    """Four clusters and the union, ready to be asked."""
    with tempfile.TemporaryDirectory(prefix="crosshub-fleet-") as directory:
        here = Path(directory)
        wanted = [_wanted(name, blocks, here / name) for name, blocks in blocks_of(seed).items()]
        with running(wanted) as (*clusters, union):
            config = here / "crosshub.yaml"
            config.write_text(config_of(clusters))
            yield Fleet(tuple(clusters), union, config, here)


def config_of(clusters: list[Server]) -> str:
    entries = [{"name": each.name, "prometheus": {"url": each.url}} for each in clusters]
    # Without rules: Crosshub's own would stand among those of the clusters, and ask these while they are compared.
    return yaml.safe_dump({"clusters": entries, "rules": []}, sort_keys=False)


@contextmanager
def started_crosshub(config: Path) -> Iterator[str]:
    """Where a Crosshub listens that was started with this configuration."""
    program = Program(
        name="crosshub",
        command=lambda _port: [f"{Path(sys.executable).parent}/crosshub", "--config", str(config), "serve"],
        log=config.parent / "crosshub.log",
        ready="/readyz",
        environment=lambda port: {"CROSSHUB_LISTEN": f"127.0.0.1:{port}"},
    )
    with listening([program]) as (crosshub,):
        yield crosshub.url


def _wanted(name: str, blocks: Path, directory: Path) -> Wanted:
    wanted = Wanted(name=name, directory=directory, cores=2 if name == UNION else 1)
    link_blocks(blocks, wanted.data)
    return wanted
