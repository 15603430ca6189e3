"""Flags of the test run, and what tests of every folder may use."""

import pytest

pytest_plugins = ("tests.databases",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--free-seed",
        nargs="?",
        type=int,
        const=0,
        metavar="SEED",
        help="draw other PromQL expressions than the usual ones: from this seed, or from a random one",
    )
