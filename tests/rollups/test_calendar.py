"""Days, weeks and months of real hubs, whatever their clocks and their Prometheus do: where they lie, what was seen of
them, and what happened in them.

In every case more happens each day than on the day before, all of it within 32 minutes of midnight: in the first half hour
of the n-th day n servers run, in its last half hour 2 n. A day that began or ended half an hour off would show it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.demo.servers import Server, Wanted, running
from aggregator.rollups import due
from aggregator.rollups.asking import settled
from aggregator.rollups.bucket_rows import Entry
from aggregator.rollups.buckets import Bucket, Resolution
from aggregator.rollups.chunks import Window
from aggregator.store.database import Database, open_database
from tests.databases import BOTH, database_with_tables
from tests.rollups.kept import Row, hub, kept, rollups
from tests.rollups.made import DAY, HOUR, MINUTE, SECOND, Made, Pod, Span, at, keep_blocks, spawns

WITH_HOURS = ("clocks-go-forward", "clocks-go-back", "no-midnight-in-cairo", "silent-over-midnight")
EARLY, LATE = 2 * MINUTE, 32 * MINUTE


@dataclass(frozen=True)
class Day:
    """What is to be kept of a day: its length, what was seen, starts, people, most servers at once, and their hours."""

    date: str
    start: str
    length: float
    seen: int
    starts: int = 0
    people: int = 0
    most: int = 0
    server_hours: float = 0.0

    @property
    def told(self) -> tuple[object, ...]:
        values = (self.starts, self.people, self.people, self.most, self.server_hours, 0)
        start, length = at(self.start), round(self.length * HOUR)
        return (
            start,
            start + length,
            self.seen,
            length // MINUTE,
            tuple(settled(float(value)) for value in values) if self.seen else (None,) * 6,
        )


def full(number: int, date: str, start: str, length: float = 24.0) -> Day:
    """The n-th day, of which everything was seen."""
    return Day(date, start, length, round(length * 60), 3 * number, 3 * number, 2 * number, 1.5 * number)


def told(row: Row) -> tuple[object, ...]:
    names = ("server_starts", "sessions", "people", "servers_most", "server_hours", "down_minutes")
    return row.start, row.end, row.seen, row.expected, tuple(row.values.get(name) for name in names)


@dataclass(frozen=True)
class Case:
    """A stretch of days in a zone, and when the cluster's Prometheus was away."""

    zone: str
    days: Sequence[Day]
    silent: Sequence[Span] = ()

    @property
    def midnights(self) -> list[int]:
        last = self.days[-1]
        return [*(at(day.start) for day in self.days), at(last.start) + round(last.length * HOUR)]

    @property
    def window(self) -> Window:
        return Window(self.midnights[0], self.midnights[-1], due.every)


def utc(*days: Day, silent: Sequence[Span] = ()) -> Case:
    return Case("UTC", days, silent)


CASES = {
    "clocks-go-forward": Case("Europe/Berlin", (
        full(1, "2026-03-28", "2026-03-27 23:00"),
        full(2, "2026-03-29", "2026-03-28 23:00", 23),
        full(3, "2026-03-30", "2026-03-29 22:00"),
    )),
    "clocks-go-back": Case("Europe/Berlin", (
        full(1, "2026-10-24", "2026-10-23 22:00"),
        full(2, "2026-10-25", "2026-10-24 22:00", 25),
        full(3, "2026-10-26", "2026-10-25 23:00"),
    )),
    "no-midnight-in-santiago": Case("America/Santiago", (
        full(1, "2026-09-05", "2026-09-05 04:00"),
        full(2, "2026-09-06", "2026-09-06 04:00", 23),
        full(3, "2026-09-07", "2026-09-07 03:00"),
    )),
    "no-midnight-in-cairo": Case("Africa/Cairo", (
        full(1, "2026-04-23", "2026-04-22 22:00"),
        full(2, "2026-04-24", "2026-04-23 22:00", 23),
        full(3, "2026-04-25", "2026-04-24 21:00"),
    )),
    "two-midnights-in-havana": Case("America/Havana", (
        full(1, "2026-10-31", "2026-10-31 04:00"),
        full(2, "2026-11-01", "2026-11-01 04:00", 25),
        full(3, "2026-11-02", "2026-11-02 05:00"),
    )),
    "half-past-in-kolkata": Case("Asia/Kolkata", (
        full(1, "2026-11-24", "2026-11-23 18:30"),
        full(2, "2026-11-25", "2026-11-24 18:30"),
    )),
    "quarter-past-in-kathmandu": Case("Asia/Kathmandu", (
        full(1, "2026-11-24", "2026-11-23 18:15"),
        full(2, "2026-11-25", "2026-11-24 18:15"),
    )),
    "half-an-hour-forward": Case("Australia/Lord_Howe", (
        full(1, "2026-10-03", "2026-10-02 13:30"),
        full(2, "2026-10-04", "2026-10-03 13:30", 23.5),
        full(3, "2026-10-05", "2026-10-04 13:00"),
    )),
    "half-an-hour-back": Case("Australia/Lord_Howe", (
        full(1, "2027-04-03", "2027-04-02 13:00"),
        full(2, "2027-04-04", "2027-04-03 13:00", 24.5),
        full(3, "2027-04-05", "2027-04-04 13:30"),
    )),
    "leap-day": Case("Europe/Lisbon", (
        full(1, "2028-02-28", "2028-02-28 00:00"),
        full(2, "2028-02-29", "2028-02-29 00:00"),
        full(3, "2028-03-01", "2028-03-01 00:00"),
    )),
    "week-53": Case("Europe/Oslo", (
        full(1, "2026-12-28", "2026-12-27 23:00"),
        full(2, "2026-12-29", "2026-12-28 23:00"),
        full(3, "2026-12-30", "2026-12-29 23:00"),
        full(4, "2026-12-31", "2026-12-30 23:00"),
        full(5, "2027-01-01", "2026-12-31 23:00"),
        full(6, "2027-01-02", "2027-01-01 23:00"),
        full(7, "2027-01-03", "2027-01-02 23:00"),
    )),
    "month-end": Case("America/Guayaquil", (
        full(1, "2026-05-31", "2026-05-31 05:00"),
        full(2, "2026-06-01", "2026-06-01 05:00"),
    )),
    # Nobody saw the first day's evening and the second day's morning.
    "silent-over-midnight": utc(
        Day("2026-02-10", "2026-02-10 00:00", 24, 23 * 60, 1, 1, 1, 0.5),
        Day("2026-02-11", "2026-02-11 00:00", 24, 23 * 60, 4, 4, 4, 2.0),
        silent=[(at("2026-02-10 23:00"), at("2026-02-11 01:00"))],
    ),
    # Counters tell afterwards what they counted meanwhile; of the last half hour 28 minutes were seen.
    "gap-of-an-hour": utc(
        full(1, "2026-02-20", "2026-02-20 00:00"),
        Day("2026-02-21", "2026-02-21 00:00", 24, 23 * 60, 6, 6, 4, 2 * 0.5 + 4 * 28 / 60),
        silent=[(at("2026-02-21 22:30"), at("2026-02-21 23:30"))],
    ),
    "gap-of-three-days": utc(
        Day("2026-01-10", "2026-01-10 00:00", 24, 12 * 60, 1, 1, 1, 0.5),
        Day("2026-01-11", "2026-01-11 00:00", 24, 0),
        Day("2026-01-12", "2026-01-12 00:00", 24, 0),
        Day("2026-01-13", "2026-01-13 00:00", 24, 12 * 60, 8, 8, 8, 4.0),
        full(5, "2026-01-14", "2026-01-14 00:00"),
        silent=[(at("2026-01-10 12:00"), at("2026-01-13 12:00"))],
    ),
}  # fmt: skip


def made(namespace: str, case: Case) -> Made:
    midnights = case.midnights
    first, last = midnights[0], midnights[-1]
    pods = [
        # What is of another day.
        *(Pod(f"before-{i}", first - LATE, first - EARLY) for i in range(20)),
        *(Pod(f"after-{i}", last + EARLY, last + LATE) for i in range(20)),
    ]
    for number, (start, end) in enumerate(pairwise(midnights), start=1):
        pods += [Pod(f"early-{number}-{i}", start + EARLY, start + LATE) for i in range(number)]
        pods += [Pod(f"late-{number}-{i}", end - LATE, end - EARLY) for i in range(2 * number)]
    started = spawns(((pod.created + 30 * SECOND, "success", "") for pod in pods), six=False)
    life = first - HOUR, last + HOUR
    return Made(namespace=namespace, life=life, pods=pods, counters=started, silent=case.silent)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Prometheus that has seen all cases, each in a namespace of its own."""
    directory: Path = tmp_path_factory.mktemp("calendar")
    wanted = Wanted(name="lisbon", directory=directory, retention="100y")
    keep_blocks((made(name, case) for name, case in CASES.items()), wanted.data)
    with running([wanted]) as (started,):
        yield started


async def compute(database: Database, server: Server, name: str, case: Case) -> None:
    """Everything about a case, long after it happened; hours only where they are looked at."""
    now = case.midnights[-1] + 40 * DAY
    window = case.window if name in WITH_HOURS else replace(case.window, chosen=days)
    async with rollups(database, {"lisbon": server.url}, [hub(name, case.zone)], now) as them:
        outcome = await them.compute(window)
    assert (outcome.failed, outcome.refused) == ({}, {"lisbon": {}})


def days(wanted: Iterable[Bucket], kept: Mapping[int, Entry], now: int) -> tuple[Bucket, ...]:
    return tuple(each for each in due.every(wanted, kept, now) if each.resolution is not Resolution.HOUR)


@pytest.fixture(scope="module", params=BOTH)
def table(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a database is that has all cases in it."""

    async def filled(url: str) -> None:
        async with open_database(url) as database:
            for name, case in CASES.items():
                await compute(database, server, name, case)

    with database_with_tables(request, tmp_path_factory.mktemp("table")) as url:
        asyncio.run(filled(url))
        yield url


@pytest.fixture
async def all_cases(table: str) -> AsyncIterator[Database]:
    async with open_database(table) as database:
        yield database


@pytest.mark.parametrize("name", CASES)
async def test_days_are_those_of_the_hubs_own_clock(name: str, all_cases: Database) -> None:
    case = CASES[name]

    found = await kept(all_cases, name, Resolution.DAY)
    assert {date: told(row) for date, row in found.items()} == {day.date: day.told for day in case.days}


async def test_of_a_day_of_which_nothing_was_seen_nothing_is_said(all_cases: Database) -> None:
    found = await kept(all_cases, "gap-of-three-days", Resolution.DAY)
    assert found["2026-01-11"].values == found["2026-01-12"].values == {}


async def test_of_an_hour_of_which_nothing_was_seen_nothing_is_said(all_cases: Database) -> None:
    found = await kept(all_cases, "silent-over-midnight", Resolution.HOUR)
    assert [name for name, row in found.items() if not row.seen] == ["2026-02-10 23:00", "2026-02-11 00:00"]
    assert [name for name, row in found.items() if not row.values] == ["2026-02-10 23:00", "2026-02-11 00:00"]


async def test_week_53_has_seven_days_of_two_years(all_cases: Database) -> None:
    found = await kept(all_cases, "week-53", Resolution.WEEK)
    week = Day("2026-12-28", "2026-12-27 23:00", 7 * 24, 7 * 24 * 60, 84, 84, 14, 42.0)
    assert {date: told(row) for date, row in found.items()} == {week.date: week.told}


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("leap-day", Day("2028-02-01", "2028-02-01 00:00", 29 * 24, 2 * 24 * 60, 9, 9, 4, 4.5)),
        ("leap-day", Day("2028-03-01", "2028-03-01 00:00", 31 * 24 - 1, 24 * 60, 9, 9, 6, 4.5)),
        ("month-end", Day("2026-05-01", "2026-05-01 05:00", 31 * 24, 24 * 60, 3, 3, 2, 1.5)),
        ("month-end", Day("2026-06-01", "2026-06-01 05:00", 30 * 24, 24 * 60, 6, 6, 4, 3.0)),
        ("clocks-go-back", Day("2026-10-01", "2026-09-30 22:00", 31 * 24 + 1, 73 * 60, 18, 18, 6, 9.0)),
    ],
)
async def test_a_month_is_its_days_and_what_is_missing_of_it_is_not_covered(
    name: str, month: Day, all_cases: Database
) -> None:
    found = await kept(all_cases, name, Resolution.MONTH)
    assert told(found[month.date]) == month.told


@pytest.mark.parametrize("name", ["clocks-go-forward", "clocks-go-back", "no-midnight-in-cairo"])
async def test_hours_add_up_to_their_day(name: str, all_cases: Database) -> None:
    hours = await kept(all_cases, name, Resolution.HOUR)
    for day in (await kept(all_cases, name, Resolution.DAY)).values():
        of_day = [row.values for row in hours.values() if day.start <= row.start < day.end]
        for measure in ("server_starts", "sessions", "down_minutes", "server_hours"):
            assert sum(row[measure] for row in of_day) == pytest.approx(day.values[measure], rel=1e-9)
        assert max(row["servers_most"] for row in of_day) == day.values["servers_most"]


async def test_a_hub_that_moves_to_another_zone_has_days_of_the_new_one(server: Server, database: Database) -> None:
    name, case = "half-past-in-kolkata", CASES["half-past-in-kolkata"]
    before = replace(case, zone="America/Guayaquil")

    await compute(database, server, name, before)
    in_ecuador = await kept(database, name, Resolution.DAY)
    await compute(database, server, name, case)

    assert {row.start for row in in_ecuador.values()} == {at("2026-11-24 05:00")}
    found = await kept(database, name, Resolution.DAY)
    assert {date: told(row) for date, row in found.items()} == {day.date: day.told for day in case.days}
