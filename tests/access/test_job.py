"""Hubs looked at again and again: what is kept and told, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from aggregator.access import finding_rows, sight_rows, window_rows
from aggregator.access.findings import Acceptance
from aggregator.access.job import kept
from aggregator.access.policy import Window
from aggregator.access.window_rows import Kept
from aggregator.delivery.names import for_reader
from aggregator.events import rows as alert_rows
from aggregator.events.going_on import NOTHING
from aggregator.events.values import NAMES, Alert, State
from aggregator.notify.messages import item_of
from aggregator.outbox.notice import Notice
from aggregator.rollups.sealed_names import opened
from aggregator.store.database import Database
from aggregator.store.metadata import metadata
from tests.access.sightings import DAY, DUMMY, HOUR, NOON
from tests.access.world import EVERY, FORM, KEY, SIGN_UP, User, World, looking

MINUTE = timedelta(minutes=1)
STRANGER = User("m1ner.xmr", NOON - HOUR)
WHERE = ("lisbon", "prod")


async def happened(database: Database) -> list[str]:
    async with database.reading() as connection:
        found = await alert_rows.events(connection, NOON - DAY, NOON + 100 * DAY)
    return [f"{(each.at - NOON) // MINUTE} {each.change} {dict(each.labels)['alertname']}" for each in found]


async def open_alerts(database: Database) -> dict[str, Alert]:
    async with database.reading() as connection:
        return {each.name: each for each in await alert_rows.alerts(connection) if each.is_open}


async def test_a_stranger_is_told_of_at_the_next_look_and_until_their_account_is_gone(
    database: Database, tmp_path: Path
) -> None:
    world = World()
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()
        world.users.append(STRANGER)
        await lisbon.look(2)
        alert = (await open_alerts(database))["UnknownAccounts"]
        world.users.remove(STRANGER)
        await lisbon.look(2)

    assert dict(alert.annotations)["summary"] == (
        "1 account on University of Lisbon (lisbon/prod) that its policy does not know"
    )
    assert await happened(database) == [
        "5 firing UnknownAccounts",
        "15 recovering UnknownAccounts",
        "20 resolved UnknownAccounts",
    ]


async def test_names_are_told_to_operators_and_stand_nowhere_else(database: Database, tmp_path: Path) -> None:
    world = World(users=[STRANGER, replace(STRANGER, admin=True, name="evil-admin")], pods=[("m1ner.xmr", 0.99)])
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look(2)
        alert = (await open_alerts(database))["UnknownAccounts"]
        item = item_of(lisbon.access.config, alert, NOON)

    kept = await everything_kept(database)
    notice = Notice("group", "oncall", (), "firing", "first", NOON, "UTC", (item,))
    told = for_reader(notice, lambda text: opened(KEY, text))
    theirs = for_reader(notice, None)
    assert "m1ner" not in kept
    assert "evil-admin" not in kept
    assert opened(KEY, dict(alert.annotations)[NAMES]) == ("evil-admin", "m1ner.xmr")
    assert "accounts: evil-admin, m1ner.xmr" in told.items[0].evidence  # type: ignore[union-attr]
    assert "m1ner" not in repr(theirs)
    assert NAMES not in dict(theirs.items[0].annotations)  # type: ignore[union-attr]


async def everything_kept(database: Database) -> str:
    """Every row of every table as text."""
    async with database.reading() as connection:
        return "\n".join(
            [str(tuple(row)) for table in metadata.tables.values() for row in await connection.execute(select(table))]
        )


async def test_a_stranger_who_computes_is_critical(database: Database, tmp_path: Path) -> None:
    async with looking(database, World(users=[STRANGER], pods=[("m1ner.xmr", 0.99)]), tmp_path) as lisbon:
        await lisbon.look()

    alerts = await open_alerts(database)
    assert alerts["StrangersAtWork"].label("severity") == "critical"
    assert alerts["UnknownAccounts"].label("severity") == "high"


@pytest.mark.parametrize("breaks", ["hub_is_down", "cluster_is_silent"])
async def test_nothing_is_over_because_nobody_could_look(database: Database, tmp_path: Path, breaks: str) -> None:
    world = World(users=[STRANGER])
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()
        world.users = []
        setattr(world, breaks, True)
        await lisbon.look(3)
        held = (await open_alerts(database))["UnknownAccounts"]
        setattr(world, breaks, False)
        await lisbon.look(2)

    assert held.state is State.FIRING
    assert held.held_since == NOON + 5 * MINUTE
    assert [each for each in await happened(database) if "resolved" in each] == ["25 resolved UnknownAccounts"]


async def test_a_window_of_the_command_is_quiet_until_it_is_ended(database: Database, tmp_path: Path) -> None:
    world = World()
    window = Window(NOON - HOUR, NOON + DAY, 40, "Geo workshop", "rui", "w1")
    async with looking(database, world, tmp_path) as lisbon:
        async with database.writing() as connection:
            await window_rows.add(connection, Kept(WHERE, window, NOON - HOUR))
        world.users += [User(f"guest-{letter}", NOON) for letter in "abcdef"]
        await lisbon.look(2)
        quiet = await happened(database)
        async with database.writing() as connection:
            assert await window_rows.end(connection, "w1", lisbon.clock.now, "rui")
        world.users.append(User("late", lisbon.clock.now + MINUTE))
        lisbon.clock.now += 2 * MINUTE
        await lisbon.look()

    assert quiet == []
    assert set(await open_alerts(database)) == {"WindowOverStillOpen"}


async def test_what_is_accepted_is_told_of_no_more(database: Database, tmp_path: Path) -> None:
    async with looking(database, World(users=[STRANGER]), tmp_path) as lisbon:
        await lisbon.look()
        async with database.writing() as connection:
            given = Acceptance("ana", NOON + DAY, "a visitor")
            assert await finding_rows.accept(connection, (*WHERE, "UnknownAccounts"), given)
        await lisbon.look(3)

    assert await happened(database) == ["0 firing UnknownAccounts", "5 resolved UnknownAccounts"]
    async with database.reading() as connection:
        finding = (await finding_rows.findings(connection))[(*WHERE, "UnknownAccounts")]
    assert (finding.looks, finding.accepted) == (4, given)


async def test_a_class_that_changes_and_an_admin_who_appears_are_told_of(database: Database, tmp_path: Path) -> None:
    world = World(users=[User("ana", NOON - 400 * DAY, admin=True)])
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()
        world.authenticator = DUMMY
        world.users.append(User("x@uni.example", NOON - 90 * DAY, admin=True))
        await lisbon.look()

    new = {"AuthenticatorChanged", "AuthenticatorContradictsPolicy", "AdminAppeared"}
    assert new < set(await open_alerts(database))


async def test_what_everybody_can_see_from_outside_is_found(database: Database, tmp_path: Path) -> None:
    world = World()
    world.pages |= {"login": (200, FORM), "signup": (200, SIGN_UP), "metrics": (200, b"jupyterhub_total_users 3")}
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()

    assert set(await open_alerts(database)) == {"SignUpPage", "MetricsOpen"}


async def test_no_credentials_are_sent_to_pages_and_nothing_is_made(database: Database, tmp_path: Path) -> None:
    async with looking(database, World(), tmp_path) as lisbon:
        await lisbon.look()
        pages = [request for request in lisbon.server.requests if request.path.startswith("/prod/hub/")]

    outside = [request for request in pages if not request.path.startswith("/prod/hub/api/")]
    assert {request.method for request in pages} == {"GET"}
    assert {request.path for request in outside} == {"/prod/hub/login", "/prod/hub/signup", "/prod/hub/metrics"}
    assert not any({"authorization", "cookie"} & set(request.headers) for request in outside)


async def test_one_of_two_replicas_looks(database: Database, tmp_path: Path) -> None:
    async with looking(database, World(), tmp_path) as lisbon:
        await lisbon.access.do()
        asked = len(lisbon.server.requests)
        await lisbon.of("there").access.do()

    assert len(lisbon.server.requests) == asked


async def test_the_last_look_is_kept_with_what_was_observed(database: Database, tmp_path: Path) -> None:
    async with looking(database, World(pods=[("ana", 0.6)]), tmp_path) as lisbon:
        await lisbon.look()

    async with database.reading() as connection:
        sight = (await sight_rows.sights(connection))[WHERE]
    assert sight.looked_at == NOON
    assert sight.observed == ("GitHubOAuthenticator 17.4.0, JupyterHub 6.1.1", "1 account, 0 new in 7 days", "1 server")
    assert sight.sides == ("REST API", "pages", "Prometheus")


async def test_of_many_accounts_the_newest_are_looked_at(database: Database, tmp_path: Path) -> None:
    old = [User(f"{number}@uni.example", NOON - 900 * DAY) for number in range(2400)]
    world = World(users=[*old, STRANGER])
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()
        pages = [request.form["offset"][0] for request in lisbon.server.requests if request.path.endswith("/users")]

    assert set(await open_alerts(database)) == {"UnknownAccounts"}
    assert pages == ["0", "1401", "1601", "1801", "2001", "2201"]


async def test_a_look_costs_a_handful_of_requests(database: Database, tmp_path: Path) -> None:
    async with looking(database, World(), tmp_path) as lisbon:
        await lisbon.look()

    assert len(lisbon.server.requests) == 9 + 2 + 3


async def test_a_look_that_comes_late_changes_nothing(database: Database, tmp_path: Path) -> None:
    world = World(users=[STRANGER])
    async with looking(database, world, tmp_path) as lisbon:
        late = await lisbon.access.look()
        lisbon.clock.now += 5 * MINUTE
        newer = await lisbon.access.look()
        async with database.writing() as connection:
            await kept(connection, newer, EVERY)
        before = await everything_kept(database)
        async with database.writing() as connection:
            went = await kept(connection, late, EVERY)

    assert went == NOTHING
    assert await everything_kept(database) == before


async def test_a_hub_that_tells_nonsense_is_looked_at_all_the_same(database: Database, tmp_path: Path) -> None:
    world = World(users=[User("future", datetime(9999, 12, 31, 23, 59, tzinfo=UTC)), STRANGER], version="4.1.0{x}")
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()

    alerts = await open_alerts(database)
    assert dict(alerts["KnownAccessHole"].annotations)["summary"].startswith("University of Lisbon (lisbon/prod) runs")
    assert "UnknownAccounts" in alerts


async def test_a_hub_without_metrics_is_judged_by_what_it_tells(database: Database, tmp_path: Path) -> None:
    world = World(users=[STRANGER], has_metrics=False)
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()
        world.users = []
        await lisbon.look(2)

    assert await open_alerts(database) == {}
    async with database.reading() as connection:
        sight = (await sight_rows.sights(connection))[WHERE]
    assert sight.sides[-1] == "Prometheus: not asked, it has no metrics of this hub"


async def test_a_hub_whose_metrics_are_gone_was_not_seen(database: Database, tmp_path: Path) -> None:
    world = World(users=[STRANGER])
    async with looking(database, world, tmp_path) as lisbon:
        await lisbon.look()
        world.has_metrics, world.users = False, []
        await lisbon.look(3)

    assert set(await open_alerts(database)) == {"UnknownAccounts"}
