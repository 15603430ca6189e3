"""The states of an alert: every one of them, by everything that a look can come to."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import pytest

from aggregator.events.values import Alert, Change, Health, State
from aggregator.rules.state import Look, Seen, removed, step
from tests.rules.looks import ERROR, FALSE, LABELS, NO_DATA, NOON, RULE, TRUE, alert, at, terms

PENDING, FIRING, RECOVERING, RESOLVED = State.PENDING, State.FIRING, State.RECOVERING, State.RESOLVED
HOLD, KEEP = 5, 10

# Each since noon, looked at a minute before the look at hand.
STANDING: Mapping[str, Callable[[float], Alert | None]] = {
    "nothing": lambda _: None,
    "pending": lambda now: alert(PENDING, 0, now - 1),
    "firing": lambda now: alert(FIRING, 0, now - 1),
    "recovering": lambda now: alert(RECOVERING, 0, now - 1, true_at=at(-1), over_since=at(0)),
    "resolved": lambda now: alert(RESOLVED, -9, now - 1, resolved_at=at(now - 1)),
}
# before, look, minutes since then: the state after it, and what happened. `for` is 5 minutes, `keep_firing_for` 10.
TABLE: list[tuple[str, Look, float, State | None, list[Change]]] = [
    ("nothing", TRUE, 0, PENDING, [Change.PENDING]),
    ("nothing", FALSE, 0, None, []),
    ("nothing", NO_DATA, 0, None, []),
    ("nothing", ERROR, 0, None, []),
    ("pending", TRUE, 4, PENDING, []),
    ("pending", TRUE, 5, FIRING, [Change.FIRING]),
    ("pending", TRUE, 6, FIRING, [Change.FIRING]),
    ("pending", FALSE, 4, None, [Change.DROPPED]),
    ("pending", FALSE, 6, None, [Change.DROPPED]),
    ("pending", NO_DATA, 4, PENDING, [Change.HELD]),
    ("pending", NO_DATA, 6, PENDING, [Change.HELD]),
    ("pending", ERROR, 4, PENDING, [Change.HELD]),
    ("pending", ERROR, 6, PENDING, [Change.HELD]),
    ("firing", TRUE, 4, FIRING, []),
    ("firing", TRUE, 60, FIRING, []),
    ("firing", FALSE, 4, RECOVERING, [Change.RECOVERING]),
    ("firing", FALSE, 60, RECOVERING, [Change.RECOVERING]),
    ("firing", NO_DATA, 4, FIRING, [Change.HELD]),
    ("firing", NO_DATA, 60, FIRING, [Change.HELD]),
    ("firing", ERROR, 4, FIRING, [Change.HELD]),
    ("firing", ERROR, 60, FIRING, [Change.HELD]),
    ("recovering", TRUE, 4, FIRING, [Change.FIRING]),
    ("recovering", TRUE, 60, FIRING, [Change.FIRING]),
    ("recovering", FALSE, 9, RECOVERING, []),
    ("recovering", FALSE, 10, RESOLVED, [Change.RESOLVED]),
    ("recovering", FALSE, 60, RESOLVED, [Change.RESOLVED]),
    ("recovering", NO_DATA, 9, RECOVERING, [Change.HELD]),
    ("recovering", NO_DATA, 60, RECOVERING, [Change.HELD]),
    ("recovering", ERROR, 9, RECOVERING, [Change.HELD]),
    ("recovering", ERROR, 60, RECOVERING, [Change.HELD]),
    ("resolved", TRUE, 9, PENDING, [Change.PENDING]),
    ("resolved", FALSE, 9, RESOLVED, []),
    ("resolved", NO_DATA, 9, RESOLVED, []),
    ("resolved", ERROR, 9, RESOLVED, []),
]


@pytest.mark.parametrize(("standing", "look", "minutes", "state", "changes"), TABLE)
def test_a_look_leads_from_one_state_to_the_next(
    standing: str, look: Look, minutes: float, state: State | None, changes: list[Change]
) -> None:
    before = STANDING[standing](minutes)

    after, happened = step(before, look, terms(minutes, HOLD, KEEP))

    assert (after and after.state, list(happened)) == (state, changes)


@pytest.mark.parametrize(
    ("standing", "look", "state", "changes"),
    [
        ("nothing", TRUE, FIRING, [Change.FIRING]),
        ("resolved", TRUE, FIRING, [Change.FIRING]),
        ("firing", FALSE, RESOLVED, [Change.RESOLVED]),
        ("recovering", FALSE, RESOLVED, [Change.RESOLVED]),
    ],
)
def test_without_for_it_fires_at_once_and_without_keep_firing_for_it_is_over_at_once(
    standing: str, look: Look, state: State, changes: list[Change]
) -> None:
    after, happened = step(STANDING[standing](1), look, terms(1))

    assert after is not None
    assert (after.state, list(happened)) == (state, changes)


def test_an_alert_that_is_held_says_since_when_and_why_until_it_is_seen() -> None:
    firing = alert(FIRING)

    held, first = step(firing, NO_DATA, terms(1))
    still, second = step(held, ERROR, terms(2))
    seen, third = step(still, TRUE, terms(3))

    assert held is not None
    assert still is not None
    assert seen is not None
    assert (first, second, third) == ((Change.HELD,), (), (Change.SEEN,))
    assert (held.health, held.held_since, held.looked_at) == (Health.NO_DATA, at(1), at(1))
    assert held.evidence == ("its expression gave 7", "not seen: no answer in 20 s")
    assert (still.health, still.held_since) == (Health.ERROR, at(1))
    assert (seen.health, seen.held_since, seen.evidence) == (Health.OK, None, ("its expression gave 7",))


@pytest.mark.parametrize(
    ("held", "look", "state", "changes"),
    [
        (FIRING, FALSE, RESOLVED, [Change.SEEN, Change.RESOLVED]),
        (PENDING, FALSE, None, [Change.DROPPED]),
        (RECOVERING, TRUE, FIRING, [Change.SEEN, Change.FIRING]),
        (RECOVERING, FALSE, RESOLVED, [Change.SEEN, Change.RESOLVED]),
    ],
)
def test_what_was_held_ends_only_by_being_seen_to_be_over(
    held: State, look: Look, state: State | None, changes: list[Change]
) -> None:
    before = alert(held, 0, 1, held_since=at(1), health=Health.NO_DATA)

    after, happened = step(before, look, terms(2, hold=9))

    assert (after and after.state, list(happened)) == (state, changes)


def looked(before: Alert | None, looks: Iterable[tuple[float, Look]], hold: float, keep: float = 0) -> list[str]:
    """The states after looks at single minutes."""
    states = []
    for minute, look in looks:
        before, _ = step(before, look, terms(minute, hold, keep))
        states.append(str(before.state) if before else "nothing")
    return states


def fires_at(looks: Iterable[tuple[float, Look]], hold: float) -> datetime | None:
    before: Alert | None = None
    for minute, look in looks:
        before, _ = step(before, look, terms(minute, hold))
        if before and before.fired_at:
            return before.fired_at
    return None


def test_time_unseen_counts_for_nothing() -> None:
    """True until 2, unseen until 5, true again: of the 5 minutes 2 were seen before, and 3 are seen from 6 on."""
    looks = [(m, NO_DATA if 3 <= m <= 5 else TRUE) for m in range(20)]

    assert fires_at(looks, hold=5) == at(9)


def test_time_unseen_does_not_end_keep_firing_for() -> None:
    """Over from 1 on, unseen from 3 until 5: of the 4 minutes 2 are over when it is unseen, and 2 are left at 6."""
    looks = [(0, TRUE), *((m, NO_DATA if 3 <= m <= 5 else FALSE) for m in range(1, 10))]

    states = looked(None, looks, hold=0, keep=4)

    assert states == ["firing", *["recovering"] * 7, "resolved", "resolved"]


@pytest.mark.parametrize(
    ("hold", "down", "fires"),
    [
        # Two looks that are missing are a slow replica: the clock goes on.
        (5, (2, 5), 5),
        # For less than the grace period is not worth restoring, as in Prometheus: it begins anew.
        (5, (2, 12), 17),
        # 28 of 30 minutes are left: they go on where they stood.
        (30, (2, 12), 40),
        # 5 of 30 minutes are left: it gets ten, to be seen to be over.
        (30, (25, 35), 45),
        # After an hour and more nobody knows what was in between.
        (30, (25, 86), 116),
    ],
)
def test_for_goes_on_after_a_downtime_as_in_prometheus(hold: float, down: tuple[int, int], fires: float) -> None:
    looks = [(m, TRUE) for m in range(200) if not down[0] < m < down[1]]

    assert fires_at(looks, hold) == at(fires)


def test_what_fired_before_a_downtime_fires_on() -> None:
    assert looked(alert(FIRING), [(600, TRUE), (601, TRUE), (602, FALSE)], hold=5) == ["firing", "firing", "resolved"]


def test_an_alert_that_is_true_again_keeps_since_when_it_fires() -> None:
    recovering = alert(RECOVERING, 0, 9, true_at=at(8), over_since=at(9))

    again, _ = step(recovering, Seen(LABELS, (("summary", "worse"),), 9.0), terms(10, keep=5))

    assert again is not None
    assert (again.active_at, again.fired_at, again.over_since) == (NOON, NOON, None)
    assert (again.value, again.annotations, again.true_at) == (9.0, (("summary", "worse"),), at(10))


def test_an_alert_whose_rule_was_removed_ends_and_says_so() -> None:
    ended, changes = removed(alert(FIRING, held_since=NOON, health=Health.ERROR), "its rule was removed", at(3))
    dropped = removed(alert(PENDING), "", at(3))

    assert ended is not None
    assert (ended.state, ended.resolved_at, ended.evidence) == (RESOLVED, at(3), ("its rule was removed",))
    assert dict(ended.annotations) == {"summary_resolved": "HubSlow on lisbon/prod is no longer watched"}
    assert changes == (Change.RESOLVED,)
    assert dropped == (None, (Change.DROPPED,))
    assert ended.rule == RULE
