"""The API server of a Kubernetes: it knows one token, does what a Role allows, and passes requests on to a service."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.fakes.prometheus import prometheus_answer

PROXIED = re.compile(r"/api/v1/namespaces/([^/]+)/services/([^/]+)/proxy(/.*)")
VERBS = {"GET": "get", "POST": "create", "PUT": "update", "DELETE": "delete"}


@asynccontextmanager
async def fake_api_server(token: str, role: Mapping[str, Any], tls: ssl.SSLContext) -> AsyncIterator[FakeServer]:
    """An API server with a Prometheus behind every service of the namespace of the Role."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("authorization") != f"Bearer {token}":
            await send(writer, _refusal(401, "Unauthorized"))
        elif (found := PROXIED.fullmatch(request.path)) is None:
            await send(writer, _refusal(404, "the server could not find the requested resource"))
        elif not _allowed(role, VERBS[request.method], found[1], found[2]):
            await send(writer, _forbidden(VERBS[request.method], found[1], found[2]))
        else:
            await send(writer, response(200, prometheus_answer(request, 1)))

    async with serving(behave, tls) as server:
        yield server


def _allowed(role: Mapping[str, Any], verb: str, namespace: str, service: str) -> bool:
    rules: Iterable[Mapping[str, Any]] = role["rules"] if role["metadata"]["namespace"] == namespace else ()
    return any(
        verb in rule["verbs"]
        and "" in rule["apiGroups"]
        and "services/proxy" in rule["resources"]
        and service in rule.get("resourceNames", [service])
        for rule in rules
    )


def _forbidden(verb: str, namespace: str, service: str) -> bytes:
    words = f'services "{service}" is forbidden: User "system:serviceaccount:{namespace}:crosshub" cannot {verb}'
    return _refusal(403, f'{words} resource "services/proxy" in API group "" in the namespace "{namespace}"')


def _refusal(status: int, message: str) -> bytes:
    return response(status, orjson.dumps({"kind": "Status", "status": "Failure", "message": message, "code": status}))
