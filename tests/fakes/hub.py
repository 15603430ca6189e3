"""A JupyterHub whose REST API pages through its users as the real one does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from tests.fakes.http import FakeServer, Request, response, send, serving

TOKEN = "hunter2-Zq9"
MOST = 100
"""Users of one page, whatever is asked for: `api_page_max_limit`."""


@asynccontextmanager
async def fake_hub(users: Mapping[str, str | None]) -> AsyncIterator[FakeServer]:
    """A hub with these users, each with when it was active last, in the order in which they are given."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        status, body = _answer(request, users)
        await send(writer, response(status, orjson.dumps(body)))

    async with serving(behave) as server:
        yield server


@asynccontextmanager
async def hub_that_answers(status: int, body: bytes) -> AsyncIterator[FakeServer]:
    """Something that answers everything with this."""

    async def behave(_: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, response(status, body))

    async with serving(behave) as server:
        yield server


def _answer(request: Request, users: Mapping[str, str | None]) -> tuple[int, Any]:
    if request.headers.get("authorization") != f"token {TOKEN}":
        return 403, {"status": 403, "message": "Missing or invalid credentials."}
    if request.path != "/hub/api/users":
        return 404, {"status": 404, "message": "Not Found"}
    form = {name: values[0] for name, values in request.form.items()}
    offset, limit = int(form.get("offset", "0")), min(int(form.get("limit", "50")), MOST)
    models = [_model(name, last) for name, last in users.items()][offset : offset + limit]
    if "application/jupyterhub-pagination+json" not in request.headers.get("accept", ""):
        return 200, models
    following = offset + limit
    url = f"http://{request.headers['host']}/hub/api/users?offset={following}&limit={limit}"
    more = {"offset": following, "limit": limit, "url": url} if following < len(users) else None
    return 200, {
        "items": models,
        "_pagination": {"offset": offset, "limit": limit, "total": len(users), "next": more},
    }


def _model(name: str, last: str | None) -> dict[str, Any]:
    return {"kind": "user", "name": name, "admin": False, "groups": [], "server": None, "last_activity": last}
