"""Our own rules and alerts stand beside those of the clusters, in the form in which a real Prometheus tells of its own."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import yaml
from sqlalchemy.schema import DropTable
from starlette.applications import Starlette

from aggregator.api.desk import Answering, Desk
from aggregator.api.own_rules import own_groups
from aggregator.api.routes import routes
from aggregator.clusters.values import Cluster, Config, Prometheus
from aggregator.demo.processes import Program, listening
from aggregator.events import rows
from aggregator.events.values import Alert, Health, State, labels_of
from aggregator.federation.fanout import open_fleet
from aggregator.query.engine import Engine
from aggregator.query.rules import Wanted
from aggregator.query.standing import Standing
from aggregator.rules.job import Rules
from aggregator.rules.own_rules import OwnRules, standing
from aggregator.rules.rows import RuleLook, note
from aggregator.rules.values import Group, Rule
from aggregator.slots.rows import Holder
from aggregator.store.alert_tables import rule_look
from aggregator.store.database import Database
from aggregator.telemetry import Telemetry
from tests.api.asking import data
from tests.rules.looks import NOON

SECOND = timedelta(seconds=1)
SEVERITY = (("severity", "page"),)
GROUPS = [
    Group(
        "outages.yaml",
        "some",
        (
            Rule("Fires", "vector(0.25)", labels=SEVERITY, annotations=(("of", "{{ $value }} {{ $labels.x }}"),)),
            Rule("Waits", "vector(1) > 0", timedelta(hours=1), timedelta(minutes=5)),
            Rule("Never", "vector(1) > 2", labels=SEVERITY),
        ),
        interval=SECOND,
        limit=7,
    ),
    Group("outages.yaml", "two", (Rule("Fault", 'label_replace(vector(1), "x", "$1", "y", "(")'),), interval=SECOND),
]
# Never the same twice, and no two errors are in the same words.
TIMES = ("activeAt", "lastEvaluation", "evaluationTime", "lastError")


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that has looked at the same rules."""
    here = tmp_path_factory.mktemp("ruled")
    (here / "rules.yml").write_text(yaml.safe_dump({"groups": list(map(_written, GROUPS))}))
    (here / "prometheus.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"]}))

    def command(port: int) -> list[str]:
        return [
            "prometheus",
            f"--config.file={here / 'prometheus.yml'}",
            f"--storage.tsdb.path={here / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ]

    program = Program(name="Prometheus", command=command, log=here / "prometheus.log", ready="/-/ready")
    with listening([program]) as (started,):
        until = time.monotonic() + 30
        while time.monotonic() < until and any(
            rule["health"] == "unknown" for group in _groups(started.url) for rule in group["rules"]
        ):
            pass
        yield started.url


def _written(group: Group) -> dict[str, Any]:
    def rule(each: Rule) -> dict[str, Any]:
        seconds = {"for": each.hold, "keep_firing_for": each.keep_firing_for}
        return {
            "alert": each.name,
            "expr": each.expr,
            "labels": dict(each.labels),
            "annotations": dict(each.annotations),
        } | {name: f"{span.seconds}s" for name, span in seconds.items() if span}

    return {"name": group.name, "interval": "1s", "limit": group.limit, "rules": list(map(rule, group.rules))}


def _groups(url: str) -> Any:
    return data(url, "/api/v1/rules")["groups"]


@asynccontextmanager
async def asking(
    prometheus: str, database: Database, groups: Sequence[Group] = GROUPS
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API, after a look at the rules over the cluster `lisbon`."""
    config = Config((Cluster("lisbon", Prometheus((prometheus,))),))
    async with open_fleet(config.clusters) as fleet:
        engine = Engine(fleet, ("lisbon",), config.query, dict)
        now = datetime.now(UTC)
        rules = Rules(engine, config.clusters, groups, database, 60.0, Holder("here"), lambda: now, lambda *_: None)
        await rules.do()
        desk = Desk(Telemetry("1"))
        desk.now = Answering(config, fleet, engine, Standing(config.clusters), OwnRules(groups, 60.0, database))
        transport = httpx.ASGITransport(Starlette(routes=routes(desk)))
        async with httpx.AsyncClient(transport=transport, base_url="http://crosshub") as client:
            yield client


async def found(client: httpx.AsyncClient, path: str, **parameters: str) -> Any:
    response = await client.get(f"/api/v1/{path}", params=parameters)
    assert response.status_code == 200, response.text
    (told,) = response.json()["data"].values()
    return told


def timeless(told: Any) -> Any:
    """What is told, less moments."""
    if isinstance(told, dict):
        return {name: timeless(value) for name, value in told.items() if name not in TIMES}
    return list(map(timeless, told)) if isinstance(told, list) else told


async def test_our_rules_look_as_those_of_a_prometheus(prometheus: str, database: Database) -> None:
    theirs = _groups(prometheus)

    async with asking(prometheus, database) as client:
        groups = await found(client, "rules")

    ours = groups[: len(GROUPS)]
    assert [group["file"] for group in ours] == ["crosshub/alerts/outages.yaml"] * 2
    assert [{**group, "file": ""} for group in timeless(ours)] == [{**group, "file": ""} for group in timeless(theirs)]
    assert [_types(group) for group in ours] == [_types(group) for group in theirs]
    assert [group["file"].split("/")[0] for group in groups[len(GROUPS) :]] == ["lisbon"] * 2


def _types(told: Any) -> Any:
    """The fields there are, and what is a moment."""
    if isinstance(told, dict):
        return {name: _types(value) for name, value in told.items()}
    if isinstance(told, list):
        return list(map(_types, told))
    return told.endswith("Z") if isinstance(told, str) else "number"


async def test_our_alerts_look_as_those_of_a_prometheus(prometheus: str, database: Database) -> None:
    theirs = data(prometheus, "/api/v1/alerts")["alerts"]

    async with asking(prometheus, database) as client:
        alerts = await found(client, "alerts")

    def by_name(told: Any) -> Any:
        return sorted(timeless(told), key=lambda alert: str(alert["labels"]["alertname"]))

    assert by_name(alerts[: len(theirs)]) == by_name(theirs)
    assert [alert["labels"]["cluster"] for alert in alerts[len(theirs) :]] == ["lisbon"] * len(theirs)


async def test_those_of_our_rules_that_are_wanted_are_listed(prometheus: str, database: Database) -> None:
    wanted: list[tuple[dict[str, str], list[str]]] = [
        ({"type": "alert"}, ["Fires", "Waits", "Never", "Fault"]),
        ({"type": "record"}, []),
        ({"rule_name[]": "Never"}, ["Never"]),
        ({"rule_group[]": "two"}, ["Fault"]),
        ({"file[]": "crosshub/alerts/outages.yaml"}, ["Fires", "Waits", "Never", "Fault"]),
        ({"match[]": '{severity="page"}'}, ["Fires", "Never"]),
    ]

    async with asking(prometheus, database) as client:
        listed = [(asked, _own_names(await found(client, "rules", **asked))) for asked, _ in wanted]

    assert listed == wanted


def _own_names(groups: Any) -> list[str]:
    return [rule["name"] for group in groups if group["file"].startswith("crosshub/") for rule in group["rules"]]


async def test_alerts_are_left_out_of_our_rules_where_nobody_wants_them(prometheus: str, database: Database) -> None:
    async with asking(prometheus, database) as client:
        groups = await found(client, "rules", exclude_alerts="true")

    assert [rule["alerts"] for group in groups for rule in group["rules"]] == [[]] * 8


async def test_an_alert_that_clusters_tell_of_too_is_there_once_and_a_held_one_says_so(
    prometheus: str, database: Database
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    labels = labels_of({"alertname": "Fires", "cluster": "lisbon", "severity": "page"})
    held = Alert(
        "r", "outage", labels, (), State.RECOVERING, now, now, now, Health.NO_DATA, over_since=now, held_since=now
    )
    async with database.writing() as connection:
        await rows.save(connection, [held], [])

    async with asking(prometheus, database, []) as client:
        alerts = await found(client, "alerts")

    same = [alert for alert in alerts if alert["labels"] == dict(labels)]
    moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    assert same == [
        {
            "labels": dict(labels),
            "annotations": {},
            "state": "firing",
            "activeAt": moment,
            "value": "NaN",
            "keepFiringSince": moment,
            "health": "no data",
            "heldSince": moment,
        }
    ]
    assert len(alerts) == len(data(prometheus, "/api/v1/alerts")["alerts"])


@pytest.mark.parametrize(
    ("ago", "health", "last", "error"),
    [
        (None, "unknown", "0001-01-01T00:00:00Z", None),
        (2, "ok", "2026-11-20T11:59:58Z", None),
        (4, "unknown", "2026-11-20T11:59:56Z", "nobody has looked since 2026-11-20 11:59:56 UTC"),
    ],
)
async def test_rules_that_nobody_has_looked_at_lately_say_so(
    database: Database, ago: int | None, health: str, last: str, error: str | None
) -> None:
    (group,) = groups = [Group("new.yaml", "new", (Rule("New", "x"),), interval=SECOND)]
    own = OwnRules(groups, 60.0, database)
    if ago is not None:
        looked = RuleLook(group.key(group.rules[0]), NOON - ago * SECOND, 0.5, Health.OK)
        async with database.writing() as connection:
            await note(connection, [looked])

    (listed,) = own_groups(own, await standing(own, NOON), Wanted())

    (rule,) = msgspec.json.decode(listed["rules"])
    assert (rule["health"], rule["lastEvaluation"], rule.get("lastError")) == (health, last, error)


async def test_the_clusters_rules_are_listed_where_our_own_cannot_be_read(prometheus: str, database: Database) -> None:
    async with asking(prometheus, database) as client:
        async with database.writing() as connection:
            await connection.execute(DropTable(rule_look))

        answer = (await client.get("/api/v1/rules")).json()

    assert answer["warnings"] == ["Crosshub's own alerts cannot be read: OperationalError"] or answer["warnings"] == [
        "Crosshub's own alerts cannot be read: ProgrammingError"
    ]
    assert [group["file"].split("/")[0] for group in answer["data"]["groups"]] == ["crosshub"] * 2 + ["lisbon"] * 2
