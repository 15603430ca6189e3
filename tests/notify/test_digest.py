"""The page of a morning."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from aggregator.clusters.alerting import Digest, Receiver, Webhook
from aggregator.clusters.config import load
from aggregator.events import rows
from aggregator.events.values import Alert, Change, Event, Health, event_of, labels_of
from aggregator.notify.digest import Morning, Record, digest, records
from aggregator.notify.duties import Duties
from aggregator.notify.job import Notifying
from aggregator.notify.silences import Mute
from aggregator.outbox.notice import Page, notice_in, page_in
from aggregator.slots.rows import Holder
from aggregator.store.alert_tables import outbox, receiver
from aggregator.store.database import Database
from tests.config.written import LISBON, write
from tests.notify.made import MINUTE, NOON, a_config, an_alert, outage, over
from tests.notify.ours import Clock, keep

DOWN = outage(cluster="lisbon", namespace="prod")
SLOW = an_alert("SpawnSlow", cluster="lisbon", namespace="prod", annotations={"summary": "Servers start slowly"})
CONFIG = a_config()
HOUR = 60 * MINUTE


def fired(name: str, minutes: int, **labels: str) -> Event:
    labels = {"alertname": name, "cluster": "lisbon", **labels}
    return Event(NOON + minutes * MINUTE, Change.FIRING, f"x;{name}", labels_of(labels))


def page(alerts: Sequence[Alert], events: Sequence[Event] = (), disabled: tuple[tuple[str, str], ...] = ()) -> Page:
    morning = Morning(tuple(alerts), tuple(events), disabled, NOON - 24 * HOUR, NOON)
    return digest(CONFIG, morning, lambda alert: Mute("inhibited", "1", reason="HubDown") if alert == SLOW else None)


def test_a_morning_tells_numbers_first_then_what_is_open_and_what_is_over() -> None:
    held = replace(DOWN, health=Health.NO_DATA, held_since=NOON - 5 * MINUTE)

    said = page(
        [
            SLOW,
            held,
            over(replace(an_alert("Full", cluster="oslo"), active_at=NOON - 3 * HOUR), NOON - HOUR),
            over(an_alert("Old"), NOON - 25 * HOUR),
        ]
    )

    assert said.subject == "2 alerts open, 1 over"
    assert said.lines == (
        "2 alerts open, 1 over since 14 Jul 12:00 UTC; of 1 of the open ones it is not known whether they are over.",
        "Open:",
        "• University of Lisbon (lisbon/prod) is down, for 14 minutes; no data since 11:55: whether it is over is not known",
        "• Servers start slowly (University of Lisbon (lisbon/prod)), for 14 minutes; silent while HubDown fires",
        "Over:",
        "• Full on oslo: 2 hours, until 11:00 UTC",
    )


def test_a_quiet_morning_is_one_line() -> None:
    assert page([]).lines == ("0 alerts open, 0 over since 14 Jul 12:00 UTC.",)


async def test_what_a_route_without_receivers_takes_is_in_the_digest_and_nowhere_else(
    database: Database, tmp_path: Path
) -> None:
    text = (
        "receivers: [{name: ops, webhook: {url: http://127.0.0.1:1}}]\n"
        "digest: {cron: 0 9 * * *, receivers: [ops]}\n"
        "routes:\n"
        "  - {match: ['severity=\"info\"'], receivers: []}\n"
        "  - {receivers: [ops], group_by: [alertname], group_wait: 0s}\n"
    )
    config, clock = load(write(tmp_path, LISBON + text)), Clock(NOON)
    found = [an_alert(name, cluster="lisbon", severity=severity) for name, severity in (("A", "info"), ("B", "page"))]
    await keep(database, found)

    duties = Duties(config, database, Holder("here"), clock.now)
    await duties.do()
    for _ in range(3):
        await Notifying(config, database, clock.now).tick()
        clock.forward(MINUTE)
    clock.forward(timedelta(days=1))
    await duties.do()

    async with database.reading() as connection:
        (notice, digest_page) = (await connection.execute(select(outbox).order_by(outbox.c.id))).all()
    assert [dict(item.labels)["alertname"] for item in notice_in(notice.body).items] == ["B"]
    assert page_in(digest_page.body).subject == "2 alerts open, 0 over"


def test_receivers_that_are_switched_off_are_in_the_subject() -> None:
    said = page([], disabled=(("oncall", "404: no_team"),))

    assert said.subject == "0 alerts open, 0 over, 1 receiver switched off"
    assert said.lines[1:] == ("Receivers that are switched off:", "• oncall: 404: no_team")


def test_a_rule_was_right_when_an_outage_of_its_place_came_within_the_hour() -> None:
    down = {"scope": "hub", "kind": "outage"}
    events = [
        fired("HubDown", 60, namespace="prod", **down),
        fired("HubDown", 300, namespace="other", **down),
        fired("SpawnSlow", 0, namespace="prod"),
        fired("SpawnSlow", -1, namespace="prod"),
        fired("SpawnSlow", 60, namespace="prod"),
        fired("SpawnSlow", 290, namespace="prod"),
        fired("SpawnSlow", 290, cluster="oslo"),
        fired("NodeFull", 290),
        fired("Strangers", 0, namespace="prod", kind="access"),
    ]

    assert records(events) == (
        Record("SpawnSlow", 5, 1, foretells=True),
        Record("HubDown", 2, 0, foretells=False),
        Record("NodeFull", 1, 1, foretells=True),
        Record("Strangers", 1, 1, foretells=False),
    )
    assert page([], events).lines[1:] == (
        "Fired most often in 30 days:",
        "• 5 × SpawnSlow",
        "• 2 × HubDown",
        "• 1 × NodeFull",
        "• 1 × Strangers",
        "How often an outage of the same place followed within 60 minutes:",
        "• 1 of 5 (20 %) × SpawnSlow",
        "• 1 of 1 (100 %) × NodeFull",
    )


def test_an_outage_of_a_whole_cluster_is_one_of_each_of_its_hubs() -> None:
    events = [fired("ClusterDown", 30, scope="cluster"), fired("SpawnSlow", 0, namespace="prod")]

    assert [each.followed for each in records(events)] == [0, 1]


def test_a_long_list_says_how_many_more_there_are() -> None:
    said = page([an_alert(name=f"Test{number:02}") for number in range(25)])

    assert said.lines[-1] == "• and 5 more"


async def test_each_receiver_gets_one_page_a_morning_and_nothing_is_told_to_be_over_twice(database: Database) -> None:
    oncall = Receiver("oncall", Webhook("http://127.0.0.1:1"))
    config = a_config(digest=Digest("0 9 * * *", ("ops-mail", "audit")), receivers=(oncall,))
    clock = Clock(NOON)
    here, there = (Duties(config, database, Holder(name), clock.now) for name in ("here", "there"))
    await here.do()
    async with database.writing() as connection:
        ended = over(SLOW, NOON + 2 * HOUR)
        await rows.save(connection, [ended, DOWN], [event_of(SLOW, Change.FIRING, NOON)])
        await connection.execute(
            receiver.insert().values({"name": "oncall", "mark": "", "disabled_at": NOON, "error": "404"})
        )

    pages = []
    for _ in range(2):
        clock.forward(timedelta(days=1))
        await here.do()
        await there.do()
        pages.append(await kept_pages(database))

    assert [[to for to, _ in each] for each in pages] == [["ops-mail", "audit"], ["ops-mail", "audit"] * 2]
    first, second = pages[0][0][1], pages[1][2][1]
    assert first.subject == "1 alert open, 1 over, 1 receiver switched off"
    assert "• 1 × SpawnSlow" in first.lines
    assert second.subject == "1 alert open, 0 over, 1 receiver switched off"


async def kept_pages(database: Database) -> list[tuple[str, Page]]:
    async with database.reading() as connection:
        query = select(outbox.c.receiver, outbox.c.body).where(outbox.c.kind == "page").order_by(outbox.c.id)
        return [(row.receiver, page_in(row.body)) for row in await connection.execute(query)]
