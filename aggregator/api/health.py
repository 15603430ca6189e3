"""Crosshub's own state: alive, ready, its metrics."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from aggregator.api.desk import Desk
from aggregator.telemetry import CONTENT_TYPE


def health_routes(desk: Desk) -> list[BaseRoute]:
    """What whoever runs Crosshub looks at."""

    async def ready(_: Request) -> Response:
        """Once all clusters told their versions, or had their time to: what ranges hold depends on those."""
        known = desk.now.known.is_known
        return PlainTextResponse(
            "ready\n" if known else "the clusters are still being asked for their versions\n", 200 if known else 503
        )

    async def metrics(_: Request) -> Response:
        return Response(desk.telemetry.text(), headers={"Content-Type": CONTENT_TYPE})

    return [Route("/livez", _alive), Route("/readyz", ready), Route("/metrics", metrics)]


async def _alive(_: Request) -> Response:
    return PlainTextResponse("alive\n")
