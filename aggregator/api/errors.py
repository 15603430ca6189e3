"""Errors as HTTP: the one place where an exception becomes a status code and Prometheus' words for its kind."""

import logging
from collections.abc import Awaitable, Callable

from fastapi.exception_handlers import http_exception_handler
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from aggregator.api.bodies import JSON, failure
from aggregator.errors import BadQuery, CannotExecute, CrosshubError, NotFound, TimedOut, Unavailable
from aggregator.telemetry import Telemetry

log = logging.getLogger(__name__)


class ClientGone(Exception):
    """Whoever asked did not wait for the answer."""


KINDS: dict[type[CrosshubError], tuple[int, str]] = {
    BadQuery: (400, "bad_data"),
    CannotExecute: (422, "execution"),
    NotFound: (404, "not_found"),
    TimedOut: (503, "timeout"),
    Unavailable: (503, "unavailable"),
}
# What the router finds, below the addresses of Prometheus; elsewhere it speaks as FastAPI does.
ROUTING = {404: "not_found", 405: "bad_data"}
PROMETHEUS = "/api/v1/"
INTERNAL = (500, "internal")
# As nginx has it. Nobody is there to read it.
CLIENT_CLOSED_REQUEST = 499


def status_of(error: Exception) -> tuple[int, str]:
    """Status code and `errorType`."""
    return next((KINDS[kind] for kind in type(error).__mro__ if kind in KINDS), INTERNAL)


Handler = Callable[[Request, Exception], Awaitable[Response]]


def install(app: Starlette, telemetry: Telemetry) -> None:
    """Answer errors, on every route, in Prometheus' form; and count them."""
    for kind, handler in handlers(telemetry).items():
        app.add_exception_handler(kind, handler)


def handlers(telemetry: Telemetry) -> dict[type[Exception], Handler]:
    """Who answers which errors; they count them."""

    async def told(_: Request, error: Exception) -> Response:
        status, kind = status_of(error)
        telemetry.refused(kind)
        return Response(failure(kind, str(error)), status, media_type=JSON)

    async def internal(request: Request, error: Exception) -> Response:
        # Not the words of the error: nobody has looked whether they are fit for the reader. The server logs it all.
        log.error("%s %s: %s", request.method, request.url.path, type(error).__name__)
        status, kind = INTERNAL
        telemetry.refused(kind)
        return Response(failure(kind, "an error inside Crosshub; its log says more"), status, media_type=JSON)

    return {
        CrosshubError: told,
        HTTPException: _unrouted,
        ClientGone: _gone,
        ClientDisconnect: _gone,
        Exception: internal,
    }


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = ROUTING.get(error.status_code)
    if kind is None or not request.url.path.startswith(PROMETHEUS):
        return await http_exception_handler(request, error)
    words = f"{request.method} {request.url.path}: {error.detail}"
    return Response(failure(kind, words), error.status_code, error.headers, media_type=JSON)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=CLIENT_CLOSED_REQUEST)
