"""What a declared policy says of a name and of a moment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.access.policy import Policy, Window, policy_of
from aggregator.clusters.values import Access, Hub, OpenWindow
from tests.access.sightings import CLOSED, DAY, HOUR, INSTITUTION, NOON, OPEN, ORG, UNNAMED, window, with_windows

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("policy", "name", "is_strange"),
    [
        (INSTITUTION, "x@uni.example", False),
        (INSTITUTION, "X@Uni.Example", False),
        (INSTITUTION, "ana", False),
        (INSTITUTION, "staff", False),
        (INSTITUTION, "STAFF", False),
        (INSTITUTION, "x@uni.example.org", True),
        (INSTITUTION, "x@notuni.example", True),
        (INSTITUTION, "", False),
        (CLOSED, "rui", False),
        (CLOSED, "ruin", True),
        (ORG, "anybody", False),
        (replace(ORG, identities=("github-org:lab", "ana")), "eve", False),
        (replace(CLOSED, identities=("[ab]*",)), "eve", True),
        (UNNAMED, "anybody", True),
        (OPEN, "anybody", False),
        (Policy(), "anybody", False),
    ],
)
def test_a_name_is_strange_only_where_names_can_show_it(policy: Policy, name: str, *, is_strange: bool) -> None:
    assert policy.is_strange(name) is is_strange


@pytest.mark.parametrize(
    ("made", "held", "let_in"),
    [
        (window(-HOUR, HOUR), True, True),
        (window(timedelta(), HOUR), True, True),
        (window(-HOUR, timedelta()), False, False),
        (window(10 * MINUTE, HOUR), False, True),
        (window(20 * MINUTE, HOUR), False, False),
        (window(-13 * DAY, None), True, True),
        (window(-14 * DAY, None), False, False),
    ],
)
def test_a_window_holds_until_its_end_and_two_weeks_without_one(made: Window, *, held: bool, let_in: bool) -> None:
    assert made.holds(NOON) is held
    assert made.let_in(NOON) is let_in


def test_of_windows_that_overlap_the_later_end_counts() -> None:
    first, second = window(-2 * DAY, HOUR), window(-DAY, DAY)
    policy = with_windows(INSTITUTION, second, first)

    assert policy.window_at(NOON) == second
    assert policy.last_window(NOON) is None
    assert policy.last_window(NOON + 2 * DAY) == second


def test_windows_of_the_configuration_and_of_the_command_count_alike() -> None:
    declared = OpenWindow(NOON, NOON + DAY, 40, "Geo workshop", "rui@uni.example")
    kept = window(2 * DAY, 3 * DAY)

    policy = policy_of(Hub("prod", access=Access("closed", staff=("Ana",), open_windows=(declared,))), [kept])

    assert policy.windows == (Window(NOON, NOON + DAY, 40, "Geo workshop", "rui@uni.example"), kept)
    assert policy.is_staff("ana")


def test_a_hub_without_a_policy_has_its_windows_all_the_same() -> None:
    assert policy_of(Hub("prod"), [window(-HOUR, HOUR)]) == Policy(windows=(window(-HOUR, HOUR),))


def test_half_as_many_again_may_come() -> None:
    assert window(-HOUR, HOUR, 80).most_people == 120
    assert window(-HOUR, HOUR).most_people is None


@pytest.mark.parametrize(
    ("identities", "words"),
    [
        (("*@uni.example", "github-org:lab"), "institution (`*@uni.example` and `github-org:lab`)"),
        (("*@a.example", "*@b.example", "ana", "rui"), "institution (`*@a.example`, `*@b.example` and 2 named people)"),
        (("ana",), "institution (1 named person)"),
        ((), "institution"),
    ],
)
def test_in_words_a_policy_shows_its_patterns_and_counts_whom_it_names(identities: tuple[str, ...], words: str) -> None:
    assert Policy("institution", identities).in_words() == words
