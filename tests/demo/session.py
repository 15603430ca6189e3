"""The processes of a session, however they came to be in it: what a demo may leave behind."""

import os
import select
import time
from pathlib import Path


def alive_in(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _session_of(path) == session]


def _session_of(process: Path) -> int | None:
    try:
        # After the name, which is in brackets and may hold anything: state, parent, group, session.
        state, _, _, session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(session)


def left_after(session: int, seconds: float) -> list[int]:
    """What of a session is still alive when it has been given so long to end."""
    until = time.monotonic() + seconds
    while (left := alive_in(session)) and time.monotonic() < until:
        _await_end(left[0], until - time.monotonic())
    return left


def _await_end(pid: int, seconds: float) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        waiting = select.poll()
        waiting.register(handle, select.POLLIN)
        waiting.poll(max(0.0, seconds) * 1000)
    finally:
        os.close(handle)
