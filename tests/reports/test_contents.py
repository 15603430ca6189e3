"""What follows from the facts, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.clusters.values import Access, OpenWindow
from aggregator.reports.contents import report
from aggregator.reports.facts import CrowdFacts, HubFacts, Seen
from aggregator.reports.periods import period_named
from aggregator.reports.snapshot import frozen
from aggregator.reports.storage import storage_of
from aggregator.reports.values import Flag, Outage, Unknown, Unseen
from tests.reports.facts import ASKED, WEEK, facts, hour_of, hours, hub, weeks

GIB = 2**30
QUIET = (40, 42, 38, 41, 40, 39, 43, 40)


def flags_of(facts_of_hub: HubFacts) -> tuple[Flag, ...]:
    return report(facts(facts_of_hub)).hubs[0].flags


def instant(day: int, hour: int) -> datetime:
    return WEEK.start + timedelta(days=day, hours=hour)


@pytest.mark.parametrize(
    ("measure", "now", "before", "is_flagged"),
    [
        ("people", 61, QUIET, True),
        ("people", 50, QUIET, False),  # a quarter more is no news
        ("people", 8, (1, 1, 2, 1, 1, 2, 1, 1), False),  # neither are a few more where there are few
        ("cpu_hours", 1612, (100, 96, 110, 90, 100, 105, 99, 101), True),
        ("cpu_hours", 300, (100, 400, 20, 350, 90, 10, 380, 60), False),  # it always went up and down
        ("server_start_failures", 61, (2, 0, 3, 1, 2, 2, 0, 1), True),
        ("people", 61, (40, None, None, 40, None, 40), False),  # nobody knows what is usual
        ("people", 10, QUIET, False),  # less than usual is no more than usual
    ],
)
def test_more_than_usual_is_what_stands_out(
    measure: str, now: float, before: Sequence[float | None], *, is_flagged: bool
) -> None:
    flags = flags_of(hub(periods=weeks(measure, (now, *before))))

    assert [flag.measure for flag in flags] == ([measure] if is_flagged else [])


def test_homes_that_grow_faster_than_usual_are_told_of_with_the_days_until_they_are_full() -> None:
    sizes = [496, 412, 402, 392, 382, 372, 362, 352, 342]
    periods = weeks("home_bytes", [size * GIB for size in sizes])
    now = periods[WEEK.number].numbers
    periods[WEEK.number] = Seen(1.0, {**now, "home_volume_bytes": 800 * GIB, "home_volume_free_bytes": 300 * GIB})

    of_hub = report(facts(hub(periods=periods))).hubs[0]

    assert of_hub.flags == (Flag("home_grown", 84 * GIB, 10 * GIB),)
    assert of_hub.storage is not None
    assert of_hub.storage.grown == 84 * GIB
    assert of_hub.storage.soon_full == pytest.approx(25)


def test_where_sizes_of_homes_are_not_told_what_is_gone_of_their_volume_is_taken() -> None:
    free = [300, 310, 320, 330, 340, 350, 360, 370, 380]
    periods = {
        WEEK.earlier(ago).number: Seen(1.0, {"home_volume_bytes": 800.0 * GIB, "home_volume_free_bytes": left * GIB})
        for ago, left in enumerate(free)
    }

    storage = report(facts(hub(periods=periods))).hubs[0].storage

    assert storage is not None
    assert (storage.used, storage.grown) == (500 * GIB, 10 * GIB)


@pytest.mark.parametrize(("name", "days"), [("2026-11-17", 70), ("2026-W47", 70), ("2026-11", 300)])
def test_the_pace_of_a_period_is_by_the_days_since_the_one_before(name: str, days: float) -> None:
    period = period_named(name, "UTC")
    sizes = {period.number: 110.0, period.earlier(1).number: 100.0}
    periods = {
        number: Seen(1.0, {"home_bytes": size, "home_volume_free_bytes": 100.0}) for number, size in sizes.items()
    }

    storage = storage_of(hub(periods=periods), period)

    assert storage is not None
    assert storage.soon_full == pytest.approx(days)


@pytest.mark.parametrize(
    ("first", "last", "days"), [(400, 372, 372), (400, 400, None), (300, 400, None), (2000, 1999, None)]
)
def test_days_until_full_follow_from_what_went_of_the_free_space_in_four_weeks(
    first: float, last: float, days: float | None
) -> None:
    periods = {WEEK.number: Seen(1.0, {"home_volume_bytes": 3000 * GIB, "home_volume_free_bytes": last * GIB})}
    end = WEEK.number + 6
    kept = {end - 28: first, end: last}
    by_day = {number: Seen(1.0, {"home_volume_free_bytes": free * GIB}) for number, free in kept.items()}

    storage = report(facts(hub(periods=periods, days=by_day))).hubs[0].storage

    assert storage is not None
    assert storage.days_to_full == (None if days is None else pytest.approx(days))


def test_a_window_that_was_open_is_the_reason_for_more_people() -> None:
    window = OpenWindow(instant(1, 9), instant(3, 18), 80, "Geo workshop")
    declared = Access("open", open_windows=(window,))

    (flag,) = flags_of(hub(periods=weeks("people", (61, *QUIET)), declared=declared))

    assert flag.window == "Geo workshop"


@pytest.mark.parametrize(
    ("people", "idle_for"), [((0, 3), 1), ((0, 0, 0, 5), 3), ((1, 0), 0), ((0,) * 9, 9), ((None, 0), 0)]
)
def test_a_hub_that_nobody_used_is_idle_for_so_many_weeks(people: Sequence[float | None], idle_for: int) -> None:
    assert report(facts(hub(periods=weeks("people", people)))).hubs[0].idle_for == idle_for


def test_a_hub_of_which_too_little_was_seen_is_not_idle() -> None:
    assert report(facts(hub(periods=weeks("people", (0, 0, 0), share=0.9)))).hubs[0].idle_for == 0


def test_what_could_not_be_seen_is_told_from_when_to_when_and_why() -> None:
    kept = hours(without=(74, 75), unseen=(145, 146), partly=(76, 100))

    told = report(facts(hub(hours=kept))).hubs[0].unseen

    assert told == (
        Unseen(instant(3, 2), instant(3, 5), Unknown.SILENT),
        Unseen(instant(4, 4), instant(4, 5), Unknown.IN_PART),
        Unseen(instant(6, 1), instant(6, 3), Unknown.UNSEEN),
    )


def test_hours_that_nobody_asked_for_are_not_blamed_on_the_cluster() -> None:
    told = report(facts(hub(hours=hours(without=(74,))), asked=None)).hubs[0].unseen

    assert [each.why for each in told] == [Unknown.UNASKED]


def test_hours_that_know_less_than_their_day_are_not_believed() -> None:
    by_day = {WEEK.number + day: Seen(1.0) for day in range(7)}

    told = report(facts(hub(hours=hours(unseen=range(30)), days=by_day))).hubs[0].unseen

    assert told == ()


def test_a_day_without_hours_is_told_as_a_whole() -> None:
    by_day = {WEEK.number + day: Seen(0.0 if day == 3 else 1.0) for day in range(7)}

    (told,) = report(facts(hub(days=by_day))).hubs[0].unseen

    assert told == Unseen(instant(3, 0), instant(4, 0), Unknown.UNSEEN)


def test_a_hub_of_which_nothing_is_kept_was_unseen_all_the_time() -> None:
    (told,) = report(facts(hub(), asked=ASKED)).hubs[0].unseen

    assert (told.start, told.end) == (WEEK.start, WEEK.end)


def test_minutes_down_are_crosshubs_own_where_it_looked_all_the_week_and_otherwise_those_of_scrapes() -> None:
    numbers = {"outage_minutes": 17.0, "up_ratio": 0.99, "down_minutes": 90.0}
    by_day = {WEEK.number + day: Seen(1.0, {"outage_minutes": 0.0}) for day in range(7)}
    spans = ((instant(1, 14), instant(1, 15)), (instant(6, 23) + timedelta(minutes=50), None))
    looked = replace(hub(periods={WEEK.number: Seen(1.0, numbers)}, days=by_day), outages=spans)
    partly = replace(looked, days={number: seen for number, seen in by_day.items() if number != WEEK.number + 3})

    by_looks, by_scrapes = (report(facts(each)).hubs[0].reliability for each in (looked, partly))

    assert (by_looks.down_minutes, by_looks.looked) == (17, True)
    assert by_looks.up == pytest.approx(1 - 17 / 10080)
    assert (by_scrapes.down_minutes, by_scrapes.up, by_scrapes.looked) == (90, 0.99, False)
    assert by_looks.outages == (
        Outage(instant(1, 14), instant(1, 15)),
        Outage(instant(6, 23) + timedelta(minutes=50), WEEK.end, goes_on=True),
    )


@pytest.mark.parametrize(
    ("numbers", "up", "minutes"),
    [
        ({"up_ratio": 1.0, "down_minutes": 0.0}, 1 - 60 / 10080, 60),
        ({"up_ratio": 0.98, "down_minutes": 200.0}, 0.98, 200),
        ({}, None, 60),
    ],
)
def test_an_outage_that_was_seen_counts_whatever_scrapes_tell(
    numbers: dict[str, float], up: float | None, minutes: float
) -> None:
    of_hub = replace(hub(periods={WEEK.number: Seen(1.0, numbers)}), outages=((instant(1, 14), instant(1, 15)),))

    known = report(facts(of_hub)).hubs[0].reliability

    assert known.up == (None if up is None else pytest.approx(up))
    assert known.down_minutes == minutes


def test_the_most_at_once_have_their_hour() -> None:
    by_hour = {
        hour_of(1, hour): Seen(1.0, {"servers_most": most}) for hour, most in ((13, 20.0), (14, 23.0), (16, 23.0))
    }

    told = report(facts(hub(periods=weeks("servers_most", (23,)), hours=by_hour))).hubs[0]

    assert told.peak_at == instant(1, 14)


def test_nobody_is_new_before_people_have_been_known_for_four_weeks() -> None:
    new = {WEEK.number - 30: 40, WEEK.number - 3: 4, WEEK.number + 1: 6}
    crowd = CrowdFacts(weeks("community_people", (42, 37)), {}, {0: 60, 1: 58}, new, WEEK.number - 30)

    told = report(facts(hub(), crowd=crowd))

    assert (told.new.value, told.new.before) == (6, None)
    assert (told.month.value, told.month.before) == (60, 58)


def test_windows_are_told_of_while_they_are_open_and_two_weeks_ahead() -> None:
    spans = {"over": (-20, -8), "ended": (-10, 2), "soon": (10, 12), "far": (40, 42)}
    windows = tuple(
        OpenWindow(WEEK.start + timedelta(days=since), WEEK.start + timedelta(days=until), None, name)
        for name, (since, until) in spans.items()
    )

    told = report(facts(hub(declared=Access("open", open_windows=windows)))).hubs[0].access

    assert [window.reason for window in told.windows] == ["ended", "soon"]


def test_of_a_policy_patterns_are_told_and_named_people_are_counted() -> None:
    declared = Access("institution", ("*@ulisboa.pt", "ana", "github-org:geo", "rui"))

    told = report(facts(hub(declared=declared)))

    assert (told.hubs[0].access.patterns, told.hubs[0].access.named) == (("*@ulisboa.pt", "github-org:geo"), 2)
    assert b'"ana"' not in frozen(told)


def test_what_nobody_tells_of_a_hub_that_was_seen_is_lacking() -> None:
    numbers = dict.fromkeys(("people", "sessions", "server_starts", "server_hours", "up_ratio", "cpu_hours"), 1.0)

    seen, unseen = (
        report(facts(hub(periods={WEEK.number: Seen(share, numbers)}))).hubs[0].lacking for share in (1.0, 0.0)
    )

    assert seen == ("memory_gib_hours", "home_bytes")
    assert unseen == ()
