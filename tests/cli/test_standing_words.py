"""How rollups stand, in words: until when, what is in part or lacking, what to do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.cli.standing_words import Standing, in_words
from aggregator.rollups.catalogue import MEASURES, About
from aggregator.rollups.standing import Day, State
from aggregator.rollups.subject_rows import Known
from aggregator.rollups.subjects import Subject

TODAY = date(2026, 11, 26)
SINCE = datetime(2026, 10, 1, tzinfo=UTC)
EVERY = frozenset(each.name for each in MEASURES if each.about is About.HUB)
W, P, U, S, N, R = State.WHOLE, State.IN_PART, State.UNSEEN, State.SILENT, State.UNASKED, State.RUNNING
NEW = Subject(About.HUB, "quito/prod", ZoneInfo("UTC"), "quito", "prod", "prod")


def hub(*states: State, lacks: str = "", gone: bool = False, today: date = TODAY) -> Standing:
    """A hub whose days up to today stand so."""
    known = Known(
        1, About.HUB, "lisbon/prod", "lisbon", "prod", "prod", "", "UTC", False, SINCE, SINCE if gone else None
    )
    numbers = dict.fromkeys(EVERY - {lacks}, 1.0)
    days = zip((today - timedelta(days=back) for back in reversed(range(len(states)))), states, strict=True)
    return Standing(known, None, tuple(Day(when, state, 1.0, numbers) for when, state in days))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([hub(W, W, R)], "2 days of 1 hub: all whole, up to 2026-11-25. Nothing is to be done."),
        ([hub(R)], "No day is over yet. Nothing is to be done."),
        (
            [hub(W, W, R), hub(W, P, R)],
            (
                "4 days of 2 hubs: 3 whole, 1 seen in part. The last day that is whole on every hub is 2026-11-24. "
                "The service asks once a day for 35 days whether there is more; nothing is to be done."
            ),
        ),
        (
            [hub(W, U, R), hub(U, W, R)],
            (
                "4 days of 2 hubs: 2 whole, 2 not seen at all. No day is whole on every hub. "
                "The service asks once a day for 35 days whether there is more; nothing is to be done."
            ),
        ),
        (
            [hub(W, W, R, lacks="groups"), hub(W, W, R, lacks="accounts")],
            (
                "4 days of 2 hubs: all whole, up to 2026-11-25. Lacking on some days or hubs, which is not zero: accounts, groups. "
                "Nothing is to be done."
            ),
        ),
        (
            [hub(N, W, S, R)],
            (
                "3 days of 1 hub: 1 whole, 1 without an answer, 1 not asked yet. The last day that is whole is 2026-11-24. "
                "To ask for what is not there, as far as the clusters still know it: "
                "crosshub rollup backfill --from 2026-11-23 --to 2026-11-25"
            ),
        ),
        # Where it is tomorrow already, no date is over on both.
        ([hub(W, R), hub(W, R, today=date(2026, 11, 27))], "2 days of 2 hubs: all whole. Nothing is to be done."),
        # Nobody can ask for it any more.
        ([hub(W, R), hub(N, R, gone=True)], "1 day of 1 hub: all whole, up to 2026-11-25. Nothing is to be done."),
    ],
)
def test_it_is_said_how_whole_the_days_are_and_what_to_do(found: list[Standing], words: str) -> None:
    assert " ".join(" ".join(in_words(found, [], TODAY, 14)).split()) == words


def test_of_a_hub_that_is_new_the_days_before_can_be_asked_for() -> None:
    lines = list(in_words([hub(W, W, R)], [NEW], TODAY, 14))

    assert "Of 1 hub nothing is kept yet; the service keeps it from its next round on." in " ".join(lines)
    assert lines[-1] == "  crosshub rollup backfill --from 2026-11-12 --to 2026-11-25"
    assert max(map(len, lines)) <= 80


def test_without_hubs_it_is_said_where_they_are_written() -> None:
    assert list(in_words([hub(W, gone=True)], [], TODAY, 14)) == [
        "No cluster of the configuration has hubs; write them under `hubs`."
    ]
