"""Flags of the test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--free-seed",
        nargs="?",
        type=int,
        const=0,
        metavar="SEED",
        help="draw other PromQL expressions than the usual ones: from this seed, or from a random one",
    )
