"""`/alerts`: what is open, what was lately, and what others tell of; and a page for each alert."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from aggregator.delivery.receivers import receivers
from aggregator.events import heard_rows, rows
from aggregator.events.values import worse_first
from aggregator.notify.rows import disabled_receivers
from aggregator.rules.own_rules import as_seen
from aggregator.web.around import Around, alerts_and_mutes
from aggregator.web.pages import page
from aggregator.web.shown import shown, shown_heard

DAY = timedelta(days=1)
MOST_EVENTS = 200
MOST = 200
"""Of each list of a page so many entries are shown, and how many there are more."""


@dataclass(frozen=True, slots=True)
class Alerts:
    around: Around

    async def every(self, _: Request) -> Response:
        """All alerts."""
        now, config = self.around.now(), self.around.config()
        async with self.around.database().reading() as connection:
            kept, mute_of = await alerts_and_mutes(self.around, connection)
            over, over_count = await rows.latest_over(connection, now - DAY, MOST)
            heard, heard_count = await heard_rows.newest_firing(connection, MOST)
            off = await disabled_receivers(connection, receivers(config))
        latest = tuple(reversed(kept))
        worst = sorted(latest, key=worse_first)[:MOST]
        opened = [shown(config, alert, mute_of(alert), now) for alert in worst]
        lately = [shown(config, alert, None, now) for alert in over]
        others = shown_heard(heard, (alert for alert in kept if alert.is_open))
        counts = {"opened": len(kept), "lately": over_count, "heard": heard_count}
        return page("alerts.html", opened=opened, lately=lately, heard=others, counts=counts, off=off, now=now)

    async def one(self, request: Request) -> Response:
        """One alert, by its fingerprint, and what happened to it."""
        now, fingerprint = self.around.now(), request.path_params["fingerprint"]
        async with self.around.database().reading() as connection:
            found = await rows.alerts_with(connection, fingerprint)
            happened = await rows.latest_events(connection, fingerprint, MOST_EVENTS)
            _, mute_of = await alerts_and_mutes(self.around, connection)
        if not found:
            return no_such_alert()
        latest = max(found, key=lambda each: each.active_at)
        (alert,) = as_seen([latest], self.around.groups(), self.around.config(), now)
        mute = mute_of(alert) if alert.resolved_at is None else None
        said = shown(self.around.config(), alert, mute, now)
        return page("alert.html", alert=said, events=happened, now=now)


def no_such_alert() -> Response:
    return page("missing.html", 404, what="no such alert", instead="/alerts", there="All alerts")
