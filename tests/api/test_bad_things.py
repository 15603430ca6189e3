"""Every way in which clusters fail, seen by whoever asks Crosshub: in time, said in a warning, and leaving nothing behind."""

import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from aggregator.clusters.values import Config
from aggregator.errors import FailureKind
from tests.api.running import config_of, reached_at, running
from tests.fakes.left_behind import nothing_left_behind
from tests.fakes.misbehaving import FAULTS, IN_TIME, Fault
from tests.fakes.prometheus import fake_prometheus

NAMES = ("lisbon", "oslo", "porto")
QUESTIONS = {
    "query": {"query": "up", "time": "1700000000"},
    "query_range": {"query": "up", "start": "1700000000", "end": "1700003600", "step": "60"},
    "labels": {"match[]": "up"},
}
FAULT = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
ASKED = pytest.mark.parametrize("asked", QUESTIONS)


@asynccontextmanager
async def config_where(fault: Fault, failing: tuple[str, ...], folder: Path) -> AsyncIterator[Config]:
    """A configuration of three clusters, some of which have the fault."""
    async with AsyncExitStack() as stack:
        reached = {}
        for name in NAMES:
            if name in failing:
                (folder / name).mkdir()
                reached[name] = await stack.enter_async_context(fault.opened(folder / name))
            else:
                reached[name] = reached_at(await stack.enter_async_context(fake_prometheus()), timeout=30)
        yield config_of(**reached)


def warning(fault: Fault, cluster: str, path: str) -> str:
    return f'cluster "{cluster}": {fault.reason.replace("{path}", path)}'


@FAULT
@ASKED
async def test_one_cluster_that_fails_is_a_warning(fault: Fault, asked: str, tmp_path: Path) -> None:
    async with (
        nothing_left_behind(),
        config_where(fault, ("oslo",), tmp_path) as config,
        running(config) as http,
    ):
        started = time.monotonic()
        response = await http.post(f"/api/v1/{asked}", data=QUESTIONS[asked])
        took = time.monotonic() - started

    assert response.status_code == 200
    assert response.json()["warnings"] == [warning(fault, "oslo", asked)]
    assert clusters_in(response) == {"lisbon", "porto"}
    assert took < IN_TIME


@FAULT
@ASKED
async def test_all_clusters_failing_is_an_error(fault: Fault, asked: str, tmp_path: Path) -> None:
    async with nothing_left_behind(), config_where(fault, NAMES, tmp_path) as config, running(config) as http:
        started = time.monotonic()
        response = await http.post(f"/api/v1/{asked}", data=QUESTIONS[asked])
        took = time.monotonic() - started

    words = "; ".join(warning(fault, name, asked) for name in NAMES)
    assert response.status_code == 503
    assert response.json() == {"status": "error", "errorType": "unavailable", "error": words}
    assert took < IN_TIME


@pytest.mark.parametrize(
    ("parameters", "headers"),
    [
        ({"partial_response": "false"}, []),
        ({}, [("FromAlert", "true")]),
        ({}, [("FromAlert", "true"), ("FromAlert", "false")]),
        ({"partial_response": "true"}, [("Fromalert", "True")]),
    ],
    ids=["asked for", "an alert of Grafana's", "the first word counts", "an alert, whatever its data source says"],
)
@ASKED
async def test_who_wants_all_or_nothing_gets_nothing(
    parameters: dict[str, str], headers: list[tuple[str, str]], asked: str, tmp_path: Path
) -> None:
    refused = next(fault for fault in FAULTS if fault.name == "refused")
    async with config_where(refused, ("oslo",), tmp_path) as config, running(config) as http:
        response = await http.post(f"/api/v1/{asked}", params=parameters, data=QUESTIONS[asked], headers=headers)

    assert response.status_code == 503
    assert response.json()["error"] == 'cluster "oslo": connection refused'


@pytest.mark.parametrize(
    "fault", [one for one in FAULTS if one.kind is FailureKind.TOO_LARGE], ids=lambda one: one.name
)
async def test_a_body_that_is_too_large_is_not_held(fault: Fault, tmp_path: Path) -> None:
    async with config_where(fault, ("oslo",), tmp_path) as config, running(config) as http:
        tracemalloc.start()
        try:
            for asked, parameters in QUESTIONS.items():
                await http.post(f"/api/v1/{asked}", data=parameters)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert most < 50 * 2**20


def clusters_in(response: httpx.Response) -> set[str]:
    """The clusters that an answer speaks of; names of labels speak of none, so those are all that can be there."""
    found = response.json()["data"]
    if isinstance(found, list):
        assert found == ["__name__", "cluster", "job"]
        return {"lisbon", "porto"}
    return {series["metric"]["cluster"] for series in found["result"]}
