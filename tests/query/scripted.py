"""Prometheus servers that know the answers to single queries, and an engine over them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aggregator.clusters.values import Cluster, Prometheus
from aggregator.clusters.values import Query as Limits
from aggregator.federation.fanout import open_fleet
from aggregator.promql.functions import Version
from aggregator.promql.numbers import plain_moment
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.promql.tree import Binary, Call, Node, String
from aggregator.query.engine import Engine
from aggregator.query.request import Answer, Request
from aggregator.query.sources import NoSource, Source
from aggregator.series import Steps
from tests.evaluation.grids import labels_of
from tests.fakes.http import FakeServer, response, send, serving
from tests.fakes.http import Request as HttpRequest


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer of another status, in Prometheus' words."""

    status: int
    error: str


Script = Mapping[str, Sequence[str] | Refused]
"""What is answered to each query: rows with one value for all steps (`x{a="1"} 5`), or a refusal."""


@dataclass(slots=True)
class Scene:
    """An engine, and the servers that it asks."""

    engine: Engine
    servers: dict[str, FakeServer]

    async def instant(self, text: str, at: int = 600, **settings: Any) -> Answer:
        return await self.engine.answer(Request(text, Steps(at * 1000, at * 1000, 0), **settings))

    async def range(self, text: str, start: int = 600, end: int = 720, step: int = 60, **settings: Any) -> Answer:
        return await self.engine.answer(Request(text, Steps(start * 1000, end * 1000, step * 1000), **settings))

    def asked(self, cluster: str) -> list[str]:
        """The queries that a cluster was asked, in order."""
        return [request.form["query"][0] for request in self.servers[cluster].requests]

    def forms(self, cluster: str) -> list[dict[str, str]]:
        return [
            {name: values[0] for name, values in request.form.items()} for request in self.servers[cluster].requests
        ]


@asynccontextmanager
async def scene(
    scripts: Mapping[str, Script],
    *,
    versions: Mapping[str, Version] | None = None,
    source: Source | None = None,
    limits: Limits | None = None,
    holding: asyncio.Event | None = None,
    silent: Sequence[str] = (),
) -> AsyncIterator[Scene]:
    """An engine over one server a script. No answer is given before `holding` is set, and never one to `silent`."""
    async with AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(scripted(script, holding, silent)) for name, script in scripts.items()
        }
        clusters = [Cluster(name, Prometheus(urls=(server.url,))) for name, server in servers.items()]
        fleet = await stack.enter_async_context(open_fleet(clusters))
        engine = Engine(
            fleet,
            tuple(scripts),
            limits or Limits(),
            lambda: versions or {},
            source if source is not None else NoSource(),
        )
        yield Scene(engine, servers)


@asynccontextmanager
async def scripted(
    script: Script, holding: asyncio.Event | None = None, silent: Sequence[str] = ()
) -> AsyncIterator[FakeServer]:
    async def behave(request: HttpRequest, writer: asyncio.StreamWriter) -> None:
        if holding is not None:
            await holding.wait()
        if request.form["query"][0] in silent:
            await asyncio.Event().wait()
        found = _found(script, {name: values[0] for name, values in request.form.items()}, request.path)
        if isinstance(found, Refused):
            kind = {400: "bad_data", 422: "execution"}.get(found.status, "internal")
            body = json.dumps({"status": "error", "errorType": kind, "error": found.error}).encode()
            await send(writer, response(found.status, body))
        else:
            await send(writer, response(200, found))

    async with serving(behave) as server:
        yield server


def _found(script: Script, form: dict[str, str], path: str) -> bytes | Refused:
    series = []
    for mark, text in _parts(form["query"]):
        answer = script.get(text, Refused(500, f"nobody told what to answer to {text}"))
        if isinstance(answer, Refused):
            return answer
        series += [_series(row, mark, form, path) for row in answer]
    kind = "vector" if path.endswith("/query") else "matrix"
    return f'{{"status":"success","data":{{"resultType":"{kind}","result":[{",".join(series)}]}}}}'.encode()


def _series(row: str, mark: dict[str, str], form: dict[str, str], path: str) -> str:
    selector, _, value = row.rpartition(" ")
    metric = json.dumps(dict(labels_of(selector)) | mark, separators=(",", ":"))
    if path.endswith("/query"):
        return f'{{"metric":{metric},"value":[{form["time"]},"{value}"]}}'
    start, end, step = (round(float(form[name]) * 1000) for name in ("start", "end", "step"))
    values = ",".join(f'[{plain_moment(moment)},"{value}"]' for moment in range(start, end + 1, step))
    return f'{{"metric":{metric},"values":[{values}]}}'


def _parts(text: str) -> list[tuple[dict[str, str], str]]:
    """The queries that were put into one, each with the label that marks it."""
    if "crosshub_part" not in text:
        return [({}, text)]
    return _marked(parse(text))


def _marked(node: Node) -> list[tuple[dict[str, str], str]]:
    if isinstance(node, Binary):
        return [*_marked(node.left), *_marked(node.right)]
    assert isinstance(node, Call)
    inside, name, value = node.arguments[:3]
    assert isinstance(name, String)
    assert isinstance(value, String)
    return [({name.value: value.value}, text_of(inside))]


def result_of(answer: Answer) -> Any:
    """The result as JSON."""
    return json.loads(b"".join(answer.result))


def values_of(answer: Answer) -> dict[str, Any]:
    """Series by the values of their labels: `oslo,a`: the value of a vector, or the values of a matrix."""
    found = {}
    for series in result_of(answer):
        key = ",".join(series["metric"].values())
        found[key] = series["value"][1] if "value" in series else [value for _, value in series["values"]]
    return found
