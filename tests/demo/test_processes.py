"""Programs that listen: on a port that is theirs alone, and when one ended by itself, what went wrong says so."""

import os
import socket
import sys
from pathlib import Path

import pytest

from aggregator.demo.processes import Program, listening

_SERVES_ONCE = """
import http.server, sys
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
server.handle_request()
sys.exit("that was all")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot be held for another program")
def test_nobody_else_is_given_a_port_before_its_program_listens(tmp_path: Path) -> None:
    free = []

    def command(port: int) -> list[str]:
        free.append(_is_free(port))
        return [sys.executable, "-c", _SERVES_ONCE, str(port)]

    with listening([Program(name="brief", command=command, log=tmp_path / "log", ready="/")]):
        assert free == [False]


def test_what_fails_over_a_program_that_ended_says_how_it_ended(tmp_path: Path) -> None:
    brief = Program(
        name="brief",
        command=lambda port: [sys.executable, "-c", _SERVES_ONCE, str(port)],
        log=tmp_path / "log",
        ready="/",
    )

    with pytest.raises(ConnectionError) as raised, listening([brief]) as (program,):
        _refused_once_ended(program.pid)

    (note,) = raised.value.__notes__
    assert note.startswith("brief ended with 1. The end of ")
    assert note.endswith("that was all")


def _refused_once_ended(pid: int) -> None:
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    raise ConnectionError


def _is_free(port: int) -> bool:
    """As a kernel sees it that looks for a port to deal out."""
    with socket.socket() as another:
        try:
            another.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
