"""Hubs and clusters that are watched: what is kept after each look, on both databases."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from aggregator.events.values import Health
from aggregator.rules import probe_rows
from aggregator.rules.evidence import Sight
from aggregator.store.alert_tables import heard_alert
from aggregator.store.clock import database_now
from aggregator.store.database import Database
from aggregator.store.tables import run
from tests.rules.fleets import MINUTE, NOON
from tests.rules.kept import alerts, everything, incidents, told
from tests.rules.world import HUBS, World, watching

HUB = ("lisbon", "a")
DOWN = "HubDown lisbon/a"


async def test_a_hub_goes_down_and_comes_back(database: Database) -> None:
    world = World()
    world.servers[HUB] = 41
    async with watching(database, world) as watched:
        await watched.look()
        world.is_down(HUB)
        await watched.look()
        found = (await alerts(database))[DOWN]
        world.is_well(HUB)
        await watched.look(2)

    assert found.people == 41
    assert found.evidence == (
        "its health page: 502, three times",
        "its API: 502, three times",
        "`up` of the hub: 0 since 12:02 UTC",
        "the cluster's Prometheus answers",
    )
    assert await told(database) == [f"2 firing {DOWN}", f"3 recovering {DOWN}", f"4 resolved {DOWN}"]
    assert await incidents(database) == [("lisbon/a", 2, 3, "HubDown")]
    assert await alerts(database) == {}


async def test_people_are_known_though_their_cluster_is_silent(database: Database) -> None:
    world = World()
    async with watching(database, world) as watched:
        await watched.look()
        world.silent.add("lisbon")
        world.pages |= {where: 502 for where in HUBS if where[0] == "lisbon"}
        await watched.look()
        found = await alerts(database)

    assert set(found) == {"ClusterDown lisbon"}
    assert found["ClusterDown lisbon"].people == 4 * 7
    assert found["ClusterDown lisbon"].evidence[0] == "the cluster's Prometheus: 503: Service Unavailable"


async def test_a_hub_that_fell_silent_is_held_by_whoever_looks_next(database: Database) -> None:
    world = World()
    async with watching(database, world, without_url=frozenset({HUB})) as watched:
        await watched.look()
        world.up[HUB] = 0.0
        await watched.look(2)
        world.silent.add("lisbon")
        await watched.of("there").look(2)
        held = (await alerts(database))[DOWN]
        world.silent.clear()
        world.is_well(HUB)
        await watched.look()

    assert (held.health, held.held_since, held.true_at) == (Health.NO_DATA, NOON + 4 * MINUTE, NOON + 3 * MINUTE)
    of_it = [each for each in await told(database) if DOWN in each]
    assert of_it == [f"2 pending {DOWN}", f"3 firing {DOWN}", f"4 held {DOWN}", f"6 recovering {DOWN}"]


async def test_a_namespace_that_vanishes_is_missed_for_longer_than_an_hour(database: Database) -> None:
    world = World()
    async with watching(database, world, without_url=frozenset({HUB})) as watched:
        await watched.look()
        del world.up[HUB], world.servers[HUB]
        await watched.look(2)
        world.earlier.discard(HUB)
        await watched.look(2)
        found = await alerts(database)

    assert found["HubVanished lisbon/a"].evidence == (
        "`up` of the hub: gone since 12:01 UTC",
        "the cluster's Prometheus answers",
    )
    assert await told(database) == ["2 pending HubVanished lisbon/a", "3 firing HubVanished lisbon/a"]


async def test_what_vanished_before_crosshub_began_is_missed_too(database: Database) -> None:
    world = World()
    del world.up[HUB]
    async with watching(database, world, without_url=frozenset({HUB})) as watched:
        await watched.look(2)

    assert "HubVanished lisbon/a" in await alerts(database)


async def test_a_sample_that_is_old_says_nothing(database: Database) -> None:
    world = World()
    async with watching(database, world, without_url=frozenset(HUBS)) as watched:
        await watched.look()
        world.up, world.age = dict.fromkeys(HUBS, 0.0), 280.0
        await watched.look(3)

    assert {each.split("/")[0] for each in await alerts(database)} == {"HubUnwatched lisbon", "HubUnwatched oslo"}


async def test_a_hub_that_nobody_names_is_told_of_and_forgotten_a_day_after_it_is_gone(database: Database) -> None:
    world, stranger = World(), ("oslo", "x")
    world.up[stranger] = 1.0
    async with watching(database, world) as watched:
        await watched.look(2)
        found = set(await alerts(database))
        del world.up[stranger]
        await watched.look(2)
        gone = set(await alerts(database))
        watched.clock.now += timedelta(days=1)
        await watched.look(2)

    assert found == {"UnknownHub oslo/x"}
    assert gone == {"UnknownHub oslo/x", "HubVanished oslo/x"}
    assert await alerts(database) == {}
    async with database.reading() as connection:
        assert not [key for key in await probe_rows.probes(connection) if key[:2] == stranger]


async def test_what_was_seen_is_kept_with_how_often_and_since_when(database: Database) -> None:
    world = World()
    world.pages[HUB] = 502
    async with watching(database, world) as watched:
        await watched.look(2)
        world.silent.add("lisbon")
        await watched.look()
        async with database.reading() as connection:
            known = await probe_rows.probes(connection)

    health, scrapes, prometheus = (known["lisbon", *key] for key in (("a", "health"), ("a", "up"), ("", "prometheus")))
    assert (health.sight, health.detail, health.streak, health.since) == (Sight.FAILING, "502", 3, NOON + MINUTE)
    assert (scrapes.sight, scrapes.streak, scrapes.looked_at) == (Sight.OK, 2, NOON + 2 * MINUTE)
    assert (prometheus.sight, prometheus.since) == (Sight.FAILING, NOON + 3 * MINUTE)


async def test_evidence_counts_the_requests_of_the_last_look_and_says_since_when_looks_fail(database: Database) -> None:
    world = World()
    world.is_down(HUB)
    async with watching(database, world) as watched:
        await watched.look()
        first = (await alerts(database))[DOWN].evidence[:2]
        await watched.look(15)
        then = (await alerts(database))[DOWN].evidence[:2]

    assert first == ("its health page: 502, three times", "its API: 502, three times")
    assert then == tuple(f"{each}; failing since 12:01 UTC" for each in first)


async def test_two_replicas_look_once(database: Database) -> None:
    world = World()
    world.is_down(HUB)
    async with watching(database, world) as watched:
        other = watched.of("there")
        watched.clock.now += MINUTE
        await asyncio.gather(watched.watch.do(), other.watch.do())

    assert await told(database) == [f"1 firing {DOWN}"]
    async with database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(run))).scalar_one() == 1


async def test_whoever_loses_its_look_keeps_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    world, holding = World(), asyncio.Event()
    world.is_down(HUB)
    async with watching(database, world, holding=holding) as watched:
        watched.clock.now += MINUTE
        looking = asyncio.create_task(watched.watch.do())
        await watched.server.until(lambda server: server.answering > 0)
        async with database.writing() as connection:
            await connection.execute(update(run).values(fence=2, owner="there", lease_until=database_now(MINUTE)))
        holding.set()
        await looking

    assert {name: len(rows) for name, rows in (await everything(database)).items()} == {
        "alert": 0,
        "event": 0,
        "incident": 0,
        "probe": 0,
    }
    assert "taken over by somebody else" in caplog.text


async def test_a_look_that_comes_late_writes_over_nobodys_work(database: Database) -> None:
    world, holding = World(), asyncio.Event()
    world.is_down(HUB)
    async with watching(database, world, holding=holding) as watched:
        watched.clock.now += MINUTE
        late = asyncio.create_task(watched.watch.do())
        await watched.server.until(lambda server: server.answering > 0)
        well = World()
        async with watching(database, well) as other:
            other.clock.now += 2 * MINUTE
            await other.of("there").watch.do()
            kept = await everything(database)
            holding.set()
            await late

    assert await everything(database) == kept
    assert await told(database) == []
    assert await incidents(database) == []


async def test_a_watchdog_that_stops_is_told_of(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(
            heard_alert.insert(),
            [
                {"fingerprint": name, "origin": "webhook", "alertname": name, "labels": f'{{"alertname": "{name}", "cluster": "oslo"}}',
                 "annotations": "{}", "state": "firing", "starts_at": NOON, "heard_at": NOON, "times": 3}
                for name in ("Watchdog", "Other")
            ],
        )  # fmt: skip
    async with watching(database, World()) as watched:
        await watched.look()
        await heard(database, watched.clock.now)
        await watched.look()
        watched.clock.now = NOON + 10 * MINUTE
        await watched.look(2)
        await heard(database, watched.clock.now)
        await watched.look(2)

    stopped = "WatchdogStopped oslo"
    assert await told(database) == [f"12 firing {stopped}", f"13 recovering {stopped}", f"14 resolved {stopped}"]


async def heard(database: Database, at: datetime) -> None:
    """Everything that was ever told is told again."""
    async with database.writing() as connection:
        await connection.execute(update(heard_alert).values(heard_at=at))
