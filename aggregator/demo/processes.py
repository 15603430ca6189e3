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
from contextlib import ExitStack, contextmanager
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


@dataclass(frozen=True, slots=True)
class _Started:
    program: Program
    process: _Process
    port: int


@contextmanager
def listening(programs: Iterable[Program], *, patience: float = 60.0) -> Iterator[tuple[Listening, ...]]:
    """The programs, in the order given, all of them ready; ended when the block is left.

    What the block raises is given a note for each program that had ended before: mostly that is why.
    """
    ours: list[_Started] = []
    try:
        with ExitStack() as held:
            started = [_launched(program, ours, held) for program in programs]
            until = time.monotonic() + patience
            ready = [_ready(each, until, ours, held) for each in started]
        try:
            yield tuple([Listening(each.program.name, _url(each.port), each.process.pid) for each in ready])
        except Exception as error:
            for ended in [each for each in ready if each.process.poll() is not None]:
                error.add_note(_how_it_ended(ended))
            raise
    finally:
        _end([each.process for each in ours])


@contextmanager
def held_port(preferred: int = 0) -> Iterator[int]:
    """A port of loopback that is free, the preferred one if that is; the kernel gives it to nobody else while the block
    runs. (Who prefers the same one as somebody who does not listen yet is given it too.)

    The kernel deals out a fourth of its ephemeral ports only, so two programs that start in the same second may well be
    given the same one, and the first to look would take the other's answer for its own. A socket that is bound and does
    not listen keeps it on Linux, and is not in the way of a program that sets SO_REUSEADDR, as servers do.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the port of a demo ended a moment ago is free
        for wanted in (preferred, 0):
            try:
                holder.bind(("127.0.0.1", wanted))
                break
            except OSError:
                continue
        else:
            raise NotStarted("no port is free on 127.0.0.1")
        port: int = holder.getsockname()[1]
        if sys.platform != "linux":  # elsewhere it would be in the way
            holder.close()
        yield port


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


def _launched(program: Program, ours: list[_Started], held: ExitStack) -> _Started:
    port = held.enter_context(held_port(program.port))
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
    started = _Started(program, process, port)
    ours.append(started)
    return started


def _ready(started: _Started, until: float, ours: list[_Started], held: ExitStack) -> _Started:
    program, process = started.program, started.process
    while process.poll() is None and time.monotonic() < until:
        if _is_ready(started.port, program.ready):
            return started
        time.sleep(_BETWEEN_POLLS)
    if process.poll() is None:
        raise NotStarted(f"{program.name} was not ready in time. The end of {program.log}: {_said(program)}")
    if _PORT_TAKEN in _said(program):  # by somebody who prefers the same one, or where none can be held
        return _ready(_launched(program, ours, held), until, ours, held)
    raise NotStarted(_how_it_ended(started))


def _how_it_ended(started: _Started) -> str:
    program, status = started.program, started.process.returncode
    return f"{program.name} ended with {status}. The end of {program.log}: {_said(program)}"


def _said(program: Program) -> str:
    return last_words(program.log.read_text(errors="replace") if program.log.exists() else "")


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


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
