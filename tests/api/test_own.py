"""Crosshub's own addresses: alive, ready, its metrics, its clusters."""

import asyncio
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.api.asking import asked
from tests.api.running import config_of, reached_at, running, running_over
from tests.fakes.http import response, serving
from tests.fakes.misbehaving import FAULTS, always
from tests.fakes.prometheus import fake_prometheus


def test_it_is_alive_and_there(crosshub: str) -> None:
    for path in ("/", "/livez", "/readyz"):
        assert asked(crosshub, path).status_code == 200


async def test_it_is_ready_once_all_clusters_told_their_versions() -> None:
    held = asyncio.Event()
    async with (
        fake_prometheus() as lisbon,
        fake_prometheus(holding=held) as oslo,
        running(config_of(lisbon=reached_at(lisbon, timeout=30), oslo=reached_at(oslo, timeout=30))) as http,
    ):
        await http.get("/api/v1/query", params={"query": 'up{cluster="lisbon"}'})
        before = await http.get("/readyz")
        held.set()
        await oslo.until(lambda server: len(server.requests) > 1)
        after = await http.get("/readyz")

    assert (before.status_code, before.text) == (503, "the clusters are still being asked for their versions\n")
    assert (after.status_code, after.text) == (200, "ready\n")


async def test_it_is_ready_when_all_were_asked_in_vain(tmp_path: Path) -> None:
    refused = next(fault for fault in FAULTS if fault.name == "refused")
    async with refused.opened(tmp_path) as nobody, running(config_of(lisbon=nobody)) as http:
        failing = await http.get("/api/v1/query", params={"query": "up"})
        ready = await http.get("/readyz")

    assert (failing.status_code, ready.status_code) == (503, 200)


async def test_questions_failures_bytes_and_lanes_are_counted() -> None:
    async with (
        fake_prometheus() as lisbon,
        serving(always(response(401, b""))) as oslo,
        running_over(lisbon=lisbon, oslo=oslo) as http,
    ):
        before = _values((await http.get("/metrics")).text)
        for query in ("up", "sum(up)", "sum(up)", 'up{cluster="lisbon"}', "up{"):
            await http.get("/api/v1/query", params={"query": query})
        after = _values((await http.get("/metrics")).text)

    def grew(name: str, **labels: str) -> float:
        return after.get((name, *labels.values()), 0) - before.get((name, *labels.values()), 0)

    assert grew("crosshub_server_queries_total", lane="splice") == 2
    assert grew("crosshub_server_queries_total", lane="evaluate") == 2
    assert grew("crosshub_server_query_seconds_count", lane="evaluate") == 2
    assert grew("crosshub_server_partial_answers_total") == 3
    assert grew("crosshub_server_query_errors_total", type="bad_data") == 1
    assert grew("crosshub_server_cluster_queries_total", cluster="lisbon") >= 4
    assert grew("crosshub_server_cluster_bytes_total", cluster="lisbon") > 100
    assert grew("crosshub_server_cluster_seconds_count", cluster="lisbon") >= 4
    assert grew("crosshub_server_cluster_failures_total", cluster="oslo", kind="auth") >= 3
    assert after["crosshub_server_cluster_breaker", "lisbon", "closed"] == 1
    assert after["crosshub_server_build_info", "0.1.0"] == 1
    assert after["process_resident_memory_bytes",] > 0


async def test_only_answers_without_all_clusters_are_partial_and_who_is_too_old_is_counted() -> None:
    remarked = b'{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["a"],"infos":["b"]}'
    refused = b'{"status":"error","errorType":"bad_data","error":"unknown function"}'
    async with (
        fake_prometheus(answers={"/api/v1/query": remarked}) as lisbon,
        serving(always(response(400, refused))) as oslo,
        running_over(lisbon=lisbon, oslo=oslo) as http,
    ):
        whole = (await http.get("/api/v1/query", params={"query": 'up{cluster="lisbon"}'})).json()
        before = _values((await http.get("/metrics")).text)
        partial = (await http.get("/api/v1/query", params={"query": "up"})).json()
        after = _values((await http.get("/metrics")).text)

    words = 'cluster "oslo": it refused the query: unknown function'
    assert (whole["warnings"], whole["infos"]) == (["a"], ["b"])
    assert (partial["warnings"], partial["infos"]) == ([words, "a"], ["b"])
    counted = "crosshub_server_partial_answers_total", "crosshub_server_cluster_failures_total"
    assert (before[counted[0],], after[counted[0],]) == (0, 1)
    assert after[counted[1], "oslo", "unsupported"] == 1


async def test_what_is_known_of_clusters_is_told() -> None:
    async with (
        fake_prometheus() as lisbon,
        serving(always(response(401, b""))) as oslo,
        running_over(lisbon=lisbon, oslo=oslo) as http,
    ):
        await http.get("/api/v1/query", params={"query": "up"})
        told = (await http.get("/api/crosshub/clusters")).json()

    assert [(one["name"], one["breaker"]) for one in told] == [("lisbon", "closed"), ("oslo", "closed")]
    assert told[0]["last_answered"] is not None
    assert told[1]["last_answered"] is None
    assert told[1]["failed"] == "401: it wants credentials, and has none configured"


def test_facts_about_clusters_are_told(crosshub: str) -> None:
    told = asked(crosshub, "/api/crosshub/clusters").json()

    assert [one["name"] for one in told] == ["lisbon", "oslo", "perth", "quito"]
    assert {(one["software"], one["version"], one["failed"]) for one in told} == {("Prometheus", "2.42.0+ds", None)}


def test_its_own_api_is_documented(crosshub: str) -> None:
    schema = asked(crosshub, "/openapi.json").json()

    assert list(schema["paths"]) == ["/api/crosshub/clusters"]
    assert asked(crosshub, "/docs").status_code == 200


def _values(text: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}
