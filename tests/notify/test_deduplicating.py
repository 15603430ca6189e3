"""Whether somebody is told, and why: Alertmanager's table, row by row."""

from datetime import timedelta

import pytest

from aggregator.notify.deduplicating import Reason, Told, reason_to_tell
from tests.notify.made import NOON

HOUR = timedelta(hours=1)


def told(firing: str = "", resolved: str = "", owed: str = "", hours_ago: float = 0.5) -> Told:
    return Told(NOON - hours_ago * HOUR, *(frozenset(each.split()) for each in (firing, resolved, owed)))


@pytest.mark.parametrize(
    ("before", "firing", "resolved", "send_resolved", "reason"),
    [
        (None, "a", "", True, Reason.FIRST),
        (None, "a", "b", True, Reason.FIRST),
        (None, "", "a", True, Reason.NOTHING),
        (told("a"), "a b", "", True, Reason.NEW),
        (told("", "a"), "a", "", True, Reason.NEW),
        (told("a"), "b", "a", False, Reason.NEW),
        (told("a b"), "", "a b", True, Reason.ALL_RESOLVED),
        (told("a b"), "", "a b", False, Reason.ALL_RESOLVED),
        (told("", "a"), "", "b", True, Reason.NOTHING),
        (told("", "a", owed="b"), "", "b", True, Reason.ALL_RESOLVED),
        (told("", "a", owed="b"), "", "c", True, Reason.NOTHING),
        (told("a b"), "a", "b", True, Reason.NEW_RESOLVED),
        (told("a b"), "a", "b", False, Reason.NOTHING),
        (told("a", "b"), "a", "b", True, Reason.NOTHING),
        (told("a b"), "a", "", True, Reason.NOTHING),
        (told("a", hours_ago=1.01), "a", "", True, Reason.REPEAT),
        (told("a", hours_ago=1), "a", "", True, Reason.NOTHING),
        (told("", "a", hours_ago=9), "", "a", True, Reason.NOTHING),
    ],
)
def test_a_receiver_is_told_for_one_reason(
    *, before: Told | None, firing: str, resolved: str, send_resolved: bool, reason: Reason
) -> None:
    stands = told(firing, resolved, hours_ago=0)

    assert reason_to_tell(before, stands, repeat_interval=HOUR, send_resolved=send_resolved) is reason
