"""What takes part: clusters, their union, a central Prometheus that reads them from afar, and Crosshub."""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from aggregator.demo.processes import Listening, Program, listening
from aggregator.demo.servers import link_blocks
from tests.bench.blocks import blocks_of, union_name


@dataclass(frozen=True, slots=True)
class Fleet:
    """Clusters by name, and one Prometheus that holds all of them."""

    clusters: Mapping[str, str]
    union: str


@dataclass(frozen=True, slots=True)
class Fronts:
    """What makes one out of many, asking the clusters at the addresses it was given."""

    crosshub: Listening
    central: Listening
    relay: Listening


@contextmanager
def started_fleet(count: int, directory: Path) -> Iterator[Fleet]:
    """So many clusters and their union, ready to be asked."""
    programs = []
    for name, blocks in blocks_of(count).items():
        here = directory / name
        link_blocks(blocks, emptied(here / "data"))
        together = name == union_name(count)
        # The label that remote_read tells clusters apart by; answers to queries do not carry it.
        labels = {} if together else {"external_labels": {"cluster": name}}
        programs.append(prometheus(name, here, {"global": labels}, cores=2 if together else 1))
    with listening(programs) as started:
        urls = {each.name: each.url for each in started}
        union = urls.pop(union_name(count))
        yield Fleet(urls, union)


@contextmanager
def started_fronts(clusters: Mapping[str, str], directory: Path, *, encoding: str) -> Iterator[Fronts]:
    """Crosshub, a central Prometheus and a relay in front of the clusters at these addresses."""
    reads = [{"url": f"{url}/api/v1/read", "name": name, "read_recent": True} for name, url in clusters.items()]
    emptied(directory / "central" / "data")
    central = prometheus("central", directory / "central", {"remote_read": reads}, cores=2)
    programs = [
        crosshub(clusters, directory / "crosshub", encoding=encoding),
        central,
        part("relay", directory, [encoding, json.dumps(dict(clusters))]),
    ]
    with listening(programs) as (ours, theirs, relay):
        yield Fronts(ours, theirs, relay)


def prometheus(name: str, directory: Path, config: Mapping[str, object], *, cores: int) -> Program:
    """One whose data lie in the directory already."""
    file = directory / "prometheus.yml"
    file.write_text(yaml.safe_dump(dict(config)))
    options = [f"--config.file={file}", f"--storage.tsdb.path={directory / 'data'}"]
    options += ["--storage.tsdb.retention.time=10y", "--log.level=warn"]
    return Program(
        name=name,
        command=lambda port: [shutil.which("prometheus") or "", *options, f"--web.listen-address=127.0.0.1:{port}"],
        log=directory / "prometheus.log",
        ready="/-/ready",
        environment=lambda _port: {"GOMAXPROCS": str(cores)},
    )


def crosshub(clusters: Mapping[str, str], directory: Path, *, encoding: str, database: str = "") -> Program:
    """`crosshub serve` with a configuration that names the clusters, over that database or one of its own."""
    emptied(directory)
    entries = [{"name": name, "prometheus": {"url": url, "encoding": encoding}} for name, url in clusters.items()]
    config = directory / "crosshub.yaml"
    kept = {"database": database or f"sqlite:///{directory}/crosshub.db"}
    config.write_text(yaml.safe_dump({"clusters": entries, "rules": [], **kept}, sort_keys=False))
    return Program(
        name="crosshub",
        command=lambda _port: [f"{Path(sys.executable).parent}/crosshub", "--config", str(config), "serve"],
        log=directory / "crosshub.log",
        ready="/readyz",
        environment=lambda port: {"CROSSHUB_LISTEN": f"127.0.0.1:{port}"},
    )


@contextmanager
def started_part(program: str, directory: Path, given: Sequence[str]) -> Iterator[str]:
    """A program of this package that listens on many ports: the first is its own, where it says it is ready."""
    with listening([part(program, directory, given)]) as (started,):
        yield started.url


def part(program: str, directory: Path, given: Sequence[str]) -> Program:
    """A program of this package, called with its port and what is given."""
    return Program(
        name=program,
        command=lambda port: [sys.executable, "-m", f"tests.bench.{program}", str(port), *given],
        log=directory / f"{program}.log",
        ready="/-/ready",
    )


def emptied(directory: Path) -> Path:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory
