"""The PostgreSQL that tests start: nothing of it is left, however its tests end."""

import subprocess
import sys
from pathlib import Path

from tests.demo.session import left_after

STARTS = """
import sys
from tests.postgresql import started_postgresql

with started_postgresql() as server:
    print(server.directory, flush=True)
    sys.stdin.readline()
"""


def test_it_ends_with_a_process_that_is_killed_and_the_next_one_removes_its_directory() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as killed:
        assert killed.stdout is not None
        directory = Path(killed.stdout.readline().strip())
        killed.kill()
    left = left_after(killed.pid, seconds=10)
    was_there = directory.exists()
    done = subprocess.run([sys.executable, "-c", STARTS], input="\n", capture_output=True, text=True, check=True)

    assert left == []
    assert was_there
    assert not directory.exists()
    assert not Path(done.stdout.strip()).exists()
