"""Names in messages: told to operators, within what channels show of a line."""

from datetime import UTC, datetime

import pytest

from aggregator.delivery.names import for_reader
from aggregator.events.values import NAMES
from aggregator.outbox.notice import Item, Notice

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MAILS = tuple(f"student-{number:02}@university.example" for number in range(30))


def told(names: tuple[str, ...] | None) -> tuple[str, ...]:
    """The evidence of an alert with three lines of it and these names; None cannot be opened."""
    item = Item("f", "firing", (), ((NAMES, "sealed"),), "Strangers", NOON, evidence=("policy", "usual", "first seen"))
    said = for_reader(Notice("g", "oncall", (), "firing", "first", NOON, "UTC", (item,)), lambda _: names)
    assert isinstance(said, Notice)
    return said.items[0].evidence


def test_names_stand_second_where_every_channel_shows_them() -> None:
    assert told(("ana", "rui")) == ("policy", "accounts: ana, rui", "usual", "first seen")


@pytest.mark.parametrize("names", [MAILS, ("!" * 255, *MAILS), ("x" * 255,)])
def test_a_line_holds_what_there_is_room_for_and_counts_the_rest(names: tuple[str, ...]) -> None:
    line = told(names)[1]

    assert len(line) <= 200
    shown = line.removeprefix("accounts: ").partition(" and ")[0].split(", ")
    assert len(shown) + int((line.partition(" and ")[2] or "0 more").split()[0]) == len(names)
    assert len(names) == 1 or len(shown) > 2


def test_names_that_cannot_be_opened_are_said_to_be_there() -> None:
    assert told(None)[1] == "whose accounts they are cannot be read with this people_key_file"
