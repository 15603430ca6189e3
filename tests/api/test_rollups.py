"""The service computes rollups by itself, and answers about them as a Prometheus."""

import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from aggregator.clusters.config import load
from tests.api.running import running
from tests.fakes.http import FakeServer
from tests.fakes.telling import Truth, telling

OFTEN = "every: {rollups: 1s, schedules: 1s}\n"


def config_text(folder: Path, **servers: FakeServer) -> str:
    hubs = "hubs: [{name: prod, namespace: hub}]"
    clusters = ", ".join(
        f"{{name: {name}, prometheus: {{url: '{server.url}'}}, {hubs}}}" for name, server in servers.items()
    )
    return f"{OFTEN}database: sqlite:///{folder}/crosshub.db\nclusters: [{clusters}]\n"


async def answer(http: httpx.AsyncClient, query: str, seconds: float) -> list[Any]:
    response = await http.get("/api/v1/query", params={"query": query, "time": seconds})
    result: list[Any] = response.json()["data"]["result"]
    return result


async def until_answered(http: httpx.AsyncClient, query: str, seconds: float) -> list[Any]:
    """What the query answers, once it does."""
    async with asyncio.timeout(60):
        while not (found := await answer(http, query, seconds)):
            pass
    return found


async def test_rollups_appear_and_are_asked_by_promql(tmp_path: Path) -> None:
    truth = Truth("lisbon")
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0).timestamp() - 3600
    async with telling(truth) as lisbon:
        (tmp_path / "crosshub.yaml").write_text(config_text(tmp_path, lisbon=lisbon))
        config = load(tmp_path / "crosshub.yaml")
        async with running(config) as http:
            query = 'crosshub_server_starts{resolution="1h"}'
            (found,) = await until_answered(http, f"last_over_time({query}[12h])", end)
            joined = await answer(http, f"sum(sum_over_time({query}[1d])) >= 0 and on () count(up)", end)
            names = (await http.get("/api/v1/label/__name__/values")).json()["data"]

    labels = {"cluster": "lisbon", "hub": "prod", "namespace": "hub", "resolution": "1h"}
    assert found["metric"] in ({"__name__": "crosshub_server_starts", **labels}, labels)
    assert len(joined) == 1
    assert "crosshub_server_starts" in names


async def test_a_configuration_that_was_taken_over_is_used_from_then_on(tmp_path: Path) -> None:
    file = tmp_path / "crosshub.yaml"
    now = datetime.now(UTC).timestamp()
    async with telling(Truth("lisbon")) as lisbon, telling(Truth("oslo")) as oslo:
        file.write_text(config_text(tmp_path, lisbon=lisbon))
        async with running(load(file), lambda: load(file)) as http:
            query = 'last_over_time(crosshub_server_starts{{resolution="1h", cluster="{}"}}[1d])'
            await until_answered(http, query.format("lisbon"), now)
            nobody = [request for request in oslo.requests if request.path.endswith("query_range")]
            file.write_text(config_text(tmp_path, lisbon=lisbon, oslo=oslo))
            os.kill(os.getpid(), signal.SIGHUP)
            (found,) = await until_answered(http, query.format("oslo"), now)

    assert nobody == []
    assert found["metric"]["cluster"] == "oslo"
