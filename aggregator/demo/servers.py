"""Real Prometheus servers on loopback, and the blocks they start with."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from aggregator.demo.processes import NotStarted, Program, dies_with_parent, last_words, listening


@dataclass(frozen=True, slots=True)
class Server:
    """A Prometheus that answers at `url`."""

    name: str
    url: str
    pid: int
    directory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A Prometheus to start. Its configuration, its log and its `data` lie in `directory`.

    `cores` becomes GOMAXPROCS. One is right for many servers on few cores: with more, the garbage collectors of
    idle servers take turns on every core and everybody's latency suffers.
    """

    name: str
    directory: Path
    scrape: tuple[Mapping[str, object], ...] = ()
    retention: str = "10y"
    cores: int = 1
    arguments: tuple[str, ...] = ()

    @property
    def data(self) -> Path:
        """Where its blocks lie; put them there before it starts."""
        return self.directory / "data"


@contextmanager
def running(wanted: Iterable[Wanted], *, patience: float = 60.0) -> Iterator[tuple[Server, ...]]:
    """The servers, in the order asked for, all of them ready; ended when the block is left."""
    servers = tuple(wanted)
    with listening([_program(each) for each in servers], patience=patience) as answering:
        yield tuple(
            Server(each.name, program.url, program.pid, each.directory)
            for each, program in zip(servers, answering, strict=True)
        )


def backfill(openmetrics: Path, directory: Path, *, max_block_duration: str = "18h") -> None:
    """Write the samples of an OpenMetrics text as finished blocks into a server's `data`.

    promtool reads the whole text once per block, so its hidden flag for longer blocks than two hours decides how
    long this takes: a week of 2,000 series takes 57 s with 18h, and 396 s without.
    """
    directory.mkdir(parents=True, exist_ok=True)
    command = [_found("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
    command += [f"--max-block-duration={max_block_duration}", str(openmetrics), str(directory)]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=dies_with_parent(),
    )
    if done.returncode:
        said = last_words(done.stdout + done.stderr)
        raise NotStarted(f"promtool could not make blocks of {openmetrics.name}: {said}")


def link_blocks(blocks: Path, data: Path) -> None:
    """Give a server blocks that others use too: hard links, since Prometheus replaces files and never edits them."""
    for block in sorted(path for path in blocks.iterdir() if (path / "meta.json").is_file()):
        if not (data / block.name).exists():
            shutil.copytree(block, data / block.name, copy_function=_link_or_copy)


def _program(wanted: Wanted) -> Program:
    wanted.data.mkdir(parents=True, exist_ok=True)
    config = wanted.directory / "prometheus.yml"
    config.write_text(yaml.safe_dump({"scrape_configs": [dict(job) for job in wanted.scrape]}, sort_keys=False))

    def command(port: int) -> list[str]:
        return [
            _found("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={wanted.data}",
            f"--storage.tsdb.retention.time={wanted.retention}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
            *wanted.arguments,
        ]

    return Program(
        name=f"Prometheus {wanted.name!r}",
        command=command,
        log=wanted.directory / "prometheus.log",
        ready="/-/ready",
        environment=lambda _port: {"GOMAXPROCS": str(wanted.cores)},
    )


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise NotStarted(f"{program} is missing: apt-get install --no-install-recommends prometheus")
    return path
