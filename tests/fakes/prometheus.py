"""A Prometheus that holds one series and answers each endpoint of the API about it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from tests.fakes.http import FakeServer, Request, response, send, serving

SERIES = {"__name__": "up", "job": "hub"}


@asynccontextmanager
async def fake_prometheus(
    value: float = 1,
    *,
    answers: Mapping[str, bytes] | None = None,
    headers: Mapping[str, str] | None = None,
    holding: asyncio.Event | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[FakeServer]:
    """A Prometheus whose only series, `up{job="hub"}`, always has this value.

    `answers` are bodies for single paths (`/api/v1/query`), `headers` go with each answer, and no answer is given
    before `holding` is set.
    """

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if holding is not None:
            await holding.wait()
        body = (answers or {}).get(request.path) or prometheus_answer(request, value)
        await send(writer, response(200, body, **(headers or {})))

    async with serving(behave, tls) as server:
        yield server


def prometheus_answer(request: Request, value: float) -> bytes:
    """The body that such a Prometheus answers to a request, below whatever prefix."""
    return orjson.dumps({"status": "success", "data": _data(request, value)})


def _data(request: Request, value: float) -> Any:
    form = {name: values[0] for name, values in request.form.items()}
    match request.path.rpartition("/api/v1/")[2].split("/"):
        case ["query"]:
            sample = [float(form.get("time", "0")), str(value)]
            return {"resultType": "vector", "result": [{"metric": SERIES, "value": sample}]}
        case ["query_range"]:
            start, end, step = float(form["start"]), float(form["end"]), float(form["step"])
            count = int((end - start) // step) + 1
            values = [[start + step * column, str(value)] for column in range(count)]
            return {"resultType": "matrix", "result": [{"metric": SERIES, "values": values}]}
        case ["series"]:
            return [SERIES]
        case ["labels"]:
            return sorted(SERIES)
        case ["label", name, "values"]:
            return [SERIES[name]] if name in SERIES else []
        case ["status", "buildinfo"]:
            return {
                "version": "2.42.0",
                "revision": "",
                "branch": "",
                "buildUser": "",
                "buildDate": "",
                "goVersion": "",
            }
        case _:
            return {}
