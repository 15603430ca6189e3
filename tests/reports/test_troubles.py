"""The worst of what happened is what a subject has room for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.reports.tongue import tongue
from aggregator.reports.troubles import troubles
from aggregator.reports.values import Compared, Fired, Flag, HubReport, Outage, Reliability, Report, Storage
from tests.reports.made import GIB, GOOD, LISBON, at, numbers

WELL = replace(LISBON, reliability=Reliability(1.0, 0, looked=True), storage=Storage(GIB, 9 * GIB, 8 * GIB))
ALERT = Fired("SpawnSlow", "ticket", "slow", 1, at(1, 1), is_open=True)
FINDING = replace(ALERT, name="UnknownAccounts", severity="high")


def down(minutes: float, times: int = 1) -> Reliability:
    start = at(1, 14)
    outages = (Outage(start, start + timedelta(minutes=minutes)),) * times
    return Reliability(0.99, minutes, looked=True, outages=outages)


def told(*hubs: HubReport) -> list[str]:
    report: Report = replace(GOOD, hubs=hubs)
    return list(troubles(report, tongue("en")))


@pytest.mark.parametrize(
    ("hub", "words"),
    [
        (WELL, []),
        (replace(WELL, access=replace(WELL.access, findings=(FINDING,))), ["1 finding about who may log in"]),
        (replace(WELL, access=replace(WELL.access, findings=(replace(FINDING, severity="low"),))), []),
        (replace(WELL, access=replace(WELL.access, findings=(replace(FINDING, is_open=False),))), []),
        (replace(WELL, share=0.0), ["nothing could be seen"]),
        (replace(WELL, reliability=down(300)), ["down 5 hours"]),
        (replace(WELL, reliability=down(17)), ["one short outage"]),
        (replace(WELL, reliability=down(17, 3)), ["3 short outages"]),
        (replace(WELL, reliability=Reliability(0.99999, 0.4, looked=False)), []),
        (replace(WELL, storage=Storage(GIB, 9 * GIB, 8 * GIB, days_to_full=12.7)), ["home storage full in 12 days"]),
        (replace(WELL, storage=Storage(GIB, 9 * GIB, 8 * GIB, days_to_full=40)), []),
        (replace(WELL, storage=Storage(GIB, 9 * GIB, 8 * GIB, soon_full=5)), []),  # one week like others
        (
            replace(
                WELL, storage=Storage(GIB, 9 * GIB, 8 * GIB, soon_full=5), flags=(Flag("home_grown", 9 * GIB, GIB),)
            ),
            ["home storage full in 5 days", "something more than usual"],
        ),
        (replace(WELL, numbers=numbers(server_starts=90, server_start_failures=10)), ["many starts failed"]),
        (replace(WELL, numbers=numbers(server_starts=6, server_start_failures=4)), []),
        (replace(WELL, alerts=(ALERT, replace(ALERT, is_open=False))), ["1 alert is open"]),
        (replace(WELL, share=0.9), ["seen in part"]),
    ],
)
def test_what_was_not_well_is_told_in_a_few_words(hub: HubReport, words: list[str]) -> None:
    assert told(hub) == words


def test_the_worse_comes_first() -> None:
    hub = replace(WELL, reliability=down(300), share=0.9, numbers=numbers(server_starts=50, server_start_failures=50))

    assert told(replace(hub, access=replace(hub.access, findings=(FINDING,)))) == [
        "1 finding about who may log in",
        "down 5 hours",
        "many starts failed",
        "seen in part",
    ]


def test_of_several_hubs_the_one_that_was_down_longest_is_named() -> None:
    worst = replace(WELL, title="Oslo", reliability=down(600))

    assert told(WELL, replace(WELL, reliability=down(90)), worst) == ["Oslo down 10 hours"]


def test_a_number_that_is_lacking_is_no_trouble() -> None:
    assert told(replace(WELL, numbers={"server_starts": Compared(None)})) == []
