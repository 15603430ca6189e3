"""Which address is answered by what."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from aggregator.api import federate, listings, queries, servers, syntax
from aggregator.api.bodies import JSON, response
from aggregator.api.desk import Desk
from aggregator.api.health import health_routes
from aggregator.api.one_cluster import of_one_cluster
from aggregator.api.parameters import parameters
from aggregator.api.presence import Present

Answerer = Callable[..., Awaitable[bytes]]
"""Takes who answers, the parameters of the request, and those of the path by name; gives the body."""


def routes(desk: Desk) -> list[BaseRoute]:
    """Everything that speaks as a Prometheus does: plain routes, since FastAPI's cost time on each request."""
    get, both = partial(_route, desk, ("GET",)), partial(_route, desk, ("GET", "POST"))
    return [
        both("/api/v1/query", partial(queries.instant, telemetry=desk.telemetry)),
        both("/api/v1/query_range", partial(queries.ranged, telemetry=desk.telemetry)),
        both("/api/v1/labels", listings.label_names),
        get("/api/v1/label/{name}/values", listings.label_values),
        both("/api/v1/series", listings.series),
        both("/api/v1/query_exemplars", servers.exemplars),
        both("/api/v1/format_query", syntax.format_query),
        both("/api/v1/parse_query", syntax.parse_query),
        get("/api/v1/metadata", servers.metadata),
        get("/api/v1/rules", servers.rules),
        get("/api/v1/alerts", servers.alerts),
        get("/api/v1/targets", servers.targets),
        both("/api/v1/status/buildinfo", servers.build),  # some builds of Grafana's plugin POST it
        both("/c/{cluster}/api/v1/{path:path}", of_one_cluster),
        Route("/c/{cluster}/", _root),
        get("/federate", federate.federate, kind=federate.CONTENT_TYPE),
        Route("/", _root),
        *health_routes(desk),
    ]


def _route(desk: Desk, methods: tuple[str, ...], path: str, answer: Answerer, kind: str = JSON) -> Route:
    async def endpoint(request: Request) -> Response:
        # Unlike a Prometheus, without a word about other origins: Grafana asks from its server, and no page on the
        # internet shall read through a browser in here who works on which hub.
        if request.scope["method"] == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join((*methods, "OPTIONS"))})
        # Before anybody watches for the client to go: that takes what it sends.
        asked = await parameters(request)
        here = desk.now
        # The fleet is held while it is in use: a new configuration may take its place meanwhile.
        with here.fleet.held():
            async with Present(request):
                body = await answer(here, asked, **request.path_params)
        return await response(request, body, kind)

    return Route(path, endpoint, methods=(*methods, "OPTIONS"))


async def _root(_: Request) -> Response:
    """Clients try this address to see whether anybody is there."""
    return PlainTextResponse("Crosshub: one Prometheus out of many. Its API is below /api/v1, as Prometheus' is.\n")
