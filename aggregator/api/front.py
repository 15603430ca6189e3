"""The paths that are asked most, in front of the layers in which all others are found: those take longer than answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.api.errors import Handler

MOST_ASKED = ("/api/v1/query", "/api/v1/query_range")
METHODS = ("GET", "POST")

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Front:
    """The application; `direct` answers GET and POST to some of its paths."""

    app: Starlette
    direct: Mapping[str, ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        direct = self.direct.get(scope.get("path", ""))
        answering = self.app if direct is None or scope["method"] not in METHODS else direct
        await answering(scope, receive, send)


def in_front_of(app: Starlette, handlers: Mapping[type[Exception], Handler]) -> Front:
    """The application with its own routes to MOST_ASKED called at once; `handlers` answer what they raise."""
    asked = {route.path: route.endpoint for route in app.routes if isinstance(route, Route)}
    return Front(app, {path: _direct(asked[path], handlers) for path in MOST_ASKED})


def _direct(endpoint: Endpoint, handlers: Mapping[type[Exception], Handler]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            response = await endpoint(request)
        except Exception as error:
            kind = next(kind for kind in type(error).__mro__ if kind in handlers)
            response = await handlers[kind](request, error)
            await response(scope, receive, send)
            if kind is Exception:
                # As Starlette does: the server logs where it came from.
                raise
        else:
            await response(scope, receive, send)

    return answer
