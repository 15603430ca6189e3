"""Different people, exactly: of a hub, a cluster, a community and everybody; by day, week and month."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from aggregator.clusters.secrets import Secret
from aggregator.clusters.values import Access, Hub, Retention
from aggregator.errors import BadConfig
from aggregator.rollups.chunks import Window
from aggregator.rollups.due import every
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.people_rows import Via, add_people, forget_person, how_many, keep_people
from aggregator.rollups.retention import purge
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import subjects
from aggregator.store.database import Database
from aggregator.store.instants import milliseconds
from tests.fakes.hub import TOKEN, fake_hub, hub_that_answers
from tests.fakes.telling import Truth
from tests.rollups.computing import DAY, HOUR, HUBS, KEY, NOW, computing, config_of, lately, later, with_only
from tests.rollups.tables import Rows, differences, tables

ALL = Window(milliseconds(NOW - 110 * HOUR), milliseconds(NOW), every)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAY_31 = (datetime(2026, 5, 31, tzinfo=UTC) - EPOCH).days
PEOPLE_OF = {"hub": "people", "cluster": "cluster_people", "community": "community_people", "fleet": "fleet_people"}
HUBS_OF = {
    "lisbon/prod": {"lisbon/prod"},
    "oslo/prod": {"oslo/prod"},
    "lisbon": {"lisbon/prod"},
    "oslo": {"oslo/prod"},
    "geo": {"lisbon/prod", "oslo/prod"},
    "": {"lisbon/prod", "oslo/prod"},
}


def people(rows: Rows, resolution: str, kind: str = "hub", key: str = "oslo/prod") -> dict[int, float]:
    """By the number of the bucket."""
    return {
        number: values[1]
        for (of, whose, measure, how_long, number), values in rows["rollup"].items()
        if (of, whose, measure, how_long) == (kind, key, PEOPLE_OF[kind], resolution)
    }


def days_of(truth: Truth, rows: Rows) -> dict[int, set[str]]:
    """Who really was on the hub `prod` of a cluster, by the days that are kept."""
    staff = {"jo"} if truth.cluster == "lisbon" else set()
    return {
        number: {name.lower() for name in truth.people("prod", start, end)} - staff
        for (_, key, resolution, number), (start, end, *_) in rows["bucket"].items()
        if (key, resolution) == (f"{truth.cluster}/prod", "1d")
    }


async def test_people_are_different_people_however_many_hubs_and_days(database: Database) -> None:
    truths = Truth("lisbon"), Truth("oslo")
    async with computing(database, *truths) as rollups:
        await rollups.compute(ALL)
    rows = await tables(database)
    who = {f"{truth.cluster}/prod": days_of(truth, rows) for truth in truths}

    for kind, key in {each[:2] for each in rows["subject"]} - {("hub", "lisbon/binder")}:
        for resolution, days in (("1d", 1), ("1w", 7), ("1mo", 31)):
            found = people(rows, resolution, kind, key)
            assert found == {
                number: len(
                    set[str]().union(*(who[hub].get(number + day, ()) for hub in HUBS_OF[key] for day in range(days)))
                )
                for number in found
            }, (kind, key, resolution)
    weeks = [people(rows, "1w", "fleet", ""), *(people(rows, "1w", "hub", hub) for hub in who)]
    assert all(len(week) == 1 for week in weeks)
    everybody, *each_hub = (next(iter(week.values())) for week in weeks)
    assert max(each_hub) <= everybody < sum(each_hub)


async def test_a_hub_whose_accounts_come_and_go_has_sessions_and_no_people(database: Database) -> None:
    async with computing(database, Truth("lisbon")) as rollups:
        await rollups.compute(ALL)
    rows = await tables(database)
    measures = {key[2] for key in rows["rollup"] if key[1] == "lisbon/binder"}

    assert "sessions" in measures
    assert not {"people", "new_people"} & measures
    assert "lisbon/binder" not in {key[1] for key in rows["person_day"]}


async def test_somebody_is_new_once_in_whatever_order_the_days_become_known(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        await rollups.compute(replace(ALL, start=milliseconds(NOW - 2 * DAY)))
        await later(rollups, NOW + HOUR).compute(ALL)
    rows = await tables(database)
    who = days_of(Truth("oslo"), rows)
    new = {key[4]: row[1] for key, row in rows["rollup"].items() if key[1:4] == ("oslo/prod", "new_people", "1d")}

    assert new == {day: len(who[day].difference(*(who[other] for other in who if other < day))) for day in who}
    assert sum(new.values()) == len(set[str]().union(*who.values()))


async def test_people_of_a_hub_that_is_removed_are_still_among_everybody(database: Database) -> None:
    before = NOW - 10 * DAY
    async with computing(database, Truth("lisbon"), Truth("oslo")) as rollups:
        await later(rollups, before).compute(lately(before))
        then = await tables(database)
        left = [each for each in rollups.subjects if each.cluster != "oslo"]
        await replace(rollups, subjects=left).compute(lately(NOW))
    rows = await tables(database)
    who = [days_of(Truth(name), rows) for name in ("lisbon", "oslo")]

    for kind, key in (("fleet", ""), ("community", "geo")):
        assert people(then, "1w", kind, key).items() <= people(rows, "1w", kind, key).items()
        may = range(MAY_31 - 30, MAY_31 + 1)
        everybody = set[str]().union(*(of.get(day, ()) for of in who for day in may))
        assert people(rows, "1mo", kind, key)[may[0]] == len(everybody)


async def test_what_is_missing_of_a_silent_cluster_is_missing_of_everybody(database: Database) -> None:
    async with computing(database, Truth("lisbon"), Truth("oslo")) as rollups:
        await rollups.compute(lately(NOW))
        silent = NOW + 4 * DAY
        await with_only(later(rollups, silent), "oslo").compute(lately(silent))
        rows = (await tables(database))["bucket"]

    def seen(kind: str, key: str) -> tuple[int, int]:
        found: tuple[int, int] = rows[kind, key, "1d", MAY_31 + 2][3:5]
        return found

    of_oslo, in_all = seen("hub", "oslo/prod"), seen("fleet", "")
    assert ("hub", "lisbon/prod", "1d", MAY_31 + 2) not in rows
    assert in_all == (of_oslo[0], of_oslo[1] + 24 * 60)


async def test_a_crowd_is_counted_again_when_a_hub_that_was_seen_less_comes_to_it(database: Database) -> None:
    async with computing(database, Truth("lisbon"), Truth("oslo")) as rollups:
        for number, name in enumerate(("oslo", "lisbon")):
            await with_only(later(rollups, NOW + number * HOUR / 60), name).compute(ALL)
    rows = await tables(database)
    shares = {
        key: [row[3] / row[4] for each, row in rows["bucket"].items() if each[:3] == ("hub", key, "1d")]
        for key in ("oslo/prod", "lisbon/prod")
    }

    assert min(shares["lisbon/prod"]) < max(shares["oslo/prod"])
    who = [days_of(Truth("lisbon"), rows), days_of(Truth("oslo"), rows)]
    assert people(rows, "1d", "fleet", "") == {
        day: len(who[0].get(day, set()) | who[1].get(day, set())) for day in who[0].keys() | who[1].keys()
    }


async def test_another_key_than_the_hashes_were_made_with_is_an_error(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        await rollups.compute(ALL)
        before = await tables(database)
        with pytest.raises(BadConfig, match="people_key_file holds another key"):
            await replace(rollups, key=PeopleKey(bytes([1]) * 32)).compute(ALL)

    assert await tables(database) == before


async def test_people_of_a_range_of_days_are_counted_once(database: Database) -> None:
    ana, rui, eva = (KEY.hash_of(name) for name in ("ana", "rui", "eva"))
    async with database.writing() as connection:
        ids = await keep_subjects(connection, subjects(config_of({"lisbon": "http://a", "oslo": "http://b"})), NOW)
        one, other, *_ = ids.values()
        await keep_people(connection, one, {1: frozenset({ana, rui}), 2: frozenset({ana})}, Via.POD)
        await keep_people(connection, other, {2: frozenset({ana, eva})}, Via.POD)
        await add_people(connection, one, {1: frozenset({ana})}, Via.API)
        ranges = [
            ((one,), 1, 1),
            ((one,), 2, 2),
            ((one,), 1, 2),
            ((one, other), 1, 2),
            ((other,), 1, 1),
            ((one,), 3, 9),
        ]
        found = [await how_many(connection, *each) for each in ranges]

    assert found == [2, 1, 2, 3, 0, 0]


async def test_somebody_who_is_forgotten_is_on_no_hub_any_more(database: Database) -> None:
    ana, rui = KEY.hash_of("ana"), KEY.hash_of("rui")
    async with database.writing() as connection:
        one, other, *_ = (await keep_subjects(connection, subjects(config_of({"lisbon": "http://a"})), NOW)).values()
        await keep_people(connection, one, {1: frozenset({ana, rui}), 2: frozenset({ana})}, Via.POD)
        await keep_people(connection, other, {2: frozenset({ana})}, Via.POD)
        await add_people(connection, one, {1: frozenset({ana})}, Via.API)
        forgotten = [await forget_person(connection, ana, NOW), await forget_person(connection, ana, NOW)]
        left = await how_many(connection, [one, other], 0, 9)

    assert forgotten == [3, 0]
    assert left == 1


async def days_of_ana(database: Database) -> list[int]:
    return sorted(key[2] for key in (await tables(database))["person_day"] if key[3] == KEY.hash_of("ana"))


async def test_somebody_who_is_forgotten_does_not_come_back_when_days_are_computed_again(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        await rollups.compute(lately(NOW))
        assert await days_of_ana(database)
        async with database.writing() as connection:
            await forget_person(connection, KEY.hash_of("ana"), NOW + 36 * DAY)
        for days in (0, 3):
            await later(rollups, NOW + days * DAY + HOUR).compute(lately(NOW + days * DAY + HOUR))

    assert await days_of_ana(database) == []


async def test_somebody_who_comes_when_all_that_was_forgotten_is_over_is_a_person_again(database: Database) -> None:
    async with computing(database, Truth("oslo")) as rollups:
        async with database.writing() as connection:
            await forget_person(connection, KEY.hash_of("ana"), NOW - HOUR)
        await purge(database, Retention(), NOW)
        await rollups.compute(ALL)

    assert await days_of_ana(database)


def hubs_at(folder: Path, **urls: str) -> Mapping[str, tuple[Hub, ...]]:
    """The usual hubs, of which those in these namespaces can be asked."""
    (folder / "token").write_text(TOKEN)
    token = Secret.in_file(folder / "token")
    return {
        cluster: tuple(
            replace(hub, url=urls[hub.name], api_token=token, access=Access("closed", staff=("Jo",)))
            if hub.name in urls
            else hub
            for hub in hubs
        )
        for cluster, hubs in HUBS.items()
    }


async def test_whom_a_hub_saw_itself_is_counted_with_the_others(database: Database, tmp_path: Path) -> None:
    users = {"only-here": "2026-05-31T10:00:00Z", "ANA": "2026-05-31T10:00:00Z", "jo": "2026-05-31T10:00:00Z"}
    async with (
        fake_hub(users) as hub,
        httpx.AsyncClient(trust_env=False, verify=False) as http,
        computing(database, Truth("oslo"), hubs=hubs_at(tmp_path, prod=hub.url), http=http) as rollups,
    ):
        outcome = await rollups.compute(ALL)
        rows = await tables(database)
        await later(rollups, NOW + HOUR / 60).compute(ALL)
    who = days_of(Truth("oslo"), rows)
    who[MAY_31] = (who[MAY_31] | {"only-here", "ana"}) - {"jo"}

    assert outcome.not_seen == {}
    assert people(rows, "1d") == {day: len(names - {"jo"}) for day, names in who.items()}
    assert people(rows, "1w") == {MAY_31 - 6: len(set[str]().union(*who.values()) - {"jo"})}
    assert people(rows, "1d", "fleet", "")[MAY_31] == len(who[MAY_31])
    assert differences(await tables(database), rows) == []


async def test_whom_a_hub_saw_is_counted_also_while_its_cluster_does_not_answer(
    database: Database, tmp_path: Path
) -> None:
    users: dict[str, str | None] = {}
    async with (
        fake_hub(users) as hub,
        httpx.AsyncClient(trust_env=False, verify=False) as http,
        computing(database, Truth("oslo"), hubs=hubs_at(tmp_path, prod=hub.url), http=http) as rollups,
    ):
        await rollups.compute(ALL)
        before = await tables(database)
        users["only-here"] = "2026-05-31T10:00:00Z"
        await with_only(later(rollups, NOW + HOUR / 60)).compute(ALL)
    after = await tables(database)

    assert people(after, "1d")[MAY_31] == people(before, "1d")[MAY_31] + 1
    assert people(after, "1d", "fleet", "")[MAY_31] == people(before, "1d", "fleet", "")[MAY_31] + 1


async def test_a_hub_whose_accounts_come_and_go_is_not_asked(database: Database, tmp_path: Path) -> None:
    async with (
        fake_hub({"ana": "2026-05-31T10:00:00Z"}) as hub,
        httpx.AsyncClient(trust_env=False, verify=False) as http,
        computing(database, Truth("lisbon"), hubs=hubs_at(tmp_path, binder=hub.url), http=http) as rollups,
    ):
        await rollups.compute(ALL)

    assert hub.requests == []


async def test_a_hub_that_does_not_tell_is_told_and_the_rest_is_computed(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        hub_that_answers(403, b"{}") as hub,
        httpx.AsyncClient(trust_env=False, verify=False) as http,
        computing(database, Truth("oslo"), hubs=hubs_at(tmp_path, prod=hub.url), http=http) as rollups,
    ):
        outcome = await rollups.compute(ALL)

    assert list(outcome.not_seen) == ["oslo/prod"]
    assert outcome.not_seen["oslo/prod"].reason.startswith("its API answers 403; ")
    assert 'hub "oslo/prod" does not tell who was there: its API answers 403' in caplog.text
    assert TOKEN not in caplog.text
    assert people(await tables(database), "1d")
