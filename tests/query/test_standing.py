"""What is known of clusters, and how soon."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aggregator.clusters.values import Cluster, Prometheus
from aggregator.federation.fanout import open_fleet
from aggregator.federation.question import Fleet, Question, Reply, T
from aggregator.query.standing import Standing
from tests.fakes.http import FakeServer, Request, response, send, serving

PAUSE = 0.01
PATIENCE = 10


@asynccontextmanager
async def telling(version: str, state: dict[str, int | bool]) -> AsyncIterator[FakeServer]:
    """A Prometheus of that version; `state` may hold another status, or keep it silent."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if state.get("silent"):
            await asyncio.Event().wait()
        data: object = {"resultType": "vector", "result": []}
        if request.path.endswith("buildinfo"):
            data = {"version": version}
        elif request.form.get("query") == ["time()"]:
            data = {"resultType": "scalar", "result": [1, "1"]}
        elif "label" in request.path:
            data = []
        await send(writer, response(state.get("status", 200), json.dumps({"status": "success", "data": data}).encode()))

    async with serving(behave) as server:
        yield server


class Torn:
    """A fleet that breaks the first time that it is asked for the time."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.broken = False

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        if not self.broken and questions[0].path == "query":
            self.broken = True
            raise RuntimeError("torn")
        return await self._fleet.ask(questions, deadline)


@asynccontextmanager
async def looking(
    servers: dict[str, FakeServer], through: Callable[[Fleet], Fleet] = lambda fleet: fleet
) -> AsyncIterator[Standing]:
    clusters = [Cluster(name, Prometheus(urls=(server.url,), timeout=0.3)) for name, server in servers.items()]
    standing = Standing(clusters)
    async with open_fleet(clusters) as fleet:
        task = asyncio.create_task(standing.keep_looking(through(fleet), PAUSE))
        try:
            yield standing
        finally:
            task.cancel()
            await asyncio.wait([task])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


async def test_a_version_is_known_as_it_arrives_and_the_look_is_over_when_all_were_waited_for() -> None:
    async with (
        telling("2.42.0", {}) as lisbon,
        telling("3.1.0", {"silent": True}) as oslo,
        looking({"lisbon": lisbon, "oslo": oslo}) as standing,
    ):
        await until(lambda: bool(standing.versions()))
        early = dict(standing.versions()), standing.is_known
        await until(lambda: standing.is_known)

    assert early == ({"lisbon": (2, 42)}, False)
    assert standing.versions() == {"lisbon": (2, 42)}


async def test_a_cluster_that_dies_is_said_to_fail_after_one_pause_and_one_that_comes_back_is_not() -> None:
    state: dict[str, int | bool] = {}
    async with telling("2.42.0", state) as lisbon, looking({"lisbon": lisbon}) as standing:
        await until(lambda: "lisbon" in standing.facts())
        alive = standing.facts()["lisbon"]
        state["status"] = 401
        await until(lambda: standing.facts()["lisbon"].failed is not None)
        dead = standing.facts()["lisbon"]
        state["status"] = 200
        await until(lambda: standing.facts()["lisbon"].failed is None)

    assert (alive.failed, dead.failed) == (None, "401: it wants credentials, and has none configured")


async def test_what_costs_something_is_asked_once_of_a_cluster_that_is_well() -> None:
    async with telling("2.42.0", {}) as lisbon, looking({"lisbon": lisbon}) as standing:
        await lisbon.until(lambda server: len(server.requests) > 20)
        lacks = standing.facts()["lisbon"].lacks

    asked = [request.path for request in lisbon.requests]
    assert sum("label/cluster" in path for path in asked) == 1
    assert "JupyterHub metrics" in lacks


async def test_a_look_that_breaks_is_not_the_last() -> None:
    async with telling("2.42.0", {}) as lisbon, looking({"lisbon": lisbon}, Torn) as standing:
        await until(lambda: "lisbon" in standing.facts())

    assert standing.facts()["lisbon"].failed is None
