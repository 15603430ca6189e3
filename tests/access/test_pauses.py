"""What comes and goes with what people do, and for how long a finding of it stands."""

from datetime import timedelta

import pytest

from aggregator.access import kinds
from aggregator.access.detect import DETECTORS
from aggregator.access.evidence import NotAsked, Sighting
from aggregator.access.found import Pause
from tests.access.sightings import (
    DAY,
    HOUR,
    INSTITUTION,
    ORG,
    UNNAMED,
    measured,
    seen,
    strangers,
    told,
    window,
    with_windows,
)

NOT_ASKED = NotAsked("it has no api_token")
OPEN_NOW, FOR_FOUR = window(-HOUR, DAY), window(-HOUR, DAY, 4)
NOBODY_LOGS_IN = measured(logins=0)


@pytest.mark.parametrize(
    ("kind", "sighting", "quiet"),
    [
        (kinds.LOGIN_OUTSIDE, seen(UNNAMED, measured=NOBODY_LOGS_IN), DAY),
        (kinds.UNKNOWN_ACCOUNTS, seen(told=NOT_ASKED), DAY),
        (kinds.SLOW_DRIP, seen(ORG), 7 * DAY),
        (kinds.STRANGERS_AT_WORK, seen(told=told(*strangers(2))), 6 * HOUR),
        (kinds.STRANGERS_AT_WORK, seen(ORG, told=told(*strangers(2))), 6 * HOUR),
        (kinds.STRANGERS_AT_WORK, seen(with_windows(ORG, FOR_FOUR), told=told(*strangers(9, age=HOUR / 2))), 6 * HOUR),
    ],
)
def test_what_may_go_on_stands_until_it_was_quiet_for_a_while(kind: str, sighting: Sighting, quiet: timedelta) -> None:
    assert DETECTORS[kind](sighting) == Pause(quiet)


@pytest.mark.parametrize(
    ("kind", "sighting"),
    [
        (kinds.LOGIN_OUTSIDE, seen(ORG, measured=NOBODY_LOGS_IN)),
        (kinds.LOGIN_OUTSIDE, seen(with_windows(UNNAMED, OPEN_NOW), measured=NOBODY_LOGS_IN)),
        (kinds.UNKNOWN_ACCOUNTS, seen()),
        (kinds.UNKNOWN_ACCOUNTS, seen(ORG, told=NOT_ASKED)),
        (kinds.UNKNOWN_ACCOUNTS, seen(with_windows(INSTITUTION, OPEN_NOW), told=NOT_ASKED)),
        (kinds.SLOW_DRIP, seen(with_windows(ORG, OPEN_NOW))),
        (kinds.STRANGERS_AT_WORK, seen()),
        (kinds.STRANGERS_AT_WORK, seen(with_windows(ORG, FOR_FOUR), told=told(*strangers(5, age=HOUR / 2)))),
    ],
)
def test_what_is_allowed_or_has_gone_is_over_at_once(kind: str, sighting: Sighting) -> None:
    assert DETECTORS[kind](sighting) is None
