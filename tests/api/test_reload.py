"""A configuration that has changed is taken over on SIGHUP; a bad one changes nothing."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml

from aggregator.clusters.config import load
from tests.api.running import running
from tests.fakes.http import FakeServer
from tests.fakes.left_behind import nothing_left_behind
from tests.fakes.prometheus import fake_prometheus


def _write(file: Path, **servers: FakeServer) -> None:
    clusters = [{"name": name, "prometheus": {"url": server.url}} for name, server in servers.items()]
    file.write_text(yaml.safe_dump({"clusters": clusters}))


async def _clusters(http: httpx.AsyncClient) -> list[str]:
    names: list[str] = (await http.get("/api/v1/label/cluster/values")).json()["data"]
    return names


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a line in the log wakes nobody
            await asyncio.sleep(0)


async def test_a_changed_file_is_taken_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "crosshub.yaml"
    caplog.set_level(logging.INFO)
    async with nothing_left_behind(), fake_prometheus(1) as lisbon, fake_prometheus(2) as oslo:
        _write(file, lisbon=lisbon)
        async with running(load(file), lambda: load(file)) as http:
            before = await _clusters(http)
            _write(file, lisbon=lisbon, oslo=oslo)
            os.kill(os.getpid(), signal.SIGHUP)
            await _until(lambda: "taken over: 2 clusters" in caplog.text)
            after = await _clusters(http)
            values = (await http.get("/api/v1/query", params={"query": "up"})).json()["data"]["result"]

    assert (before, after) == (["lisbon"], ["lisbon", "oslo"])
    assert [one["value"][1] for one in values] == ["1", "2"]


async def test_a_bad_file_changes_nothing_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "crosshub.yaml"
    async with fake_prometheus() as lisbon:
        _write(file, lisbon=lisbon)
        async with running(load(file), lambda: load(file)) as http:
            file.write_text(file.read_text() + "clustres: []\n")
            os.kill(os.getpid(), signal.SIGHUP)
            await _until(lambda: "is not taken over" in caplog.text)
            metrics = (await http.get("/metrics")).text
            clusters = await _clusters(http)

    assert 'unknown key "clustres"; did you mean "clusters"?' in caplog.text
    assert clusters == ["lisbon"]
    assert "crosshub_server_config_last_reload_successful 0.0" in metrics


async def test_a_query_under_way_is_finished_by_whom_it_began_with(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "crosshub.yaml"
    caplog.set_level(logging.INFO)
    held = asyncio.Event()
    async with nothing_left_behind(), fake_prometheus(1, holding=held) as lisbon, fake_prometheus(2) as oslo:
        _write(file, lisbon=lisbon)
        async with running(load(file), lambda: load(file)) as http:
            asking = asyncio.create_task(http.get("/api/v1/query", params={"query": "up"}))
            await lisbon.until(lambda server: any(request.form.get("query") == ["up"] for request in server.requests))
            _write(file, oslo=oslo)
            os.kill(os.getpid(), signal.SIGHUP)
            await _until(lambda: "taken over: 1 clusters" in caplog.text)
            after = await _clusters(http)
            held.set()
            begun = (await asking).json()
            await lisbon.until(lambda server: server.open_connections == 0)

    assert begun["data"]["result"][0]["metric"]["cluster"] == "lisbon"
    assert after == ["oslo"]
