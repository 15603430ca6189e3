"""What the service writes to its log."""

import io
import logging
from collections.abc import Iterator

import pytest

from aggregator.cli.log_lines import LogLines

HOSTILE = "x\n2026-11-25 12:00:00,000 ERROR all is lost\r\x1b[31m\x9b2J\u2028\u202e\u2066\x00"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What a logger writes by our lines."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(LogLines())
    log = logging.getLogger("tests.lines")
    log.addHandler(handler)
    yield text
    log.removeHandler(handler)


def test_no_name_from_outside_begins_a_line_or_commands_a_terminal(logged: io.StringIO) -> None:
    log = logging.getLogger("tests.lines")

    log.warning("hub %s of %r in %s", HOSTILE, HOSTILE, {"user": HOSTILE})
    log.error("group %s cannot be told", HOSTILE, exc_info=ValueError(HOSTILE), stack_info=True)

    lines = logged.getvalue().removesuffix("\n").split("\n")
    began = [line for line in lines if not line.startswith("    ")]
    assert [line.split()[2] for line in began] == ["WARNING", "ERROR"]
    assert any("ValueError: x" in line for line in lines)
    assert all(line.isprintable() for line in lines)
    assert "group x\\n2026-11-25 12:00:00,000 ERROR all is lost\\r\\x1b[31m" in began[1]


def test_what_is_fit_to_be_read_stays_as_it_is(logged: io.StringIO) -> None:
    logging.getLogger("tests.lines").warning("%s", "Universität „Lissabon“ \N{SPOUTING WHALE} 14:02")

    assert logged.getvalue().endswith(" WARNING Universität „Lissabon“ \N{SPOUTING WHALE} 14:02\n")
