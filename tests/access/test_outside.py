"""What is seen of a hub and of a Prometheus by whoever comes along."""

import asyncio

import httpx
import pytest

from aggregator.access.evidence import NotAsked, Outside, Unseen
from aggregator.access.outside import is_open, seen_from_outside
from aggregator.clusters.secrets import Secret
from aggregator.clusters.values import Bearer, Prometheus
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.fakes.hub import hub_that_answers

SILENT = Unseen("the cluster's Prometheus does not answer those without credentials")


async def outside(server: FakeServer) -> Outside | Unseen:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        return await seen_from_outside(http, server.url)


@pytest.mark.parametrize("failing", ["login", "signup", "metrics"])
async def test_a_hub_is_not_seen_where_its_proxy_answers_in_its_place(failing: str) -> None:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, response(503 if request.path.endswith(failing) else 404, b""))

    async with serving(behave) as server:
        assert await outside(server) == Unseen("its pages answer 503")


async def test_a_hub_is_asked_by_get_and_without_anything_that_it_could_know_us_by() -> None:
    async with hub_that_answers(404, b"") as server:
        found = await outside(server)

    assert found == Outside(sign_up=False, password_form=False, metrics=False)
    assert {request.method for request in server.requests} == {"GET"}
    assert not any({"authorization", "cookie"} & set(request.headers) for request in server.requests)


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [(200, b'{"status": "success"}', True), (401, b"Unauthorized", False), (200, b"<html>", False), (502, b"", SILENT)],
)
async def test_a_prometheus_is_open_where_it_answers_without_its_credentials(
    status: int, body: bytes, *, found: bool | Unseen
) -> None:
    async with hub_that_answers(status, body) as server, httpx.AsyncClient(trust_env=False, verify=False) as http:
        credentials = Bearer(Secret.in_env("TOKEN"))

        assert await is_open(http, Prometheus((server.url,), auth=credentials)) == found
        assert not any("authorization" in request.headers for request in server.requests)


async def test_every_address_of_a_prometheus_is_asked_and_one_that_is_open_is_enough() -> None:
    async with (
        hub_that_answers(401, b"") as closed,
        hub_that_answers(200, b'{"status": "success"}') as opened,
        httpx.AsyncClient(trust_env=False, verify=False) as http,
    ):
        found = await is_open(http, Prometheus((closed.url, opened.url), auth=Bearer(Secret.in_env("TOKEN"))))

    assert found is True


async def test_a_prometheus_without_credentials_is_not_asked_where_it_is_not_on_the_internet() -> None:
    async with (
        hub_that_answers(200, b'{"status": "success"}') as server,
        httpx.AsyncClient(trust_env=False, verify=False) as http,
    ):
        found = await is_open(http, Prometheus((server.url,)))

    assert found == NotAsked("it has no credentials, and no public address")
    assert server.requests == []
