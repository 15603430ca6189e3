"""When a server that keeps failing is left alone: the moves of the state, without a clock or a socket."""

from collections.abc import Callable

import pytest

from aggregator.federation.breaker import (
    CLOSED,
    Breaker,
    Policy,
    abandoned,
    admit,
    failed,
    rest_left,
    state,
    succeeded,
)

POLICY = Policy(failures=3, rest=30)
OPEN = Breaker(failures=3, opened=100)
TRYING = Breaker(failures=3, opened=100, trying=True)

Move = Callable[[Breaker], Breaker | None]


def asked(now: float) -> Move:
    return lambda breaker: admit(breaker, POLICY, now)


def fails(now: float) -> Move:
    return lambda breaker: failed(breaker, POLICY, now)


@pytest.mark.parametrize(
    ("before", "move", "after"),
    [
        (CLOSED, asked(1), CLOSED),
        (CLOSED, fails(1), Breaker(failures=1)),
        (Breaker(failures=2), succeeded, CLOSED),
        (Breaker(failures=2), fails(100), OPEN),
        (OPEN, asked(129.9), None),
        (OPEN, asked(130), TRYING),
        (OPEN, fails(110), Breaker(failures=4, opened=100)),
        (OPEN, succeeded, CLOSED),
        (TRYING, asked(131), None),
        (TRYING, succeeded, CLOSED),
        (TRYING, fails(131), Breaker(failures=4, opened=131)),
        (TRYING, abandoned, OPEN),
    ],
)
def test_each_move_leads_where_the_table_says(before: Breaker, move: Move, after: Breaker | None) -> None:
    assert move(before) == after


@pytest.mark.parametrize(
    ("breaker", "now", "told"),
    [
        (CLOSED, 0, "closed"),
        (Breaker(failures=2), 0, "closed"),
        (OPEN, 129.9, "open"),
        (OPEN, 130, "half_open"),
        (TRYING, 120, "half_open"),
    ],
)
def test_people_are_told_how_it_is(breaker: Breaker, now: float, told: str) -> None:
    assert state(breaker, POLICY, now) == told


def test_the_rest_that_is_left_runs_down() -> None:
    assert [rest_left(OPEN, POLICY, now) for now in (100, 112, 130)] == [30, 18, 0]
