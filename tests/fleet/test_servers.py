"""Real servers start together, hold what was backfilled, say why they fail, and never outlive their parent."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from aggregator.demo.processes import NotStarted
from aggregator.demo.servers import Wanted, backfill, link_blocks, running

_ORPHANING = """
import os, signal, sys
from pathlib import Path
from aggregator.demo.servers import Wanted, running
with running([Wanted(name="orphan", directory=Path(sys.argv[1]))]) as servers:
    print(servers[0].pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_servers_answer_what_was_backfilled(tmp_path: Path) -> None:
    text = tmp_path / "history.om"
    text.write_text("# TYPE hubs gauge\nhubs 3 1767571200\n# EOF\n")
    wanted = [Wanted(name=name, directory=tmp_path / name) for name in ("lisbon", "oslo")]
    backfill(text, tmp_path / "blocks")
    for each in wanted:
        link_blocks(tmp_path / "blocks", each.data)

    with running(wanted) as servers:
        answers = [
            httpx.get(f"{each.url}/api/v1/query", params={"query": "hubs", "time": 1767571200}) for each in servers
        ]

    assert [each.name for each in servers] == ["lisbon", "oslo"]
    assert [answer.json()["data"]["result"][0]["value"][1] for answer in answers] == ["3", "3"]


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(NotStarted, match="unknown long flag '--no-such-flag'"),
        running([Wanted(name="oslo", directory=tmp_path, arguments=("--no-such-flag",))]),
    ):
        pass


def test_a_text_that_is_not_openmetrics_is_refused_with_promtools_words(tmp_path: Path) -> None:
    (tmp_path / "bad.om").write_text("hubs nonsense 1767571200\n# EOF\n")

    with pytest.raises(NotStarted, match=r"bad\.om: .*nonsense"):
        backfill(tmp_path / "bad.om", tmp_path / "data")


def test_servers_end_when_the_block_is_left(tmp_path: Path) -> None:
    with running([Wanted(name="oslo", directory=tmp_path)]) as (server,):
        assert _is_running(server.pid)

    assert not _is_running(server.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="tied to the parent by prctl")
def test_servers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = subprocess.run([sys.executable, "-c", _ORPHANING, str(tmp_path)], capture_output=True, check=False)
    orphan = int(parent.stdout)

    assert parent.returncode == -signal.SIGKILL
    assert _ends(orphan)


def _is_running(pid: int) -> bool:
    """Whether there is such a process; one that ended and waits to be reaped has no command line left."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except (FileNotFoundError, ProcessLookupError):
        return False


def _ends(pid: int) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)
