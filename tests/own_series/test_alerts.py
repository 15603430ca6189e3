"""Alerts are answered by PromQL, as they are and as they were."""

from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.errors import Unavailable
from aggregator.store.database import Database, open_database
from tests.own_series.known import NOON, SECONDS, alert, asking, happen, own_series
from tests.query.scripted import result_of, scene, values_of

MINUTE = 60
OPEN = 'sum by (alertname) (crosshub_alerts{kind="outage"})'


async def over_time(database: Database, query: str, start: int, end: int) -> dict[str, list[str]]:
    """The values each minute, from and to so many minutes after noon."""
    async with scene({"lisbon": {}}, source=own_series(database)) as fleet:
        return values_of(await fleet.range(query, SECONDS + start * MINUTE, SECONDS + end * MINUTE, MINUTE))


async def test_an_alert_is_there_from_when_it_fired_until_it_was_over(database: Database) -> None:
    await happen(database, alert("HubDown", 2, 5, namespace="prod"))

    found = await over_time(database, f"{OPEN} or vector(0)", 0, 6)

    assert found == {"HubDown": ["1", "1", "1"], "": ["0"] * 7}


async def test_an_alert_that_is_open_goes_on(database: Database) -> None:
    await happen(database, alert("HubDown", 2, namespace="prod"))

    assert await over_time(database, OPEN, 0, 4) == {"HubDown": ["1", "1", "1"]}
    assert await over_time(database, OPEN, 100, 101) == {"HubDown": ["1", "1"]}


async def test_an_alert_that_fired_before_what_is_looked_at_is_there_from_its_beginning(database: Database) -> None:
    await happen(database, alert("HubDown", -500, 2, namespace="prod"))

    assert await over_time(database, OPEN, 0, 3) == {"HubDown": ["1", "1"]}


async def test_alerts_that_agree_on_all_that_is_told_are_counted(database: Database) -> None:
    one, two = (
        alert("HubDown", since, until, namespace="prod", pod=pod) for since, until, pod in ((0, 4, "a"), (2, None, "b"))
    )
    await happen(database, one, two)

    found = await over_time(database, "crosshub_alerts", 0, 5)

    assert list(found.values()) == [["1", "1", "2", "2", "1", "1"]]


async def test_how_often_an_alert_fired_is_counted_over_time(database: Database) -> None:
    await happen(database, alert("HubDown", -300, -290, namespace="prod"))
    await happen(database, alert("HubDown", -100, -90, namespace="prod"))
    await happen(database, alert("HubDown", -10, namespace="prod"))

    async with scene({"lisbon": {}}, source=own_series(database)) as fleet:
        lately = await fleet.instant("sum(count_over_time(crosshub_alerts[2h]))", at=SECONDS)
        ever = await fleet.instant("sum(count_over_time(crosshub_alerts[1d]))", at=SECONDS)

    assert (values_of(lately), values_of(ever)) == ({"": "2"}, {"": "3"})


async def test_an_alert_says_whose_hub_it_is_about_since_when_and_what_was_seen(database: Database) -> None:
    down = alert("HubDown", 2, namespace="geo-ns")

    async with asking(database, down, alert("HubDown", 1, 3, namespace="prod")) as fleet:
        (found,) = result_of(await fleet.instant("crosshub_alert_fired_timestamp_seconds", at=SECONDS + 600))

    assert found["metric"] == {
        "__name__": "crosshub_alert_fired_timestamp_seconds",
        "alertname": "HubDown",
        "cluster": "lisbon",
        "community": "geo",
        "evidence": "its health page: 502; `up`: 0",
        "hub": "geo",
        "kind": "outage",
        "namespace": "geo-ns",
        "page": f"http://127.0.0.1:9099/alerts/{down.fingerprint}",
        "severity": "page",
        "summary": "HubDown is open",
    }
    assert float(found["value"][1]) == NOON.timestamp() + 120


async def test_what_an_alert_was_seen_by_says_where_it_is_cut_off(database: Database) -> None:
    long = replace(
        alert("HubDown", 2, namespace="prod"), evidence=tuple(f"answer {number}: 502" for number in range(50))
    )

    async with asking(database, long) as fleet:
        (found,) = result_of(await fleet.instant("crosshub_alert_fired_timestamp_seconds", at=SECONDS + 600))

    assert found["metric"]["evidence"].startswith("answer 0: 502; answer 1: 502")
    assert found["metric"]["evidence"].endswith("…")


async def test_a_database_that_cannot_be_read_is_said_and_not_needed_for_what_is_declared(tmp_path: Path) -> None:
    async with (
        open_database(f"sqlite:///{tmp_path}/without-tables.db") as database,
        scene({"lisbon": {}}, source=own_series(database)) as fleet,
    ):
        declared = await fleet.instant("count(crosshub_hub_info)", at=SECONDS)
        with pytest.raises(Unavailable, match="without-tables"):
            await fleet.instant("crosshub_alerts", at=SECONDS)

    assert values_of(declared) == {"": "2"}
