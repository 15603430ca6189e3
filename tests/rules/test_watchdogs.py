"""Of which Watchdogs silence says something."""

from datetime import timedelta

import pytest

from aggregator.rules.evidence import Watchdog
from aggregator.rules.probe_rows import Key, Probe
from aggregator.rules.watchdogs import followed
from tests.rules.fleets import NOON

MINUTE = timedelta(minutes=1)
POSTED, ASKED = "alertmanager", "prometheus of lisbon"


@pytest.mark.parametrize(
    ("name", "origin", "heard", "looks", "regular"),
    [
        ("heard once, it may be repeated in four hours", POSTED, (0,), (1, 11), False),
        ("repeated each five minutes", POSTED, (0, 5), (1, 6), True),
        ("repeated each five minutes, and then no more", POSTED, (0, 5), (1, 6, 11, 16, 26), True),
        ("repeated each four hours", POSTED, (0, 240, 480), tuple(range(1, 490)), False),
        ("repeated seldom, and then often", POSTED, (0, 240, 245), tuple(range(1, 250)), True),
        ("repeated often, while nobody looked since", POSTED, (0, 5), (1, 6, 60), False),
        ("asked for and told once", ASKED, (0,), (1, 11), True),
        ("asked for, and nobody was here to ask", ASKED, (0, 1), (1, 60), False),
        ("asked for again after nobody was here", ASKED, (0, 60), (1, 60, 61), True),
    ],
)
def test_a_watchdog_is_missed_only_where_it_was_heard_regularly(
    name: str, origin: str, heard: tuple[int, ...], looks: tuple[int, ...], *, regular: bool
) -> None:
    known: dict[Key, Probe] = {}
    found: tuple[Watchdog, ...] = ()
    for look in looks:
        heard_at = NOON + max(minute for minute in heard if minute < look) * MINUTE
        found, known = followed([Watchdog(origin, (("alertname", "Watchdog"),), heard_at)], known, NOON + look * MINUTE)

    assert [each.regular for each in found] == [regular], name
