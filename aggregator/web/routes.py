"""Which page is at which address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from aggregator.clusters.values import Config
from aggregator.events import heard_rows, rows
from aggregator.store.database import Database
from aggregator.web import runbooks
from aggregator.web.pages import moment, page
from aggregator.web.shown import shown, shown_heard

DAY = timedelta(days=1)
YEARS = timedelta(days=3653)
MOST_EVENTS = 200
_STYLE = Path(__file__).with_name("pages.css")


@dataclass(frozen=True, slots=True)
class Around:
    """What pages are made from. Configuration and database are those of the moment."""

    config: Callable[[], Config]
    database: Callable[[], Database]
    now: Callable[[], datetime]


def web_routes(around: Around) -> list[BaseRoute]:
    """Every page."""
    return [
        Route("/alerts", _Alerts(around).all_of_them),
        Route("/alerts/{fingerprint}", _Alerts(around).one),
        Route("/runbooks", runbooks.index),
        Route("/runbooks/{name}", runbooks.runbook),
        Route("/pages.css", _style),
    ]


async def _style(_: Request) -> Response:
    return FileResponse(_STYLE, media_type="text/css")


@dataclass(frozen=True, slots=True)
class _Alerts:
    around: Around

    async def all_of_them(self, _: Request) -> Response:
        now = self.around.now()
        async with self.around.database().reading() as connection:
            kept = await rows.alerts(connection, resolved_since=now - DAY)
            heard = await heard_rows.heard(connection)
        shown_ones = [shown(alert, moment(alert.held_since) if alert.held_since else "") for alert in kept]
        open_ones = [alert for alert in shown_ones if alert.until is None]
        lately = [alert for alert in reversed(shown_ones) if alert.until is not None]
        others = shown_heard(heard, (alert for alert in kept if alert.is_open))
        return page("alerts.html", open=open_ones, lately=lately, heard=others, now=now)

    async def one(self, request: Request) -> Response:
        now, fingerprint = self.around.now(), request.path_params["fingerprint"]
        async with self.around.database().reading() as connection:
            found = await rows.alerts_with(connection, fingerprint)
            happened = await rows.events(connection, now - YEARS, now + DAY, fingerprint=fingerprint)
        if not found:
            return page("missing.html", 404, what="no such alert", instead="/alerts", there="All alerts")
        alert = max(found, key=lambda each: each.active_at)
        said = shown(alert, moment(alert.held_since) if alert.held_since else "")
        return page("alert.html", alert=said, events=happened[:-MOST_EVENTS:-1], now=now)
