"""Rollups over HTTP: asked, listed, described and federated beside what clusters have."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from aggregator.promql.parse import parse_selector
from aggregator.query.collecting import Terms
from aggregator.query.federate import federated
from aggregator.query.listings import Scope
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.catalogue import About
from aggregator.rollups.subjects import UTC, Subject
from aggregator.store.database import Database, open_database
from tests.api.running import config_of, reached_at, running
from tests.fakes.http import FakeServer, response, serving
from tests.fakes.misbehaving import always
from tests.fakes.prometheus import fake_prometheus
from tests.rollups.shelf import Numbers, asking, day, days, hours, hub, keep

PROD, BERGEN = hub("lisbon/prod"), hub("oslo/bergen", community="ice")
EVERYBODY = Subject(About.FLEET, "", UTC)
DAY = 86400
KEPT = (
    days(PROD, "2026-06-01", 1, 2, 3),
    days(BERGEN, "2025-06-01", 4, 5),
    hours(PROD, "2026-06-01 00:00", 8, measure="server_hours"),
    days(EVERYBODY, "2026-06-01", 6, measure="fleet_people"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """A Crosshub over one cluster, `lisbon`; `oslo`, of which numbers are kept, is in the configuration no more."""

    http: httpx.AsyncClient
    lisbon: FakeServer

    async def data(self, path: str, **parameters: Any) -> Any:
        answer = await self.http.get(f"/api/v1/{path}", params=_with_matches(parameters))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def asked(self, path: str) -> int:
        return sum(path in request.path for request in self.lisbon.requests)


def _with_matches(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"match[]" if name == "match" else name: value for name, value in parameters.items()}


@asynccontextmanager
async def serving_kept(database_url: str, *, dead: bool = False) -> AsyncIterator[Service]:
    async with open_database(database_url) as database:
        await keep(database, *KEPT)
    async with AsyncExitStack() as stack:
        server = serving(always(response(503, b""))) if dead else fake_prometheus()
        lisbon = await stack.enter_async_context(server)
        config = replace(config_of(lisbon=reached_at(lisbon)), database=database_url)
        yield Service(await stack.enter_async_context(running(config)), lisbon)


async def test_a_range_is_answered_from_what_is_kept_though_its_cluster_is_dead(database_url: str) -> None:
    form = {"query": "crosshub_people", "start": day(1), "end": day(3), "step": DAY, "partial_response": "false"}
    async with serving_kept(database_url, dead=True) as service:
        answer = (await service.http.post("/api/v1/query_range", data=form)).json()

    labels = {
        "__name__": "crosshub_people",
        "cluster": "lisbon",
        "hub": "PROD",
        "namespace": "prod",
        "resolution": "1d",
    }
    values = [[day(1), "1"], [day(2), "2"], [day(3), "3"]]
    assert answer == {
        "status": "success",
        "data": {"resultType": "matrix", "result": [{"metric": labels, "values": values}]},
    }
    assert service.asked("/query_range") == 0


async def test_a_query_of_both_kinds_is_answered_by_both(database_url: str) -> None:
    async with serving_kept(database_url) as service:
        found = await service.data("query", query="crosshub_people + on (cluster) up", time=day(3))

    assert [series["value"][1] for series in found["result"]] == ["4"]


async def test_explain_says_that_it_is_kept_here(database_url: str) -> None:
    async with serving_kept(database_url) as service:
        answer = await service.http.get("/api/v1/query", params={"query": "sum(crosshub_people)", "explain": "true"})

    assert answer.json()["explain"]["plan"] == {
        "what": "sum(…)",
        "where": "here",
        "of": [{"what": "crosshub_people", "where": "kept here"}],
    }


@pytest.mark.parametrize(
    ("path", "parameters", "found"),
    [
        ("labels", {}, ["__name__", "cluster", "community", "hub", "job", "namespace", "resolution"]),
        ("labels", {"match": "crosshub_fleet_people"}, ["__name__", "resolution"]),
        ("labels", {"match": "crosshub_people", "start": day(0)}, ["__name__", "cluster", "hub", "namespace", "resolution"]),
        ("labels", {"match": "crosshub_people", "limit": 2}, ["__name__", "cluster"]),
        ("label/__name__/values", {}, ["crosshub_fleet_people", "crosshub_people", "crosshub_server_hours", "up"]),
        ("label/__name__/values", {"end": day(2, "2025-06-01")}, ["crosshub_people", "up"]),
        ("label/__name__/values", {"match": '{resolution="1h"}'}, ["crosshub_server_hours", "up"]),
        ("label/cluster/values", {}, ["lisbon", "oslo"]),
        ("label/cluster/values", {"start": day(0)}, ["lisbon"]),
        ("label/cluster/values", {"match": "crosshub_people"}, ["lisbon", "oslo"]),
        ("label/cluster/values", {"match": "crosshub_people", "start": day(0)}, ["lisbon"]),
        ("label/cluster/values", {"match": 'crosshub_people{cluster="oslo"}'}, ["oslo"]),
        ("label/cluster/values", {"match": "crosshub_fleet_people"}, []),
        ("label/cluster/values", {"match": "up"}, ["lisbon"]),
        ("label/namespace/values", {"match": "crosshub_people"}, ["bergen", "prod"]),
        ("label/resolution/values", {}, ["1d", "1h"]),
        ("label/community/values", {}, ["ice"]),
    ],
)  # fmt: skip
async def test_labels_and_their_values_are_listed(
    database_url: str, path: str, parameters: dict[str, Any], found: list[str]
) -> None:
    async with serving_kept(database_url) as service:
        assert await service.data(path, **parameters) == found


async def test_series_are_listed_in_order_within_a_time_and_a_limit(database_url: str) -> None:
    async with serving_kept(database_url) as service:
        everything = await service.data("series", match='{__name__=~".+"}')
        recent = await service.data("series", match='{__name__=~"crosshub_p.*"}', start=day(0), end=day(9))
        some = await service.data("series", match='{__name__=~"crosshub_(fleet_people|people|server_hours)"}', limit=1)

    assert [(each["__name__"], each.get("cluster")) for each in everything] == [
        ("crosshub_fleet_people", None),
        ("crosshub_people", "lisbon"),
        ("crosshub_people", "oslo"),
        ("crosshub_server_hours", "lisbon"),
        ("up", "lisbon"),
    ]
    assert recent[0]["namespace"] == "prod"
    assert some == [{"__name__": "crosshub_fleet_people", "resolution": "1d"}]


async def test_no_cluster_is_asked_what_it_knows_of_rollups(database_url: str) -> None:
    async with serving_kept(database_url, dead=True) as service:
        series = await service.data("series", match="crosshub_people", partial_response="false")
        metadata = await service.data("metadata", metric="crosshub_people", partial_response="false")
        federated = await service.http.get("/federate", params={"match[]": "crosshub_people"})

    assert len(series) == 2
    (about,) = metadata["crosshub_people"]
    assert (about["type"], about["help"].startswith("Different people")) == ("gauge", True)
    assert (federated.status_code, federated.text) == (200, "")
    assert [service.asked(path) for path in ("/series", "/metadata", "/federate")] == [0, 0, 0]


async def test_metadata_are_listed_beside_those_of_clusters(database_url: str) -> None:
    async with serving_kept(database_url) as service:
        everything = await service.data("metadata")
        two = await service.data("metadata", limit=2)

    assert {"crosshub_people", "crosshub_fleet_people"} <= everything.keys()
    assert len(two) == 2


async def test_the_newest_numbers_are_federated_as_long_as_they_are_looked_back_at(database: Database) -> None:
    week = Numbers(PROD, "people", Resolution.WEEK, "2026-06-01", [9])
    async with asking(database, *KEPT, week) as fleet:
        selectors = tuple(map(parse_selector, ("crosshub_people", '{__name__="crosshub_people",hub="PROD"}')))
        scope = Scope(("lisbon",), selectors, source=fleet.engine.source)
        terms = Terms(time.monotonic() + 5, partial=False)
        days_and_weeks = await federated(fleet.engine.fleet, scope, terms, day(3) * 1000 + 5)
        weeks = await federated(fleet.engine.fleet, scope, terms, day(8) * 1000)

    labels = 'cluster="lisbon",hub="PROD",namespace="prod"'
    assert days_and_weeks.decode().splitlines() == [
        "# TYPE crosshub_people untyped",
        f'crosshub_people{{{labels},resolution="1d",instance=""}} 3 {day(3)}000',
    ]
    assert weeks.decode().splitlines() == [
        "# TYPE crosshub_people untyped",
        f'crosshub_people{{{labels},resolution="1w",instance=""}} 9 {day(7)}000',
    ]
