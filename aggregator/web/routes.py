"""Which page is at which address."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from aggregator.web import runbooks
from aggregator.web.alerts import Alerts
from aggregator.web.around import Around
from aggregator.web.reports import Reports, Stop
from aggregator.web.silences import Silences

_STYLE = Path(__file__).with_name("pages.css")


def web_routes(around: Around) -> list[BaseRoute]:
    """Every page."""
    alerts, silences, reports, stop = Alerts(around), Silences(around), Reports(around), Stop(around)
    return [
        Route("/alerts", alerts.every),
        Route("/alerts/{fingerprint}", alerts.one),
        Route("/alerts/{fingerprint}/silence", silences.form),
        Route("/alerts/{fingerprint}/silence", silences.add, methods=["POST"]),
        Route("/silences", silences.every),
        Route("/silences/{id}/end", silences.end, methods=["POST"]),
        Route("/reports", reports.every),
        Route("/reports/{id}", reports.one),
        Route("/reports/{id}/text", reports.text),
        Route("/stop/{token}", stop.form),
        Route("/stop/{token}", stop.act, methods=["POST"]),
        Route("/runbooks", runbooks.index),
        Route("/runbooks/{name}", runbooks.runbook),
        Route("/pages.css", _style),
    ]


async def _style(_: Request) -> Response:
    return FileResponse(_STYLE, media_type="text/css")
