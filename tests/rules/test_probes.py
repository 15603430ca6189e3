"""What is seen of hubs from outside, at real sockets."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.clusters.secrets import Secret
from aggregator.clusters.values import Hub
from aggregator.rules.evidence import Sight
from aggregator.rules.probes import CERTIFICATE, HEALTH, REST, Outcome, Outcomes, Pace, looked_at
from tests.fakes.certificates import Authority
from tests.fakes.http import Behaviour, FakeServer, Request, response, send, serving
from tests.fakes.hub import TOKEN
from tests.fakes.misbehaving import always, drips, is_silent, then_closes

PATIENCE = 0.3
AT_ONCE = Pace((0.0, 0.0), PATIENCE)
VERSION = response(200, b'{"version": "5.4.6"}')
OK, FAILING, UNKNOWN = Sight.OK, Sight.FAILING, Sight.UNKNOWN


@asynccontextmanager
async def clients(tls: ssl.SSLContext | None = None) -> AsyncIterator[httpx.AsyncClient]:
    # A context of its own takes a while to be made.
    async with httpx.AsyncClient(trust_env=False, verify=False if tls is None else tls) as http:
        yield http


async def look(url: str | None, *, token: Secret | None = None, pace: Pace = AT_ONCE) -> Outcomes:
    async with clients() as http:
        (seen,) = await looked_at(http, [Hub("prod", "prod", url=url, api_token=token)], pace)
    return seen


def by_path(**behaviours: Behaviour) -> Behaviour:
    """A hub that behaves so at its health page, its API, and the API's `info`."""
    names = {"/hub/health": "health", "/hub/api/": "api", "/hub/api/info": "info"}

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        await behaviours[names[request.path]](request, writer)

    return behave


def one_after_the_other(*statuses: int) -> Behaviour:
    """Answers each request with the next status."""
    left = iter(statuses)

    async def behave(_: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, response(next(left), b""))

    return behave


WELL = always(response(200, b""))
API = always(VERSION)


@pytest.mark.parametrize(
    ("behave", "sight", "words"),
    [
        (WELL, OK, ""),
        (always(response(200, b"", Content_Length="100000")), OK, ""),
        (always(response(502, b"Bad Gateway")), FAILING, "502"),
        (always(response(404, b"")), FAILING, "404"),
        (always(response(302, b"", Location="https://elsewhere.example.org/")), FAILING, "302"),
        (is_silent, FAILING, "no answer in 0.3 s"),
        (then_closes(b""), FAILING, "the connection broke off"),
        (always(b"220 mail.example.org ESMTP\r\n\r\n"), FAILING, "what it answers is not HTTP"),
    ],
)
async def test_the_health_page_is_well_where_it_answers_200(behave: Behaviour, sight: Sight, words: str) -> None:
    async with serving(by_path(health=behave, api=API)) as server:
        seen = await look(server.url)

    assert (seen[HEALTH].sight, seen[HEALTH].detail) == (sight, words)
    assert seen[HEALTH].asks == (1 if sight is OK else 3)
    assert CERTIFICATE not in seen


@pytest.mark.parametrize(
    ("statuses", "words"), [((503, 502, 503), "503 and 502"), ((503, 503, 200), ""), ((502, 502, 502), "502")]
)
async def test_a_page_that_fails_in_several_ways_in_one_look_is_told_with_each(
    statuses: tuple[int, ...], words: str
) -> None:
    async with serving(by_path(health=one_after_the_other(*statuses), api=API)) as server:
        seen = await look(server.url)

    assert seen[HEALTH].detail == words


@pytest.mark.parametrize(
    ("behave", "sight", "words"),
    [
        (API, OK, ""),
        (always(response(503, b"")), FAILING, "503"),
        (always(response(200, b"<html>", Content_Type="text/html")), FAILING, "what answers is no JupyterHub"),
        (always(response(200, b"[" * 50_000)), FAILING, "what answers is no JupyterHub"),
        (always(response(200, b'{"version": 5}')), FAILING, "what answers is no JupyterHub"),
        (drips, FAILING, "no answer in 0.3 s"),
    ],
)
async def test_the_api_is_well_where_it_tells_its_version(behave: Behaviour, sight: Sight, words: str) -> None:
    async with serving(by_path(health=WELL, api=behave)) as server:
        seen = await look(server.url)

    assert (seen[REST].sight, seen[REST].detail) == (sight, words)
    assert seen[HEALTH].sight is OK


@pytest.mark.parametrize(
    ("behave", "sight", "words"),
    [
        (always(response(200, b"{}")), OK, ""),
        (always(response(403, b"{}")), OK, "its token is refused: 403"),
        (always(response(500, b"{}")), FAILING, "500"),
    ],
)
async def test_a_token_that_is_refused_is_no_outage(
    behave: Behaviour, sight: Sight, words: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    async with serving(by_path(health=WELL, api=API, info=behave)) as server:
        seen = await look(server.url, token=Secret.in_file(tmp_path / "token"))

    assert (seen[REST].sight, seen[REST].detail) == (sight, words)
    told = {request.path: request.headers.get("authorization") for request in server.requests}
    assert told == {"/hub/health": None, "/hub/api/": None, "/hub/api/info": f"token {TOKEN}"}


async def test_a_token_that_cannot_be_read_is_no_outage(tmp_path: Path) -> None:
    async with serving(by_path(health=WELL, api=API)) as server:
        seen = await look(server.url, token=Secret.in_file(tmp_path / "nothing", "secrets/nothing"))

    assert seen[REST] == Outcome(OK, "its token cannot be read: secrets/nothing: No such file or directory")


async def test_what_fails_once_and_then_answers_is_well() -> None:
    def failed_before(server: FakeServer) -> int:
        return sum(request.path == "/hub/health" for request in server.requests)

    async def second_time(_: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, response(200 if failed_before(server) > 1 else 502, b""))

    async with serving(by_path(health=second_time, api=API)) as server:
        seen = await look(server.url)

    assert seen[HEALTH] == Outcome(OK)
    assert failed_before(server) == 2


async def test_a_port_where_nobody_listens_refuses() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        seen = await look(f"http://127.0.0.1:{bound.getsockname()[1]}")

    assert {kind: outcome.detail for kind, outcome in seen.items()} == dict.fromkeys(
        (HEALTH, REST), "connection refused"
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hub.invalid", "name does not resolve"),
        ("http://[::1", "its address is none that can be asked"),
        (f"http://{'x' * 70}.example.org", "name does not resolve"),
    ],
)
async def test_an_address_that_leads_nowhere_fails(url: str, words: str) -> None:
    seen = await look(url)

    assert seen[HEALTH].detail == words


async def test_a_hub_without_a_url_is_not_looked_at() -> None:
    assert await look(None) == {}


@pytest.mark.parametrize(
    ("name", "expired", "trusted", "words"),
    [
        ("127.0.0.1", False, True, ""),
        ("127.0.0.1", True, True, "certificate has expired"),
        ("127.0.0.1", False, False, "certificate is signed by an unknown CA"),
        ("127.0.0.2", False, True, "certificate is for another address"),
    ],
)
async def test_a_certificate_is_seen_on_the_way(
    tmp_path: Path, name: str, *, expired: bool, trusted: bool, words: str
) -> None:
    authority = Authority(tmp_path)
    trust = ssl.create_default_context(cafile=authority.file if trusted else None)
    before = datetime.now(UTC)
    async with (
        serving(by_path(health=WELL, api=API), authority.server(name, expired=expired)) as server,
        clients(trust) as http,
    ):
        (seen,) = await looked_at(http, [Hub("prod", "prod", url=server.url)], AT_ONCE)

    if words:
        assert seen[CERTIFICATE] == Outcome(FAILING, words)
        assert (seen[HEALTH].sight, seen[HEALTH].detail) == (FAILING, words)
    else:
        assert seen[HEALTH].sight is OK
        assert seen[CERTIFICATE].sight is OK
        ends = seen[CERTIFICATE].expires_at
        assert ends is not None
        assert abs(ends - before - timedelta(days=1)) < timedelta(minutes=1)


async def test_a_server_that_does_not_answer_says_nothing_of_its_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with (
        serving(is_silent, authority.server()) as server,
        clients(ssl.create_default_context(cafile=authority.file)) as http,
    ):
        (seen,) = await looked_at(http, [Hub("prod", "prod", url=server.url)], AT_ONCE)

    assert seen[CERTIFICATE] == Outcome(UNKNOWN)
    assert seen[HEALTH].detail == "no answer in 0.3 s"
