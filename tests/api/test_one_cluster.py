"""`/c/<cluster>/api/v1`: a cluster as its own Prometheus answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest

from tests.api.running import running_over
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.fakes.prometheus import fake_prometheus

SPAN = {"query": "up", "start": "1700000000", "end": "1700003600", "step": "60"}


@asynccontextmanager
async def two() -> AsyncIterator[tuple[httpx.AsyncClient, FakeServer, FakeServer]]:
    async with fake_prometheus(3) as lisbon, fake_prometheus(4) as oslo, running_over(lisbon=lisbon, oslo=oslo) as http:
        yield http, lisbon, oslo


async def passed_on(server: FakeServer, path: str) -> list[Request]:
    """What the cluster was asked below that path."""
    return [request for request in server.requests if request.path == f"/api/v1/{path}"]


async def test_the_answer_is_the_clusters_own_and_has_no_label_of_ours() -> None:
    async with two() as (http, _, oslo):
        found = await http.post("/c/oslo/api/v1/query", data={"query": "up", "time": "1700000000"})
        (asked,) = await passed_on(oslo, "query")

    assert found.json()["data"]["result"] == [{"metric": {"__name__": "up", "job": "hub"}, "value": [1700000000, "4"]}]
    assert asked.form == {"query": ["up"], "time": ["1700000000"]}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("query_range", SPAN),
        ("series", {"match[]": "up", "start": "1", "end": "2"}),
        ("labels", {"match[]": "up"}),
        ("label/job/values", {"match[]": "up", "limit": "7"}),
        ("label/__name__/values", {}),
        ("metadata", {"limit": "3"}),
        ("query_exemplars", {"query": "up", "start": "1700000000000", "end": "1700003600000"}),
        ("rules", {"type": "alert"}),
        ("alerts", {}),
        ("targets", {"state": "active"}),
        ("status/buildinfo", {}),
        ("format_query", {"query": "up"}),
    ],
)
async def test_every_question_of_a_client_is_passed_on_with_all_it_says(path: str, form: dict[str, str]) -> None:
    body = b'{"status":"success","data":[]}'
    async with fake_prometheus(answers={f"/api/v1/{path}": body}) as server, running_over(oslo=server) as http:
        found = await http.get(f"/c/oslo/api/v1/{path}", params=form)
        asked = await passed_on(server, path)

    assert found.content == body
    assert form in [{name: values[0] for name, values in request.form.items()} for request in asked]


@pytest.mark.parametrize("path", ["admin/tsdb/delete_series", "status/config", "status/flags", "write", "", "../query"])
async def test_what_changes_anything_or_tells_secrets_is_not_passed_on(path: str) -> None:
    async with two() as (http, lisbon, _):
        found = await http.post(f"/c/lisbon/api/v1/{path}", data={"match[]": "up"})
        asked = await passed_on(lisbon, path)

    assert found.status_code == 404
    assert asked == []


async def test_a_cluster_that_is_not_there_is_not_found_and_the_nearest_is_named() -> None:
    async with two() as (http, _, _):
        found = await http.get("/c/lisbonn/api/v1/query", params={"query": "up"})

    assert found.status_code == 404
    assert found.json() == {
        "status": "error",
        "errorType": "not_found",
        "error": 'no cluster "lisbonn"; did you mean "lisbon"?',
    }


@pytest.mark.parametrize(
    ("status", "error_type", "expected"),
    [(400, "bad_data", 400), (422, "execution", 422), (503, "unavailable", 503)],
)
async def test_what_a_cluster_refuses_is_told_in_its_own_words(status: int, error_type: str, expected: int) -> None:
    async def behave(_: Request, writer: asyncio.StreamWriter) -> None:
        body = orjson.dumps({"status": "error", "errorType": error_type, "error": "not so"})
        await send(writer, response(status, body))

    async with serving(behave) as server, running_over(oslo=server) as http:
        found = await http.get("/c/oslo/api/v1/query", params={"query": "up"})

    assert found.status_code == expected
    assert found.json()["error"].endswith("not so")


async def test_clients_find_somebody_at_the_root_of_a_cluster() -> None:
    async with two() as (http, _, _):
        assert (await http.get("/c/oslo/")).status_code == 200
