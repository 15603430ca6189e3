"""The dead man's switch: it goes out each time, and whatever is wrong with it stops nothing and shows no secret."""

from pathlib import Path

import httpx
import pytest

from aggregator.clusters.alerting import Heartbeat
from aggregator.clusters.secrets import Secret
from aggregator.rules.heartbeat import beat
from tests.fakes.http import response, serving
from tests.fakes.misbehaving import always, then_closes

HUSH = "hunter2-Zq9"


async def test_a_heartbeat_asks_its_url(tmp_path: Path) -> None:
    async with serving(always(response(200, b"OK"))) as server:
        assert await sent(tmp_path, f"{server.url}/ping/{HUSH}")

    assert [(request.method, request.path) for request in server.requests] == [("GET", f"/ping/{HUSH}")]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (response(500, b""), "its URL answers 500"),
        (response(302, b"", Location="https://elsewhere.example.org/"), "its URL answers 302"),
        (None, "its URL cannot be reached"),
    ],
)
async def test_a_heartbeat_that_is_not_taken_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: bytes | None, words: str
) -> None:
    async with serving(then_closes(b"") if answer is None else always(answer)) as server:
        assert not await sent(tmp_path, f"{server.url}/ping/{HUSH}")

    assert f"the heartbeat did not go out: {words}" in caplog.text
    assert HUSH not in caplog.text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"no-url-{HUSH}", "its URL is none that can be asked"),
        (f"http://[{HUSH}", "its URL cannot be reached"),
        (f"http://{HUSH}.invalid/", "its URL cannot be reached"),
        ("", "secrets/heartbeat: empty"),
    ],
)
async def test_a_heartbeat_that_leads_nowhere_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, url: str, words: str
) -> None:
    assert not await sent(tmp_path, url)

    assert words in caplog.text
    assert HUSH not in caplog.text


async def test_without_a_url_there_is_nothing_to_do() -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        assert await beat(http, None)


async def sent(folder: Path, url: str) -> bool:
    (folder / "url").write_text(url)
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        return await beat(http, Heartbeat(Secret.in_file(folder / "url", "secrets/heartbeat")))
