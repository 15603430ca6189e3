"""What is read for a report, from rows that others wrote."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.access import policy as access
from aggregator.access import window_rows
from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Cluster, Config, Hub, Prometheus
from aggregator.errors import BadQuery
from aggregator.events import rows as event_rows
from aggregator.events.values import Alert, Change, State, event_of, labels_of
from aggregator.reports.gathering import CHECKS, Sources, Wanted, community_report, operators_report
from aggregator.reports.periods import Period, period_named
from aggregator.reports.values import Outage, Report, Window
from aggregator.rollups.buckets import HOUR, Resolution
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import subjects
from aggregator.rules.incident_rows import keep as keep_incidents
from aggregator.rules.incidents import Incident
from aggregator.slots import rows as slot_rows
from aggregator.slots.catching_up import Kept
from aggregator.slots.rows import Holder
from aggregator.store.database import Database
from aggregator.store.instants import EPOCH, MILLISECOND
from tests.rollups.shelf import Numbers, keep

WEEK = period_named("2026-W47", "Europe/Lisbon")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = datetime(2026, 8, 1, tzinfo=UTC)
LISBON = ZoneInfo("Europe/Lisbon")

CONFIG = Config(
    (
        Cluster("lisbon", Prometheus(("http://127.0.0.1:1",)), hubs=(
            Hub("prod", title="University of Lisbon", timezone=LISBON, community="lisbon"),
            Hub("other", title="Others", timezone=LISBON, community="others"),
        )),
    ),
    communities=(Community("lisbon", "Lisbon"), Community("others", "Others")),
)  # fmt: skip
PROD, OTHER = (each for each in subjects(CONFIG) if each.namespace)


def at(day: int, hour: int) -> datetime:
    return WEEK.start + timedelta(days=day, hours=hour)


def alert(name: str, since: datetime, until: datetime | None = None, **labels: str) -> Alert:
    """One that began to fire, and maybe was over."""
    where = {"cluster": "lisbon", "namespace": "prod", "severity": "ticket", "alertname": name} | labels
    return Alert(
        f"a;b;{name}", "rule", labels_of(where), labels_of({"summary": f"{name} is told"}),
        State.FIRING if until is None else State.RESOLVED, since, since, NOW, fired_at=since, resolved_at=until,
    )  # fmt: skip


async def fire(database: Database, *alerts: Alert) -> None:
    """Keeps them, each with the event of its beginning."""
    async with database.writing() as connection:
        events = [event_of(replace(each, state=State.FIRING), Change.FIRING, each.active_at) for each in alerts]
        await event_rows.save(connection, alerts, events)


async def told(database: Database, name: str = "lisbon", week: Period = WEEK) -> Report:
    async with database.reading() as connection:
        return await community_report(Sources(connection, CONFIG), name, Wanted(week, NOW))


async def told_to_operators(database: Database) -> Report:
    async with database.reading() as connection:
        return await operators_report(Sources(connection, CONFIG), Wanted(WEEK, NOW))


@pytest.fixture
async def filled(database: Database) -> Database:
    """A week of both hubs, before which they were known."""
    weeks = [
        Numbers(each, "people", Resolution.WEEK, "2026-11-16", (number,)) for each, number in ((PROD, 42), (OTHER, 7))
    ]
    async with database.writing() as connection:
        await keep_subjects(connection, subjects(CONFIG), SINCE)
    await keep(database, *weeks, named=subjects(CONFIG))
    return database


async def test_a_community_is_told_of_its_own_hubs_alone(filled: Database) -> None:
    await fire(filled, alert("SpawnSlow", at(1, 9)), alert("HubErrors", at(1, 9), namespace="other"))

    report = await told(filled)

    assert [(hub.namespace, hub.title) for hub in report.hubs] == [("prod", "University of Lisbon")]
    assert [each.name for each in report.hubs[0].alerts] == ["SpawnSlow"]
    assert report.elsewhere == ()


async def test_alerts_are_told_of_that_fired_in_the_week_or_still_did(filled: Database) -> None:
    await fire(
        filled,
        alert("Before", at(-9, 0), at(-1, 0)),
        alert("Lasting", at(-2, 0)),
        alert("Ended", at(-2, 0), at(2, 0)),
        alert("Within", at(2, 0), at(3, 0)),
        alert("Again", at(6, 0), at(6, 1)),
        alert("After", at(7, 1)),
        alert("Info", at(2, 0), severity="info"),
        alert("HubDown", at(2, 0), at(2, 1), severity="page"),
    )
    await fire(filled, alert("Again", at(1, 0), at(1, 2)), alert("Again", at(8, 0)))

    (hub,) = (await told(filled)).hubs

    assert {each.name: (each.times, each.is_open) for each in hub.alerts} == {
        "Lasting": (1, True),
        "Ended": (1, False),
        "Within": (1, False),
        "Again": (2, False),
    }
    assert hub.alerts[0].name == "Lasting"
    assert hub.alerts[0].summary == "Lasting is told"


async def test_findings_about_access_are_told_with_the_policy(filled: Database) -> None:
    await fire(filled, alert("Strangers", at(5, 9), kind="access", severity="page"))

    (hub,) = (await told(filled)).hubs

    assert hub.alerts == ()
    assert [each.name for each in hub.access.findings] == ["Strangers"]


async def test_windows_that_were_declared_by_a_command_are_told_too(filled: Database) -> None:
    window = access.Window(at(1, 9), at(9, 18), 80, "Geo workshop", "ana", "w1")
    async with filled.writing() as connection:
        await window_rows.add(connection, window_rows.Kept(("lisbon", "prod"), window, at(0, 0)))

    (hub,) = (await told(filled)).hubs

    assert hub.access.windows == (Window(at(1, 9), at(9, 18), "Geo workshop"),)


async def test_operators_are_told_of_what_fired_at_no_hub(filled: Database) -> None:
    await fire(
        filled,
        alert("NodeCountSpike", at(1, 9), namespace=""),
        alert("CrosshubBlind", at(2, 9), cluster="", namespace=""),
        alert("UnknownHub", at(3, 9), namespace="new"),
        alert("SpawnSlow", at(4, 9)),
    )

    report = await told_to_operators(filled)

    assert [(each.cluster, each.namespace, [x.name for x in each.alerts]) for each in report.elsewhere] == [
        ("", "", ["CrosshubBlind"]),
        ("lisbon", "", ["NodeCountSpike"]),
        ("lisbon", "new", ["UnknownHub"]),
    ]
    assert [hub.namespace for hub in report.hubs] == ["prod", "other"]


async def test_outages_are_those_of_the_week_cut_at_its_ends(filled: Database) -> None:
    spans = [(at(-1, 23), at(0, 1)), (at(2, 14), at(2, 15)), (at(6, 23), None), (at(-3, 0), at(-2, 0))]
    async with filled.writing() as connection:
        await keep_incidents(connection, [Incident("lisbon", "prod", *span, "HubDown") for span in spans])

    (hub,) = (await told(filled)).hubs

    assert hub.reliability.outages == (
        Outage(at(0, 0), at(0, 1)),
        Outage(at(2, 14), at(2, 15)),
        Outage(at(6, 23), at(7, 0), goes_on=True),
    )


async def test_outages_of_a_hub_far_away_are_those_of_its_own_week(database: Database) -> None:
    sydney = ZoneInfo("Australia/Sydney")
    hubs = tuple(replace(hub, timezone=sydney) for hub in CONFIG.clusters[0].hubs)
    config = replace(CONFIG, clusters=(replace(CONFIG.clusters[0], hubs=hubs),))
    monday = WEEK.bucket(sydney.key).start
    spans = [(EPOCH + (monday + hour * HOUR) * MILLISECOND) for hour in (-2, 1, 166, 169)]
    async with database.writing() as connection:
        await keep_subjects(connection, subjects(config), SINCE)
        incidents = [Incident("lisbon", "prod", at, at + timedelta(hours=1), "HubDown") for at in spans]
        await keep_incidents(connection, incidents)

    async with database.reading() as connection:
        report = await community_report(Sources(connection, config), "lisbon", Wanted(WEEK, NOW))

    assert [each.start for each in report.hubs[0].reliability.outages] == spans[1:3]


async def test_a_hub_that_is_gone_is_told_of_in_the_week_in_which_it_was_there(filled: Database) -> None:
    without = replace(CONFIG, clusters=(replace(CONFIG.clusters[0], hubs=()),))
    await keep(filled, Numbers(PROD, "people", Resolution.WEEK, "2026-11-16", (42,)), named=subjects(without))

    report = await told(filled)

    assert [hub.number("people").value for hub in report.hubs] == [42]
    assert report.hubs[0].access.policy == ""


async def test_a_hub_of_which_nothing_is_kept_is_told_as_unseen(filled: Database) -> None:
    (hub,) = (await told(filled, week=WEEK.earlier(1))).hubs

    assert hub.share == 0
    assert [(each.start, each.end) for each in hub.unseen] == [(WEEK.earlier(1).start, WEEK.earlier(1).end)]


async def test_of_a_hub_that_there_was_not_yet_nothing_is_told(filled: Database) -> None:
    assert (await told(filled, week=WEEK.earlier(30))).hubs == ()


async def test_when_access_was_looked_at_last_is_told(filled: Database) -> None:
    await have_done(filled, CHECKS, at(6, 23))

    (hub,) = (await told(filled)).hubs

    assert hub.access.checked_at == at(6, 23)


async def test_a_community_that_there_is_not_is_named_beside_those_that_there_are(filled: Database) -> None:
    with pytest.raises(BadQuery, match=r"'oslo'.*lisbon, others"):
        await told(filled, "oslo")


async def have_done(database: Database, name: str, *slots: datetime) -> None:
    """Slots of a schedule that were done."""
    async with database.writing() as connection:
        await slot_rows.advance(connection, name, None, Kept("", None))
        for slot in slots:
            claim = await slot_rows.claim(connection, name, slot, Holder("test"))
            assert claim is not None
            await slot_rows.finish(connection, claim)
