"""What is around an answer: its length, packing, statistics, the plan; and questions that are given up or shared."""

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest

from tests.api.asking import FROM, NOON, TO, asked
from tests.api.running import config_of, reached_at, running, running_over
from tests.fakes.left_behind import nothing_left_behind
from tests.fakes.prometheus import fake_prometheus

EVERYTHING = {"query": '{__name__!=""}', "time": NOON}
WIDE = {"query": "up", "start": FROM, "end": TO, "step": "2"}


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("GZIP, deflate, br", True),
        ("br;q=1, gzip;q=0.8", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("identity", False),
        ("*", False),
        ("", False),
    ],
)
def test_a_large_answer_is_packed_for_whoever_takes_it(crosshub: str, accepted: str, packed: bool) -> None:  # noqa: FBT001
    with httpx.stream(
        "GET", f"{crosshub}/api/v1/query_range", params=WIDE, headers={"Accept-Encoding": accepted}, timeout=30
    ) as response:
        body = b"".join(response.iter_raw())

    assert ("content-encoding" in response.headers) == packed
    assert int(response.headers["content-length"]) == len(body)
    assert response.headers["vary"] == "Accept-Encoding"
    plain = gzip.decompress(body) if packed else body
    assert len(plain) > 64 * 1024
    assert json.loads(plain)["status"] == "success"


def test_a_small_answer_is_never_packed(crosshub: str) -> None:
    response = asked(crosshub, "/api/v1/query", "query=1", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in response.headers
    assert int(response.headers["content-length"]) == len(response.content)


def test_a_question_about_the_head_has_the_length_and_no_body(crosshub: str) -> None:
    response = asked(crosshub, "/api/v1/query", "query=1&time=0", "HEAD")

    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) > 0


def test_no_other_web_page_is_let_in(crosshub: str) -> None:
    options = asked(crosshub, "/api/v1/query", "", "OPTIONS", headers={"Origin": "https://example.org"})
    answer = asked(crosshub, "/api/v1/query", "query=1", headers={"Origin": "https://example.org"})

    assert (options.status_code, options.headers["allow"]) == (204, "GET, POST, OPTIONS")
    assert not any(name.startswith("access-control") for name in (*options.headers, *answer.headers))


def test_statistics_are_told_to_whoever_asks(crosshub: str) -> None:
    stats = asked(crosshub, "/api/v1/query", EVERYTHING | {"stats": "all"}).json()["data"]["stats"]

    timings = stats["timings"]
    assert timings["execTotalTime"] >= timings["execQueueTime"] > 0
    assert "stats" not in asked(crosshub, "/api/v1/query", EVERYTHING | {"stats": ""}).json()["data"]


@pytest.mark.parametrize(
    ("query", "lane", "text"),
    [
        ("up", "splice", "up\n"),
        ("sum(up)", "evaluate", "here, from sums"),
        ('up{cluster="oslo"}', "splice", "1 of 4 clusters"),
    ],
)
def test_the_plan_is_told_to_whoever_asks(crosshub: str, query: str, lane: str, text: str) -> None:
    for path, when in (("query", {"time": NOON}), ("query_range", {"start": FROM, "end": TO, "step": "60"})):
        told = asked(crosshub, f"/api/v1/{path}", when | {"query": query, "explain": "true"}).json()

        assert told["data"]["result"]
        assert told["explain"]["lane"] == lane
        assert text in told["explain"]["text"] + "\n"
        assert told["explain"]["plan"]["what"]
        assert "explain" not in asked(crosshub, f"/api/v1/{path}", when | {"query": query}).json()


def test_a_limit_on_series_cuts_and_says_so(crosshub: str) -> None:
    told = asked(crosshub, "/api/v1/query", EVERYTHING | {"limit": "3"}).json()

    assert len(told["data"]["result"]) == 3
    assert told["warnings"] == ["results truncated due to limit"]


async def test_who_gives_up_takes_the_questions_to_clusters_along() -> None:
    async with nothing_left_behind(), fake_prometheus(holding=asyncio.Event()) as lisbon:
        config = config_of(lisbon=reached_at(lisbon, timeout=30))
        async with running(config) as http:
            asking = asyncio.create_task(http.get("/api/v1/query", params={"query": "up"}))
            await lisbon.until(lambda server: any("query" in request.form for request in server.requests))
            asking.cancel()
            await lisbon.until(lambda server: server.given_up > 0)


async def test_equal_questions_at_the_same_moment_are_asked_once() -> None:
    held = asyncio.Event()
    async with (
        fake_prometheus(holding=held) as lisbon,
        running(config_of(lisbon=reached_at(lisbon, timeout=30))) as http,
    ):
        question: dict[str, Any] = {"params": {"query": "up", "time": "1700000000"}}
        asking = [asyncio.create_task(http.get("/api/v1/query", **question)) for _ in range(5)]
        await lisbon.until(lambda server: any("query" in request.form for request in server.requests))
        held.set()
        answers = await asyncio.gather(*asking)

    assert len({answer.content for answer in answers}) == 1
    assert len([1 for request in lisbon.requests if request.form.get("query") == ["up"]]) == 1


async def test_lookback_and_timeout_are_passed_on() -> None:
    asks = {"query": "up", "lookback_delta": "90s", "timeout": "3"}
    async with fake_prometheus() as lisbon, running_over(lisbon=lisbon) as http:
        await http.get("/api/v1/query", params=asks)

    (form,) = [request.form for request in lisbon.requests if request.form.get("query") == ["up"]]
    assert (form["lookback_delta"], form["timeout"]) == (["90s"], ["3000ms"])
