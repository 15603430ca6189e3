"""`POST /api/crosshub/alertmanager`: where an Alertmanager's webhook receiver posts to."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.api.desk import Desk
from aggregator.events.heard import LARGEST
from aggregator.events.hearing import Hearing


def heard_routes(desk: Desk) -> list[BaseRoute]:
    """Alertmanager takes 2xx for success, tries again after 5xx and 429, and gives up on everything else."""

    async def take_in(request: Request) -> Response:
        await Hearing(desk.database, lambda: datetime.now(UTC)).take_in(await _body(request))
        return Response(status_code=204)

    return [Route("/api/crosshub/alertmanager", take_in, methods=["POST"])]


async def _body(request: Request) -> bytes:
    """The body, or as much of it as shows that it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            break
    return body
