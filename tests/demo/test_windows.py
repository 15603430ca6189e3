"""Windows cover the time without overlap, and are the same ones again later."""

from itertools import pairwise

import pytest

from aggregator.demo.rhythm import HOUR, MINUTE, WEEK
from aggregator.demo.windows import may_be_wanted, windows
from tests.demo.made import instant

NOW = instant("2026-11-22 21:29")


@pytest.mark.parametrize("hours_on", [0, 1, 5, 6, 17, 100, 161])
def test_windows_cover_every_moment_once_up_to_the_tail(hours_on: int) -> None:
    now = NOW + hours_on * HOUR

    wanted = windows(now, detail=48 * HOUR, weeks=5)

    some = sorted((*wanted.older, *wanted.recent))
    assert all(before.end == after.start for before, after in pairwise(some))
    assert some[0].start <= now - 5 * WEEK
    assert some[-1].end == wanted.tail_from <= now
    assert now - wanted.tail_from < 6 * HOUR
    assert wanted.recent[-1].start <= now - 48 * HOUR


def test_promtool_makes_one_block_of_each() -> None:
    wanted = windows(NOW, detail=48 * HOUR, weeks=5)

    assert {window.end - window.start for window in wanted.recent} == {6 * HOUR}
    assert all(window.start % (window.end - window.start) == 0 for window in (*wanted.older, *wanted.recent))


def test_an_hour_later_most_of_them_are_there_already() -> None:
    before = windows(NOW, detail=48 * HOUR, weeks=5)

    after = windows(NOW + HOUR, detail=48 * HOUR, weeks=5)

    assert len({*after.recent, *after.older} - {*before.recent, *before.older}) <= 2


def test_no_weeks_and_a_short_detail_still_reach_the_tail() -> None:
    wanted = windows(NOW, detail=MINUTE, weeks=0)

    assert wanted.older == ()
    assert [window.end for window in wanted.recent[:1]] in ([], [wanted.tail_from])


def test_what_a_demo_makes_today_it_may_want_tomorrow() -> None:
    wanted = windows(NOW, detail=48 * HOUR, weeks=5)

    assert all(may_be_wanted(window.name, NOW + 24 * HOUR) for window in (*wanted.recent, *wanted.older))
    assert not may_be_wanted(wanted.older[-1].name, NOW + 5 * WEEK)
