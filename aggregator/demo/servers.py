"""Real Prometheus servers on loopback: started together, awaited, and ended however this process ends.

Start them from the main thread: Linux ends a child when the *thread* that started it is gone.
"""

import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import yaml

from aggregator.errors import CrosshubError

_PR_SET_PDEATHSIG = 1
_PORT_TAKEN = "address already in use"
_BETWEEN_POLLS = 0.05
_TO_END = 10.0

_Process = subprocess.Popen[bytes]


class NotStarted(CrosshubError):
    """A Prometheus server or promtool failed; the message holds the last of what it said."""


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
    idle servers take turns on every core and the medians of all of them suffer.
    """

    name: str
    directory: Path
    scrape: tuple[Mapping[str, object], ...] = ()
    retention: str = "10y"
    cores: int = 1
    arguments: tuple[str, ...] = field(default=())

    @property
    def data(self) -> Path:
        """Where its blocks lie; put them there before it starts."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "prometheus.log"


@contextmanager
def running(wanted: Iterable[Wanted], *, patience: float = 60.0) -> Iterator[tuple[Server, ...]]:
    """The servers, in the order asked for, all of them ready; ended when the block is left."""
    ours: list[_Process] = []
    try:
        started = [(each, *_launched(each, ours)) for each in wanted]
        until = time.monotonic() + patience
        yield tuple([_ready(each, process, port, until, ours) for each, process, port in started])
    finally:
        _end(ours)


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
        process_group=0,
        preexec_fn=_dies_with_parent(),
    )
    if done.returncode:
        raise NotStarted(f"promtool could not make blocks of {openmetrics.name}: {_tail(done.stdout + done.stderr)}")


def link_blocks(blocks: Path, data: Path) -> None:
    """Give a server blocks that others use too: hard links, since Prometheus replaces a block's files, never edits them."""
    for block in sorted(path for path in blocks.iterdir() if (path / "meta.json").is_file()):
        if not (data / block.name).exists():
            shutil.copytree(block, data / block.name, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target


def _launched(wanted: Wanted, ours: list[_Process]) -> tuple[_Process, int]:
    wanted.data.mkdir(parents=True, exist_ok=True)
    config = wanted.directory / "prometheus.yml"
    config.write_text(yaml.safe_dump({"scrape_configs": [dict(job) for job in wanted.scrape]}, sort_keys=False))
    port = _free_port()
    command = [
        _found("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={wanted.data}",
        f"--storage.tsdb.retention.time={wanted.retention}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
        *wanted.arguments,
    ]
    with wanted.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "GOMAXPROCS": str(wanted.cores)},
            process_group=0,  # Ctrl-C is for us; we end the servers
            preexec_fn=_dies_with_parent(),  # noqa: PLW1509 - it takes no lock and allocates nothing
        )
    ours.append(process)
    return process, port


def _ready(wanted: Wanted, process: _Process, port: int, until: float, ours: list[_Process]) -> Server:
    while process.poll() is None and time.monotonic() < until:
        if _is_ready(port):
            return Server(wanted.name, f"http://127.0.0.1:{port}", process.pid, wanted.directory)
        time.sleep(_BETWEEN_POLLS)
    said = _tail(wanted.log.read_text(errors="replace"))
    if process.poll() is None:
        raise NotStarted(f"Prometheus {wanted.name!r} was not ready in time. The end of {wanted.log}: {said}")
    if _PORT_TAKEN in said:  # somebody took the port between our look and its start
        return _ready(wanted, *_launched(wanted, ours), until, ours)
    raise NotStarted(f"Prometheus {wanted.name!r} ended with {process.returncode}. The end of {wanted.log}: {said}")


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)  # urllib would ask a proxy
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end(processes: list[_Process]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + _TO_END
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _dies_with_parent() -> Callable[[], None] | None:
    """What a child runs before it becomes Prometheus, so that not even SIGKILL of this process leaves it behind.

    SIGKILL for the child as well: its data survive that, and the next run finds ports and directory free at once.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone already
            os._exit(1)

    return tie


def _free_port() -> int:
    """A port of the ephemeral range, so never one that a service is known by."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise NotStarted(f"{program} is missing: apt-get install --no-install-recommends prometheus")
    return path


def _tail(text: str, lines: int = 8) -> str:
    return "\n".join(text.strip().splitlines()[-lines:]) or "(it said nothing)"
