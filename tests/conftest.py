"""Flags of the test run, and what tests of every folder may use."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

pytest_plugins = ("tests.databases",)

# One process runs a file from its beginning to its end, so what takes long begins first and nobody waits for it at the
# end; `make test` keeps this order.
LONG = (
    "access/test_real_hubs.py",
    "rollups/test_kills.py",
    "differential/test_same_as_one.py",
    "cli/test_rollup.py",
    "told/test_told.py",
    "delivery/test_job.py",
    "rollups/test_people.py",
    "demo/test_demo.py",
    "cli/test_query.py",
    "slots/test_claims.py",
    "api/test_rollups.py",
    "cli/test_db.py",
    "promql/test_print.py",
)
_PLACES = {Path(__file__).parent / file: place for place, file in enumerate(LONG)}

# Files of tests live shortly, and many file systems take longer to forget them than the tests take.
IN_MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--free-seed",
        nargs="?",
        type=int,
        const=0,
        metavar="SEED",
        help="draw other PromQL expressions than the usual ones: from this seed, or from a random one",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    if "TMPDIR" not in os.environ and IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _PLACES.get(item.path, len(LONG)))
