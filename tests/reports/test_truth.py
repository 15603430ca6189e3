"""Every number in a mail is what happened in the demo's cluster, in both databases.

What happened is added up from the demo's own rows, by other ways than the report takes.
"""

import asyncio
import csv
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from io import StringIO
from statistics import median
from types import MappingProxyType
from typing import Any

import pytest

from aggregator.demo.truth import Outcome
from aggregator.reports.gathering import Sources, Wanted, community_report, operators_report
from aggregator.reports.periods import period_named
from aggregator.reports.render import rendered
from aggregator.reports.table_csv import csv_of
from aggregator.reports.tongue import LOCALES, tongue
from aggregator.reports.values import HubReport, Rendered, Report
from aggregator.rollups.buckets import HOUR
from aggregator.rollups.catalogue import BY_NAME
from aggregator.store.database import open_database
from aggregator.store.instants import EPOCH, MILLISECOND, milliseconds
from tests.databases import BOTH, database_with_tables
from tests.reports import filled
from tests.reports.as_it_happened import HUBS, as_it_happened, coverage, local_days, new_users, the_week, users
from tests.reports.filled import NOW, PLAN, happening, truth
from tests.rollups.what_happened import TRUE, Day

WEEK = period_named("2026-W47", "Europe/Lisbon")
BUSY = period_named("2026-W44", "Europe/Lisbon")
"""There was a workshop on one of the hubs."""
EN = tongue("en")


@dataclass(frozen=True)
class Made:
    """What is told of the community's week, also as a mail, of the week before, and what operators are told."""

    report: Report
    mail: Rendered
    operators: Report
    week_before: Report
    busy: Report


@pytest.fixture(scope="module", params=BOTH)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    async def reports(url: str) -> tuple[Report, ...]:
        async with open_database(url) as database:
            config = await filled.fill(database)
            async with database.reading() as connection:
                sources, wanted = Sources(connection, config), Wanted(WEEK, NOW)
                return (
                    await community_report(sources, PLAN.name, wanted),
                    await operators_report(sources, wanted),
                    await community_report(sources, PLAN.name, Wanted(WEEK.earlier(1), NOW)),
                    await community_report(sources, PLAN.name, Wanted(BUSY, NOW)),
                )

    with database_with_tables(request, tmp_path_factory.mktemp("reports")) as url:
        community, *others = asyncio.run(reports(url))
    return Made(community, rendered(community, "en"), *others)


def hub(report: Report, namespace: str) -> HubReport:
    return next(each for each in report.hubs if each.namespace == namespace)


def row_of(mail: Rendered, section: str, title: str) -> list[str]:
    """The cells of a hub's row in a section, but for its name."""
    lines = mail.text.partition(f"\n{section}\n")[2].partition("\n\n")[0].splitlines()
    return next(cells for line in lines if (cells := re.split(r"\s{2,}", line.strip()))[0] == title)[1:]


def tile_of(mail: Rendered, label: str) -> list[str]:
    line = next(line for line in mail.text.splitlines() if line.strip().startswith(label))
    return re.split(r"\s{2,}", line.strip())[1:]


def numbers_in(value: Any) -> Any:
    """A part of a report, its fractions to eight digits, since sums of days and sums of weeks differ in the last."""
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, dict | MappingProxyType):
        return {name: numbers_in(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [numbers_in(each) for each in value]
    return value


@pytest.mark.parametrize("which", ["report", "operators", "week_before", "busy"])
def test_every_number_of_a_report_is_what_happened(which: str, made: Made) -> None:
    report = getattr(made, which)

    assert numbers_in(asdict(report)) == numbers_in(asdict(as_it_happened(report)))


@pytest.mark.parametrize("which", ["report", "operators", "week_before", "busy"])
@pytest.mark.parametrize("language", LOCALES)
def test_every_part_of_a_mail_is_the_one_that_follows_from_what_happened(which: str, language: str, made: Made) -> None:
    told = getattr(made, which)
    happened = as_it_happened(told)

    assert rendered(told, language) == rendered(happened, language)
    # Of one hub there are sentences, where of several there are tables.
    for one, true in zip(told.hubs, happened.hubs, strict=True):
        alone = [rendered(replace(each, hubs=(hub,)), language) for each, hub in ((told, one), (happened, true))]
        assert alone[0] == alone[1]


def test_every_cell_of_the_attached_table_is_what_happened(made: Made) -> None:
    assert cells_of(made.report) == cells_of(as_it_happened(made.report))


def table_of(report: Report) -> StringIO:
    return StringIO(csv_of(report).decode("utf-8-sig"), newline="")


def cells_of(report: Report) -> list[list[Any]]:
    rows = csv.reader(table_of(report))
    return [[numbers_in(float(cell)) if "." in cell and cell[-1].isdigit() else cell for cell in row] for row in rows]


def test_people_of_the_week_are_those_who_were_there_beside_last_week_and_the_usual(made: Made) -> None:
    report, mail = made.report, made.mail
    counts = [len(users(WEEK.earlier(ago))) for ago in range(9)]

    assert report.people.value == counts[0]
    assert report.people.before == counts[1]
    more = counts[0] - counts[1]
    assert mail.text.split("\n\n")[1].startswith(f"{counts[0]} people used your 3 hubs this week, {more} more than")
    assert tile_of(mail, "People this week")[:2] == [
        str(counts[0]),
        f"{more} more (+{round(100 * more / counts[1])}\u00a0%)",
    ]


def test_the_usual_is_the_median_of_eight_weeks_that_were_seen(made: Made) -> None:
    report, mail = made.report, made.mail
    weeks = [WEEK.earlier(ago) for ago in range(1, 9)]
    whole = [week for week in weeks if coverage(week) >= 0.95]

    usual = median(len(users(week)) for week in whole)

    assert report.people.usual == usual
    assert tile_of(mail, "People this week")[2] == f"usually {round(usual)}"


def test_people_of_thirty_days_and_new_people_are_those_who_were_there(made: Made) -> None:
    report, mail = made.report, made.mail
    month, new = users(WEEK, range(-23, 7)), new_users(WEEK)

    assert (report.month.value, report.new.value) == (len(month), len(new))
    assert tile_of(mail, "People in 30 days")[0] == str(len(month))
    assert tile_of(mail, "New people")[0] == str(len(new))


def test_bars_are_the_people_of_each_day(made: Made) -> None:
    report, mail = made.report, made.mail
    counts = [len(users(WEEK, range(day, day + 1))) for day in range(7)]

    assert [day.count for day in report.days] == counts
    for name, count in zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), counts, strict=True):
        (line,) = (line for line in mail.text.splitlines() if line.startswith(f"  {name} "))
        assert line.split()[1] == str(count)
        assert len(line.split()[2]) == max(1, round(30 * count / max(counts)))


EXACT = {
    "people": lambda day: float(len(day.users())),
    **{
        name: TRUE[name]
        for name in (
            "sessions", "servers_most", "server_starts", "server_start_failures", "server_starts_refused", "logins",
            "logins_refused", "hub_restarts", "server_start_seconds_p50", "server_start_seconds_p95",
        )
    },
}  # fmt: skip
ADDED = ("server_hours", "down_minutes", "up_ratio", "cpu_hours", "memory_gib_hours")
Number = Callable[[Day], float | None]


@pytest.mark.parametrize("namespace", HUBS)
def test_the_numbers_of_a_hub_are_those_of_its_own_local_week(namespace: str, made: Made) -> None:
    told, day = hub(made.report, namespace).numbers, the_week(namespace, WEEK)
    exact: Mapping[str, Number] = EXACT

    assert {name: told[name].value for name in exact if name in told} == {
        name: value for name, number in exact.items() if (value := number(day)) is not None
    }
    for name in ADDED:
        assert told[name].value == pytest.approx(TRUE[name](day), rel=0.01), name


@pytest.mark.parametrize("namespace", HUBS)
def test_a_hub_was_down_when_it_was_down(namespace: str, made: Made) -> None:
    known, day = hub(made.report, namespace).reliability, the_week(namespace, WEEK)
    starts = [each for each in truth().starts if each.namespace == namespace and each.down]
    spans = [(each.at - each.down, each.at) for each in starts if day.overlap(each.at - each.down, each.at)]

    assert known.looked
    assert known.down_minutes == pytest.approx(day.down_minutes())
    assert [(round(each.start.timestamp() * 1000), round(each.end.timestamp() * 1000)) for each in known.outages] == [
        (max(start, day.start), min(end, day.end)) for start, end in spans
    ]


@pytest.mark.parametrize("namespace", HUBS)
def test_the_tables_say_what_happened(namespace: str, made: Made) -> None:
    title, mail, day = hub(made.report, namespace).title, made.mail, the_week(namespace, WEEK)
    more = len(day.users()) - len(the_week(namespace, WEEK.earlier(1)).users())
    failed, tried = (TRUE["server_start_failures"](day) or 0, len(day.spawns(Outcome.SUCCESS, Outcome.FAILED)))

    people, change, _, down = row_of(mail, "Hub by hub", title)
    started = row_of(mail, "How servers started", title)
    hours, *taken = row_of(mail, "What they were used for", title)

    assert people == str(len(day.users()))
    # Less than a minute is a scrape that failed.
    assert down == f"{EN.number(minutes if (minutes := day.down_minutes()) >= 1 else 0)}\u00a0min"
    assert change.startswith(f"+{more}" if more > 0 else f"\u2212{-more}" if more < 0 else "no change")
    assert started == [
        str(tried), EN.number(failed), *(EN.seconds(day.quantile(share) or 0) for share in (0.5, 0.95)),
    ]  # fmt: skip
    assert (hours, taken) == (EN.number(day.server_hours()), [EN.number(each) for each in day.used()[:2]])


def test_images_are_those_that_people_ran_with_their_share_of_the_hours(made: Made) -> None:
    hours = Counter[str]()
    for namespace in HUBS:
        hours.update(the_week(namespace, WEEK).image_hours())
    (*named, (_, least)), whole = hours.most_common(4), hours.total()

    parts = [f"{image.removeprefix('quay.io/').partition(':')[0]} ({EN.share(ran / whole)})" for image, ran in named]
    said = f"{', '.join(parts)} and others ({EN.share(least / whole)})"
    assert f"Images by share of server hours: {said}." in made.mail.text.replace("\n  ", " ")
    assert len(hours) == 4


@pytest.mark.parametrize("namespace", HUBS)
def test_the_attached_table_has_hours_of_every_image_by_its_whole_name(namespace: str, made: Made) -> None:
    ran = Counter(the_week(namespace, WEEK).image_hours())
    (of_week, *of_days) = (row for row in csv.DictReader(table_of(made.report)) if row["namespace"] == namespace)

    assert of_week["images"] == "; ".join(f"{image}: {hours:.1f} h" for image, hours in ran.most_common())
    assert {row["images"] for row in of_days} == {""}


@pytest.mark.parametrize("namespace", HUBS)
def test_homes_are_as_large_as_they_were_at_the_end_of_the_week(namespace: str, made: Made) -> None:
    report, mail = made.report, made.mail
    last, week_before = local_days(namespace, WEEK)[-1], local_days(namespace, WEEK.earlier(1))[-1]
    now, before = (happening(namespace, *day).numbers for day in (last, week_before))

    storage = hub(report, namespace).storage

    assert storage is not None
    assert (storage.used, storage.size, storage.free) == (
        now["home_bytes"], now["home_volume_bytes"], now["home_volume_free_bytes"],
    )  # fmt: skip
    assert storage.grown == now["home_bytes"] - before["home_bytes"]
    used, _, free, _ = row_of(mail, "Home storage", hub(report, namespace).title)
    assert (used, free) == (EN.size(now["home_bytes"]), EN.size(now["home_volume_free_bytes"]))


def test_the_hour_with_the_most_servers_is_the_one_in_which_they_ran(made: Made) -> None:
    busiest = max(made.report.hubs, key=lambda each: each.number("servers_most").value or 0)
    assert busiest.peak_at is not None
    began = round(busiest.peak_at.timestamp()) * 1000

    hour = Day(PLAN, truth(), busiest.namespace, began, began + 3_600_000)

    assert hour.most() == busiest.number("servers_most").value == the_week(busiest.namespace, WEEK).most()


def test_what_was_not_recorded_is_what_could_not_be_seen(made: Made) -> None:
    week = made.week_before.period
    gaps = [each for each in truth().gaps if week.start <= EPOCH + each.start * MILLISECOND < week.end]
    hours = [(each.start // HOUR * HOUR, -(-each.end // HOUR) * HOUR) for each in gaps]

    for each in made.week_before.hubs:
        assert [(milliseconds(span.start), milliseconds(span.end)) for span in each.unseen] == hours
    assert len(gaps) == 1
    assert not any(each.unseen for each in made.report.hubs)


def test_a_week_before_its_hubs_were_configured_is_told_as_far_as_it_was_computed(made: Made) -> None:
    assert made.week_before.people.value == made.report.people.before
    assert len(made.week_before.hubs) == len(HUBS)


def test_operators_are_told_of_all_hubs_and_each_person_once(made: Made) -> None:
    assert made.operators.people == made.report.people
    assert {each.namespace for each in made.operators.hubs} == set(HUBS)


def test_measures_of_the_report_are_measures_of_the_catalogue(made: Made) -> None:
    assert {name for each in made.report.hubs for name in each.numbers} <= BY_NAME.keys()
