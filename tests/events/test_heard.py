"""What others tell of: taken in as it is, counted, over when it is said to be over, or not said any more."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.clusters.values import Cluster, Prometheus
from aggregator.errors import BadQuery
from aggregator.events import heard_rows
from aggregator.events.heard import Heard, of_webhook, put_together
from aggregator.events.hearing import Hearing
from aggregator.events.values import labels_of
from aggregator.federation.fanout import open_fleet
from aggregator.store.database import Database
from tests.fakes.prometheus import fake_prometheus

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DISK = {"alertname": "DiskFull", "cluster": "lisbon"}


def webhook(status: str, starts_at: datetime = NOON, labels: dict[str, str] = DISK) -> bytes:
    """What an Alertmanager posts about one alert."""
    ends_at = (starts_at + MINUTE).isoformat() if status == "resolved" else "0001-01-01T00:00:00Z"
    alert = {"status": status, "labels": labels, "annotations": {"summary": "The disk is full"}}
    alert |= {"startsAt": starts_at.isoformat(), "endsAt": ends_at, "generatorURL": "", "fingerprint": "?"}
    return json.dumps({"version": "4", "groupKey": "{}", "status": status, "receiver": "x", "alerts": [alert]}).encode()


def told_at(starts_at: str, ends_at: str) -> bytes:
    """An alert that is over, with these times."""
    alert = {"status": "resolved", "labels": DISK, "startsAt": starts_at, "endsAt": ends_at}
    return json.dumps({"alerts": [alert]}).encode()


async def told(database: Database) -> list[tuple[str, str, int]]:
    async with database.reading() as connection:
        return [(each.origin, each.state, each.count) for each in await heard_rows.heard(connection)]


@pytest.fixture
def hearing(database: Database) -> Hearing:
    return Hearing(database, lambda: NOON)


async def test_an_alert_that_is_told_of_again_and_again_counts_once(hearing: Hearing) -> None:
    for _ in range(3):
        await hearing.take_in(webhook("firing"))

    assert await told(hearing.database) == [("alertmanager", "firing", 1)]


async def test_an_alert_that_begins_anew_counts_again(hearing: Hearing) -> None:
    for body in (webhook("firing"), webhook("resolved"), webhook("resolved"), webhook("firing", NOON + MINUTE)):
        await hearing.take_in(body)

    assert await told(hearing.database) == [("alertmanager", "firing", 2)]


async def test_the_end_of_what_nobody_knew_of_is_not_kept(hearing: Hearing) -> None:
    await hearing.take_in(webhook("resolved"))

    assert await told(hearing.database) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not what an Alertmanager posts"),
        (b"\xff", "not what an Alertmanager posts"),
        (b'{"alerts": [{"labels": {"a": 1}}]}', "not what an Alertmanager posts"),
        (webhook("firing", labels={"cluster": "lisbon"}), "has a label alertname"),
        (webhook("firing", labels=DISK | {f"l{i}": "x" for i in range(63)}), "at most 64 labels, this one has 65"),
        (b" " * (1024 * 1024 + 1), "1,048,576 are the most"),
        (told_at("2026-11-25T12:00:00", "0001-01-01T00:00:00Z"), "2026-11-25T12:00:00 has no time zone"),
        (told_at("2026-11-25T12:00:00Z", "2026-11-25T12:00:00"), "2026-11-25T12:00:00 has no time zone"),
        (told_at("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"), "0001-01-01T00:00:00.14:00 is no time"),
        (told_at("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"), "is no time"),
        (told_at("2026-11-25T12:00:00Z", "9999-12-31T23:59:59-14:00"), "is no time"),
    ],
)
def test_what_no_alertmanager_posts_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(BadQuery, match=words):
        of_webhook(body, NOON)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00"])
def test_what_is_over_without_an_end_is_over_now(end: str) -> None:
    (alert,) = of_webhook(told_at("2026-11-25T11:00:00Z", end), NOON)

    assert (alert.state, alert.ends_at) == ("resolved", NOON)


def test_long_texts_are_cut() -> None:
    body = webhook("firing").replace(b"The disk is full", b"x" * 5000)

    (alert,) = of_webhook(body, NOON)

    assert [len(text) for _, text in alert.annotations] == [4096]


def test_two_who_tell_of_the_same_alert_are_two_origins_of_one_fingerprint() -> None:
    labels = tuple(DISK.items())
    both = [Heard(origin, labels, (), "firing", NOON, NOON) for origin in ("alertmanager", "prometheus of lisbon")]

    kept = put_together({}, both)

    assert len(kept) == 2
    assert len({each.fingerprint for each in kept}) == 1


ALERTS = {
    "alerts": [
        {
            "labels": {"alertname": "DiskFull"},
            "annotations": {},
            "state": "firing",
            "activeAt": "2026-11-25T11:58:00.123456789Z",
        },
        {"labels": {"alertname": "Slow"}, "annotations": {}, "state": "pending", "activeAt": "2026-11-25T11:59:00Z"},
    ]
}


async def asked(database: Database, alerts: object, now: datetime = NOON, cluster: str = "lisbon") -> tuple[str, ...]:
    """Asks a cluster that answers so which alerts fire there."""
    body = json.dumps({"status": "success", "data": alerts}).encode()
    async with fake_prometheus(answers={"/api/v1/alerts": body}) as server:
        clusters = (Cluster(cluster, Prometheus((server.url,))),)
        async with open_fleet(clusters) as fleet:
            return await Hearing(database, lambda: now).ask(fleet, (cluster,), time.monotonic() + 10)


async def test_what_fires_in_a_cluster_is_heard_with_its_cluster(database: Database) -> None:
    await asked(database, ALERTS)

    async with database.reading() as connection:
        (alert,) = await heard_rows.heard(connection)
    assert (alert.origin, dict(alert.labels)) == ("prometheus of lisbon", DISK)
    assert alert.starts_at == datetime(2026, 11, 25, 11, 58, 0, 123000, tzinfo=UTC)


async def test_what_a_cluster_tells_of_again_and_again_counts_once(database: Database) -> None:
    for minute in range(3):
        await asked(database, ALERTS, NOON + minute * MINUTE)

    assert await told(database) == [("prometheus of lisbon", "firing", 1)]


async def test_what_a_cluster_does_not_tell_of_any_more_is_over(database: Database) -> None:
    await asked(database, ALERTS)

    await asked(database, {"alerts": []}, NOON + MINUTE)

    async with database.reading() as connection:
        (alert,) = await heard_rows.heard(connection)
    assert (alert.state, alert.ends_at) == ("resolved", NOON + MINUTE)


async def test_a_cluster_that_does_not_answer_ends_nothing(database: Database) -> None:
    await asked(database, ALERTS)

    silent = await asked(database, "not a list of alerts")

    assert silent == ("lisbon",)
    assert await told(database) == [("prometheus of lisbon", "firing", 1)]


async def test_an_alert_that_was_over_is_known_when_it_begins_anew(database: Database) -> None:
    for minute, alerts in enumerate((ALERTS, {"alerts": []}, ALERTS)):
        await asked(database, alerts, NOON + minute * MINUTE)

    assert await told(database) == [("prometheus of lisbon", "firing", 2)]


async def test_what_is_over_is_forgotten_after_some_days(database: Database) -> None:
    await asked(database, ALERTS)
    await asked(database, {"alerts": []}, NOON)
    left = []
    for days in (7, 8):
        await asked(database, {"alerts": []}, NOON + timedelta(days=days))
        left.append(len(await told(database)))

    assert left == [1, 0]


async def test_what_an_alertmanager_has_not_told_of_for_longer_than_it_remembers_is_over(database: Database) -> None:
    await Hearing(database, lambda: NOON).take_in(webhook("firing"))
    await asked(database, ALERTS)
    seen = []
    for hours in (144, 145):
        now = NOON + timedelta(hours=hours)
        # A cluster that is silent ends nothing.
        await asked(database, "not a list of alerts", now)
        seen.append(await told(database))
    async with database.reading() as connection:
        (over,) = [each for each in await heard_rows.heard(connection) if each.state == "resolved"]

    fires = ("prometheus of lisbon", "firing", 1)
    assert seen == [[("alertmanager", "firing", 1), fires], [("alertmanager", "resolved", 1), fires]]
    assert (over.heard_at, over.ends_at) == (NOON, NOON + timedelta(hours=145))


async def test_an_alert_may_have_any_name(hearing: Hearing) -> None:
    await hearing.take_in(webhook("firing", labels={"alertname": "\0" + "".join(map(chr, range(1, 9000)))}))

    assert await told(hearing.database) == [("alertmanager", "firing", 1)]


async def test_nothing_that_is_over_is_read_to_take_in_what_fires(database: Database) -> None:
    over = [
        Heard("prometheus of lisbon", labels_of({"alertname": "A", "pod": f"{i}"}), (), "resolved", NOON, NOON)
        for i in range(3)
    ]
    async with database.writing() as connection:
        await heard_rows.keep(connection, over)
        fires = await heard_rows.firing(connection, "prometheus of lisbon")
        known = await heard_rows.known(connection, [replace(over[1], state="firing")])

    assert fires == ()
    assert known == (over[1],)


async def test_what_was_heard_long_ago_is_removed(database: Database) -> None:
    await asked(database, ALERTS)

    async with database.writing() as connection:
        early, late = [await heard_rows.purge(connection, at, 10) for at in (NOON, NOON + MINUTE)]

    assert (early, late) == (0, 1)


async def test_what_a_cluster_told_that_nobody_asks_any_more_is_forgotten(database: Database) -> None:
    await asked(database, ALERTS, cluster="bergen")
    await Hearing(database, lambda: NOON).take_in(webhook("firing"))

    left = []
    for minutes in (10, 11):
        await asked(database, {"alerts": []}, NOON + minutes * MINUTE)
        left.append({origin for origin, _, _ in await told(database)})

    assert left == [{"alertmanager", "prometheus of bergen"}, {"alertmanager"}]
