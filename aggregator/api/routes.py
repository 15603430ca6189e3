"""Which address is answered by what."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from aggregator.api import listings, queries
from aggregator.api.bodies import response
from aggregator.api.desk import Desk
from aggregator.api.health import health_routes
from aggregator.api.parameters import parameters
from aggregator.api.presence import present

Answerer = Callable[..., Awaitable[bytes]]

GET_AND_POST = ("GET", "POST", "OPTIONS")
GET = ("GET", "OPTIONS")


def routes(desk: Desk) -> list[BaseRoute]:
    """Everything that speaks as a Prometheus does: plain routes, since FastAPI's cost time on each request."""
    telemetry = desk.telemetry
    return [
        _route(desk, "/api/v1/query", partial(queries.instant, telemetry=telemetry), GET_AND_POST),
        _route(desk, "/api/v1/query_range", partial(queries.ranged, telemetry=telemetry), GET_AND_POST),
        _route(desk, "/api/v1/labels", listings.label_names, GET_AND_POST),
        _route(desk, "/api/v1/label/{name}/values", listings.label_values, GET),
        _route(desk, "/api/v1/series", listings.series, GET_AND_POST),
        Route("/", _root),
        *health_routes(desk),
    ]


def _route(desk: Desk, path: str, answer: Answerer, methods: tuple[str, ...]) -> Route:
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(methods)})
        here = desk.now
        # The fleet is held while it is in use: a new configuration may take its place meanwhile.
        with here.fleet.held():
            async with present(request):
                body = await answer(here, await parameters(request), **request.path_params)
        return await response(request, body)

    return Route(path, endpoint, methods=methods)


async def _root(_: Request) -> Response:
    return PlainTextResponse("Crosshub: one Prometheus out of many. Its API is below /api/v1, as Prometheus' is.\n")
