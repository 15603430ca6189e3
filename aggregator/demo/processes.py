"""Programs that listen on a free loopback port: started together, awaited, and ended however this process ends.

Start them from the main thread: Linux ends a child when the *thread* that started it is gone.
"""

import ctypes
import http.client
import os
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

from aggregator.errors import CrosshubError

_PR_SET_PDEATHSIG = 1
_PORT_TAKEN = "address already in use"
_BETWEEN_POLLS = 0.05
_TO_END = 10.0

_Process = subprocess.Popen[bytes]


class NotStarted(CrosshubError):
    """A program could not do its work; the message holds the last of what it said."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A program that answers at `url`."""

    name: str
    url: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start: `command` is given the port, `port` itself where that is free; ready once `ready` answers 200."""

    name: str
    command: Callable[[int], list[str]]
    log: Path
    ready: str
    environment: Callable[[int], Mapping[str, str]] = field(default=lambda _port: {})
    port: int = 0


@contextmanager
def listening(programs: Iterable[Program], *, patience: float = 60.0) -> Iterator[tuple[Listening, ...]]:
    """The programs, in the order given, all of them ready; ended when the block is left."""
    ours: list[_Process] = []
    try:
        started = [(program, *_launched(program, ours)) for program in programs]
        until = time.monotonic() + patience
        yield tuple([_ready(program, process, port, until, ours) for program, process, port in started])
    finally:
        _end(ours)


def dies_with_parent(told: signal.Signals = signal.SIGKILL) -> Callable[[], None] | None:
    """What a child runs before it becomes its program, so that not even SIGKILL of this process leaves it behind.

    SIGKILL for the child as well: Prometheus' data survive that, and the next run finds its directory free at once. One
    that has to tidy up is `told` another way.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, told)
        if os.getppid() != parent:  # it was gone already
            os._exit(1)

    return tie


def last_words(text: str, lines: int = 8) -> str:
    return "\n".join(text.strip().splitlines()[-lines:]) or "(it said nothing)"


def _launched(program: Program, ours: list[_Process]) -> tuple[_Process, int]:
    port = _free_port(program.port)
    with program.log.open("wb") as log:
        process = subprocess.Popen(
            program.command(port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **program.environment(port)},
            process_group=0,  # Ctrl-C is for us; we end the others
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it takes no lock and allocates nothing
        )
    ours.append(process)
    return process, port


def _ready(program: Program, process: _Process, port: int, until: float, ours: list[_Process]) -> Listening:
    while process.poll() is None and time.monotonic() < until:
        if _is_ready(port, program.ready):
            return Listening(program.name, f"http://127.0.0.1:{port}", process.pid)
        time.sleep(_BETWEEN_POLLS)
    said = last_words(program.log.read_text(errors="replace"))
    if process.poll() is None:
        raise NotStarted(f"{program.name} was not ready in time. The end of {program.log}: {said}")
    if _PORT_TAKEN in said:  # somebody took the port between our look and its start
        return _ready(program, *_launched(program, ours), until, ours)
    raise NotStarted(f"{program.name} ended with {process.returncode}. The end of {program.log}: {said}")


def _is_ready(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)  # urllib would ask a proxy
    try:
        connection.request("GET", path)
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


def _free_port(preferred: int) -> int:
    """The preferred port, or one of the ephemeral range, so never one that a service is known by."""
    for wanted in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the port of a demo ended a moment ago is free
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise NotStarted("no port is free on 127.0.0.1")
