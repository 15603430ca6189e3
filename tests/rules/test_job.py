"""Rules looked at again and again: what is kept of it, by one of any number of replicas, once."""

import asyncio
import math
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.events.values import Change, Health
from aggregator.rules.job import schedule_of
from aggregator.rules.rows import RuleLook
from aggregator.rules.values import Group, Rule
from aggregator.slots.claiming import next_claim
from aggregator.slots.rows import Holder
from aggregator.store.clock import database_now
from aggregator.store.database import Database, open_database
from aggregator.store.tables import run
from tests.query.scripted import Refused
from tests.rules.looks import MINUTE, at, replayed
from tests.rules.watching import BUSY, GROUP, PEOPLE_AS_ASKED, SILENT, THERE, Watch, watching

PROD, LAB = 'x{namespace="prod"} 7', 'x{namespace="lab"} 6.5'
KEY = "hubs.yaml;hub;HubBusy"


async def changes(watch: Watch, namespace: str = "prod") -> list[tuple[float, str]]:
    """What happened to a hub's alert, by the minute."""
    return [
        ((event.at - at(0)) / MINUTE, str(event.change))
        for event in await watch.events()
        if dict(event.labels)["namespace"] == namespace
    ]


async def test_an_alert_goes_through_its_states_and_all_of_it_is_kept(database: Database) -> None:
    async with watching(database) as watch:
        watch.said["lisbon"][PEOPLE_AS_ASKED] = ['{namespace="prod"} 41']
        await watch.look(0, 1, 2, lisbon=[PROD])
        fires = await watch.alerts()
        await watch.look(3, 4, lisbon=SILENT)
        held = await watch.alerts()
        await watch.look(5, lisbon=[PROD])
        await watch.look(6, 7, lisbon=[])
        over = await watch.alerts()

        assert [(alert.state, alert.people, alert.value) for alert in fires] == [("firing", 41, 7.0)]
        assert fires[0].annotations == (("summary", "7 in prod"),)
        assert (fires[0].active_at, fires[0].fired_at) == (at(0), at(2))
        assert [(alert.state, alert.health, alert.held_since) for alert in held] == [("firing", "no data", at(3))]
        assert [(alert.state, alert.resolved_at, alert.people) for alert in over] == [("resolved", at(7), 41)]
        assert await changes(watch) == [
            (0, "pending"), (2, "firing"), (3, "held"), (5, "seen"), (6, "recovering"), (7, "resolved"),
        ]  # fmt: skip


async def test_only_the_alerts_of_a_silent_cluster_are_held(database: Database) -> None:
    async with watching(database) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD], oslo=[LAB])

        await watch.look(3, 4, lisbon=SILENT, oslo=[])

        assert await watch.states() == {"prod": "firing (held)", "lab": "resolved"}
        look = (await watch.looks())[KEY]
        assert (look.looked_at, look.health) == (at(4), Health.NO_DATA)
        assert look.error.startswith('cluster "lisbon": 500')
        assert watch.told[-1] == ("hubs.yaml;hub", 1, 1)


async def test_an_alert_of_the_whole_fleet_neither_begins_nor_ends_while_a_cluster_is_silent(
    database: Database,
) -> None:
    group = Group("fleet.yaml", "fleet", (Rule("FewPeople", "sum(x) < 10"),))
    async with watching(database, group) as watch:
        half: dict[str, object] = {"lisbon": ["{} 7"], "oslo": SILENT}
        whole: dict[str, object] = {"lisbon": ["{} 7"], "oslo": ["{} 7"]}
        few: dict[str, object] = {"lisbon": ["{} 1"], "oslo": ["{} 1"]}
        states = []
        for minute, said in enumerate((half, whole, few, half, whole)):
            for name, each in said.items():
                watch.said[name]["sum(x)"] = each  # type: ignore[assignment]
            await watch.look(minute)
            states.append([alert.state + (" (held)" if alert.held_since else "") for alert in await watch.alerts()])

    assert states == [[], [], ["firing"], ["firing (held)"], ["resolved"]]


@pytest.mark.parametrize(
    ("there", "states"),
    [
        (['{namespace="prod"} 3', '{namespace="lab"} 1'], {"prod": "resolved", "lab": "resolved"}),
        # The exporter of one hub is gone, then what tells of the whole cluster.
        (['{namespace="lab"} 1'], {"prod": "firing (held)", "lab": "resolved"}),
        ([], {"prod": "firing (held)", "lab": "firing (held)"}),
        # Series of machines have no namespace.
        (["{} 4"], {"prod": "resolved", "lab": "resolved"}),
        (SILENT, {"prod": "firing (held)", "lab": "firing (held)"}),
    ],
)
async def test_an_alert_whose_series_are_gone_is_held(
    database: Database, there: list[str] | Refused, states: dict[str, str]
) -> None:
    async with watching(database) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD, LAB])

        watch.said["lisbon"][THERE] = there
        await watch.look(3, 4, lisbon=[])

        assert await watch.states() == states


async def test_a_held_alert_says_which_series_are_gone_and_goes_on_when_they_are_back(database: Database) -> None:
    async with watching(database) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD])
        watch.said["lisbon"][THERE] = []
        await watch.look(3, 4, lisbon=[])
        held, look = await watch.alerts(), (await watch.looks())[KEY]
        watch.said["lisbon"][THERE] = ['{namespace="prod"} 3']
        await watch.look(5, 6, lisbon=[])

        assert [alert.evidence[-1] for alert in held] == ["not seen: there are no series of x in lisbon/prod"]
        assert (look.health, look.error) == (Health.NO_DATA, "there are no series of x in lisbon/prod")
        assert await changes(watch) == [
            (0, "pending"), (2, "firing"), (3, "held"), (5, "seen"), (5, "recovering"), (6, "resolved"),
        ]  # fmt: skip


async def test_an_alert_whose_series_have_been_gone_for_a_day_is_no_longer_watched(database: Database) -> None:
    day = 24 * 60
    async with watching(database) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD])
        watch.said["lisbon"][THERE] = []
        await watch.look(3, day + 3, lisbon=[])
        held = await watch.states()
        await watch.look(day + 4)

        (alert,) = await watch.alerts()
        assert held == {"prod": "firing (held)"}
        assert (alert.state, alert.evidence) == ("resolved", ("for a day there are no series of x in lisbon/prod",))
        assert dict(alert.annotations)["summary_resolved"] == "HubBusy on lisbon/prod is no longer watched"


async def test_nobody_asks_for_series_while_nothing_would_end(database: Database) -> None:
    async with watching(database) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD], oslo=[])

        assert THERE not in watch.scene.asked("lisbon") + watch.scene.asked("oslo")


async def test_more_alerts_than_the_limit_are_an_error_and_those_there_are_are_held(database: Database) -> None:
    async with watching(database, replace(GROUP, limit=1)) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD])

        await watch.look(3, lisbon=[LAB], oslo=[LAB])

        assert await watch.states() == {"prod": "firing (held)"}
        look = (await watch.looks())[KEY]
        assert (look.health, look.error) == (Health.ERROR, "exceeded limit of 1 with 3 alerts")


async def test_rules_of_one_name_do_not_end_each_others_alerts(database: Database) -> None:
    calm = replace(BUSY, labels=(("severity", "info"),))
    async with watching(database, Group("hubs.yaml", "hub", (BUSY, calm))) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD])

        found = [(alert.rule, alert.label("severity"), alert.state) for alert in await watch.alerts()]
        assert sorted(found) == [(KEY, "page", "firing"), (f"{KEY};2", "info", "firing")]


async def test_alerts_whose_rule_was_removed_end_and_say_so(database: Database) -> None:
    other = replace(BUSY, name="HubCalm")
    async with watching(database, replace(GROUP, rules=(BUSY, other))) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD])
        watch.groups = [GROUP]

        await watch.look(3, 7)
        before = await watch.looks()
        # For five looks another replica may have the rule still.
        early = {alert.name: alert.state for alert in await watch.alerts()}
        await watch.look(8)

        assert early == {"HubBusy": "firing", "HubCalm": "firing"}
        assert len(before) == 2
        found = {alert.name: (alert.state, alert.evidence) for alert in await watch.alerts()}
        assert found["HubBusy"][0] == "firing"
        assert found["HubCalm"] == ("resolved", ("its rule was removed",))
        assert list(await watch.looks()) == [KEY]


async def test_replicas_with_other_rules_do_not_end_each_others_alerts(database: Database) -> None:
    more = replace(GROUP, name="more", rules=(replace(BUSY, name="HubCalm"),))
    async with watching(database, GROUP, more) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD])
        for minute in range(3, 9):
            watch.groups = [GROUP]
            await watch.rules(minute, "lags behind").do()
            watch.groups = [GROUP, more]
            await watch.rules(minute, "here").do()

        found = {alert.name: alert.state for alert in await watch.alerts()}
        assert found == {"HubBusy": "firing", "HubCalm": "firing"}
        assert [event.change for event in await watch.events()] == [Change.PENDING] * 2 + [Change.FIRING] * 2


async def test_an_alert_that_was_over_begins_anew(database: Database) -> None:
    async with watching(database) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD])
        await watch.look(3, 4, lisbon=[])

        await watch.look(5, lisbon=[PROD])

        (alert,) = await watch.alerts()
        assert (alert.state, alert.active_at, alert.fired_at, alert.resolved_at) == ("pending", at(5), None, None)


async def test_after_a_short_downtime_for_goes_on_and_after_a_long_one_it_begins_anew(database: Database) -> None:
    patient = replace(GROUP, rules=(replace(BUSY, hold=30 * MINUTE),))
    async with watching(database, patient) as watch:
        await watch.look(0, 5, 15, lisbon=[PROD])
        (short,) = await watch.alerts()
        await watch.look(100)
        (long,) = await watch.alerts()

    assert (short.state, short.active_at) == ("pending", at(15))
    assert (long.state, long.active_at) == ("pending", at(100))


async def test_two_replicas_look_once_between_them(database_url: str) -> None:
    async with open_database(database_url) as one, open_database(database_url) as other, watching(one) as watch:
        watch.said["lisbon"]["x > 5"] = [PROD]
        for minute in range(4):
            replicas = [watch.rules(minute, "one", one), watch.rules(minute, "other", other)]
            await asyncio.gather(*(each.do() for each in (*replicas, *replicas)))
        async with one.reading() as connection:
            slots = (await connection.execute(select(run.c.slot, run.c.state, run.c.fence).order_by(run.c.slot))).all()

        assert [tuple(slot) for slot in slots] == [(at(m), "done", 1) for m in range(4) for _ in range(2)]
        assert len(watch.told) == 4
        assert await changes(watch) == [(0, "pending"), (2, "firing")]


async def test_a_replica_that_was_paused_writes_over_nobodys_work(database: Database) -> None:
    """It has the slot of minute 1 when another looks at minute 2, and comes back within its lease."""
    async with watching(database) as watch:
        await watch.look(0, lisbon=[PROD])
        paused = await next_claim([schedule_of(GROUP, 60)], database, at(1), Holder("paused"))
        await watch.look(2, lisbon=[])
        watch.said["lisbon"]["x > 5"] = [PROD]

        assert paused is not None
        await watch.rules(2)._look_at(GROUP, paused)

        assert await watch.states() == {}
        assert await changes(watch) == [(0, "pending"), (2, "dropped")]
        assert (await watch.looks())[KEY].looked_at == at(2)


async def test_what_was_left_behind_before_a_downtime_is_not_looked_at_again(database: Database) -> None:
    async with watching(database) as watch:
        await watch.look(0, lisbon=[])
        await next_claim([schedule_of(GROUP, 60)], database, at(1), Holder("killed"))
        async with database.writing() as connection:
            await connection.execute(
                update(run).where(run.c.state == "running").values(lease_until=database_now(-MINUTE))
            )

        await watch.look(300, lisbon=[PROD])

        assert await changes(watch) == [(300, "pending")]
        times = {form["time"] for form in watch.scene.forms("lisbon")}
        assert times == {f"{at(minute).timestamp():.0f}" for minute in (0, 300)}


async def test_a_lost_slot_keeps_nothing(database: Database) -> None:
    async with watching(database) as watch:
        await watch.look(0)
        claim = await next_claim([schedule_of(GROUP, 60)], database, at(1), Holder("paused"))
        assert claim is not None
        watch.said["lisbon"]["x > 5"] = [PROD]

        with pytest.raises(Exception, match="was taken over"):
            await watch.rules(1)._look_at(GROUP, replace(claim, fence=claim.fence + 1))

        assert await watch.alerts() == ()


async def test_groups_have_intervals_and_pasts_of_their_own(database: Database) -> None:
    slow = Group("hubs.yaml", "slow", (BUSY,), interval=timedelta(minutes=5), query_offset=2 * MINUTE)
    async with watching(database, slow) as watch:
        await watch.look(*range(7), lisbon=[PROD])

        times = sorted({form["time"] for form in watch.scene.forms("lisbon") if form["query"] == "x > 5"})
        assert times == [f"{at(minute).timestamp():.0f}" for minute in (-2, 3)]
        (alert,) = await watch.alerts()
        assert (alert.active_at, alert.fired_at) == (at(0), at(5))


async def test_events_tell_how_alerts_stand(database: Database) -> None:
    async with watching(database) as watch:
        await watch.look(0, 1, 2, lisbon=[PROD], oslo=[LAB])
        await watch.look(3, lisbon=[], oslo=SILENT)
        await watch.look(4, lisbon=[PROD], oslo=SILENT)

        told = replayed(await watch.events())
        assert told == {alert.labels: (alert.state, alert.held_since is not None) for alert in await watch.alerts()}
        assert [event.change for event in await watch.events()].count(Change.HELD) == 1


async def test_odd_values_and_texts_are_kept(database: Database) -> None:
    async with watching(database) as watch:
        watch.said["lisbon"][PEOPLE_AS_ASKED] = ['{namespace="prod"} NaN']
        await watch.look(0, 1, 2, lisbon=['x{namespace="prod",who="a\x00<!channel> é"} NaN', 'x{namespace="lab"} +Inf'])
        await watch.look(3, lisbon=Refused(422, "no\x00 " + "x" * 5000))

        alerts = {alert.label("namespace"): alert for alert in await watch.alerts()}
        assert {name: (alert.state, alert.people) for name, alert in alerts.items()} == {
            "prod": ("firing", None),
            "lab": ("firing", None),
        }
        assert alerts["prod"].label("who") == "a\x00<!channel> é"
        assert alerts["lab"].value == math.inf
        assert len((await watch.looks())[KEY].error) == 2000


async def test_a_rule_that_is_looked_at_leaves_how_it_went(database: Database) -> None:
    async with watching(database, replace(GROUP, rules=(replace(BUSY, expr="x >"),))) as watch:
        await watch.look(0)

        look = (await watch.looks())[KEY]
    assert look == RuleLook(KEY, at(0), look.seconds, Health.ERROR, look.error)
    assert look.error
