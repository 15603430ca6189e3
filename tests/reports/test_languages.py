"""Every sentence is there in every language, and numbers and dates are as people write them."""

import re
import string
from datetime import UTC, date, datetime, timedelta

import pytest

from aggregator.reports.periods import Kind, Period
from aggregator.reports.render import rendered
from aggregator.reports.tongue import LOCALES, tongue
from tests.reports.catalogues import LOCALE, sentences, translated
from tests.reports.made import REPORTS

TRANSLATED = [language for language in LOCALES if language != "en"]
WEEK = Period(Kind.WEEKLY, date(2026, 11, 16), "Europe/Lisbon")


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_no_translation_is_stale(language: str) -> None:
    said = {message.id for message in sentences() if message.id}
    kept = {message.id: message for message in translated(LOCALE / f"{language}.po") if message.id}

    assert said - kept.keys() == set(), "python -m tests.reports.catalogues, and translate what is new"
    assert kept.keys() - said == set(), "python -m tests.reports.catalogues"
    for each in kept.values():
        assert all(forms(each.string)), each.id
        assert not each.fuzzy, each.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_values_of_its_sentence(language: str) -> None:
    for each in translated(LOCALE / f"{language}.po"):
        if each.id:
            wanted = fields(forms(each.id)[-1])
            assert {frozenset(fields(text)) for text in forms(each.string)} <= {
                frozenset(wanted),
                frozenset(wanted - {"number"}),
            }
            assert fields(forms(each.string)[-1]) == wanted, each.id


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("name", REPORTS)
def test_a_mail_has_no_words_of_another_language(name: str, language: str) -> None:
    """Told by words that this language does not have; titles and summaries are taken out."""
    text = rendered(REPORTS[name], language).text
    for foreign in ("14 accounts on lisbon/prod that its policy does not know", "23 % of servers fail to start on lisbon/prod",
                    "The hub of lisbon/prod restarts again and again", "University of", "Summer school on climate data",
                    "Binder of the library", "all@example.org", "oslo has 31 nodes, usually 6", "Crosshub cannot see anything", "The metrics of lisbon/prod are open to all"):  # fmt: skip
        text = " ".join(text.split()).replace(foreign, "")

    assert not re.search(r"\b(the|of|people|hub was|and|week|month|days?|hours|servers|usually|not|was)\b", text)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("1,612", "8.5", "99.8\u00a0%", "16–22 Nov 2026", "Monday 30 November", "Tuesday 14:02", "84\u00a0GiB")),
        ("pt", ("1\u00a0612", "8,5", "99,8\u00a0%", "16–22 de nov. de 2026", "segunda, 30 de novembro", "terça-feira 14:02", "84\u00a0GiB")),
    ],
)  # fmt: skip
def test_numbers_and_dates_are_in_the_form_of_the_language(language: str, said: tuple[str, ...]) -> None:
    spoken = tongue(language)
    moment = datetime(2026, 11, 17, 14, 2, tzinfo=UTC)

    assert (
        spoken.number(1612), spoken.number(8.5), spoken.share(0.9983), spoken.dates(WEEK), spoken.day(date(2026, 11, 30)),
        spoken.moment(moment, WEEK), spoken.size(84 * 2**30),
    ) == said  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0.2, "less than a minute"), (1, "1 minute"), (17, "17 minutes"), (130, "2 hours 10 minutes"), (1440, "1 day"),
     (3000, "2 days 2 hours")],
)  # fmt: skip
def test_lengths_of_time_are_in_words(minutes: float, said: str) -> None:
    assert tongue("en").spell(minutes) == said


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "100\u00a0%"), (0.99999, "99.9\u00a0%"), (0.5, "50\u00a0%"), (0, "0\u00a0%")]
)
def test_a_hundred_per_cent_is_all_of_it(share: float, said: str) -> None:
    assert tongue("en").share(share) == said


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0\u00a0B"), (1023, "1,023\u00a0B"), (1536, "1.5\u00a0KiB"), (2**40, "1\u00a0TiB"), (-(2**30), "-1\u00a0GiB")],
)
def test_sizes_are_in_the_largest_unit_that_fits(size: float, said: str) -> None:
    assert tongue("en").size(size) == said


def test_a_time_of_less_than_a_minute_has_no_end_of_its_own() -> None:
    start = datetime(2026, 11, 17, 14, 2, 5, tzinfo=UTC)

    assert tongue("en").stretch(start, start + timedelta(seconds=50), WEEK) == "Tuesday 14:02"
    assert tongue("en").stretch(start, start + timedelta(seconds=58), WEEK) == "Tuesday 14:02 to 14:03"


def test_a_time_that_ends_at_midnight_ends_with_its_day() -> None:
    start, end = datetime(2026, 11, 22, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)

    assert tongue("en").stretch(start, end, WEEK) == "Sunday 22:00 to 24:00"
