"""`/reports`: what communities were told, as the mails were, and `/stop`: a recipient's own link to stop them."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from aggregator.outbox.letter import Letter
from aggregator.reports import subscription_rows
from aggregator.reports.archive_rows import Archived, archived, heads, sendings
from aggregator.reports.planned import OPERATORS
from aggregator.reports.recipients import Subscription
from aggregator.reports.stop_links import subscription_in
from aggregator.rollups.people_rows import key_of_people
from aggregator.web.around import Around
from aggregator.web.fields import fields_of
from aggregator.web.pages import HEADERS, page
from aggregator.web.stop_words import STOP_WORDS

MOST = 200
PAUSE = timedelta(weeks=4)
CHOICES = {"running": ("stop", "pause"), "paused": ("resume", "stop"), "stopped": ("resume",)}
"""What may be done about mails that are so."""
# The mail is shown as it was, styles and all, but nothing in it can run, load or send anything.
MAIL_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    ),
}


@dataclass(frozen=True, slots=True)
class Reports:
    around: Around

    async def every(self, _: Request) -> Response:
        """The latest reports, and how many got them. Nobody's address stands there."""
        async with self.around.database().reading() as connection:
            kept = await heads(connection, MOST)
            told = await sendings(connection, [each.id for each in kept])
        titles = {each.name: each.title for each in self.around.config().communities} | {OPERATORS: "All hubs"}
        rows = [
            (
                each,
                titles.get(each.community, each.community),
                sum(any(state == "sent" for state, _ in one.states) for one in told[each.id]),
                len(told[each.id]),
            )
            for each in kept
        ]
        return page("reports.html", rows=rows)

    async def one(self, request: Request) -> Response:
        """One report, as its HTML part was sent."""
        found = await self._archived(request)
        if found is None:
            return _no_such_report()
        return HTMLResponse(shown(found.letter, self._link()), headers=MAIL_HEADERS)

    async def text(self, request: Request) -> Response:
        """One report, as its text part was sent."""
        found = await self._archived(request)
        if found is None:
            return _no_such_report()
        letter = found.letter
        return PlainTextResponse(letter.text.replace(letter.link_place, self._link()), headers=MAIL_HEADERS)

    async def _archived(self, request: Request) -> Archived | None:
        async with self.around.database().reading() as connection:
            return await archived(connection, request.path_params["id"])

    def _link(self) -> str:
        """In place of each recipient's own."""
        return f"{self.around.config().external_url.rstrip('/')}/reports"


@dataclass(frozen=True, slots=True)
class Stop:
    """The page behind the link in a mail. Whoever has the link may use it: that is all that a mail program knows."""

    around: Around

    async def form(self, request: Request) -> Response:
        """Asks first: programs that look at mails open every link."""
        found = await self._subscription(request)
        return _no_such_link() if found is None else self._page(found)

    async def act(self, request: Request) -> Response:
        """Stops, pauses or resumes. What says nothing of these stops, as a mail program's one click does (RFC 8058)."""
        found = await self._subscription(request)
        if found is None:
            return _no_such_link()
        wanted, now = (await fields_of(request)).get("wanted", "stop"), self.around.now()
        async with self.around.database().writing() as connection:
            match wanted:
                case "pause":
                    await subscription_rows.pause(connection, found.id, now + PAUSE)
                case "resume":
                    await subscription_rows.resume(connection, found.id)
                case _:
                    await subscription_rows.stop(connection, found.id, now)
            after = await subscription_rows.by_id(connection, found.id)
        assert after is not None
        return self._page(after)

    async def _subscription(self, request: Request) -> Subscription | None:
        async with self.around.database().reading() as connection:
            key = await key_of_people(connection, self.around.config().people_key_file)
            name = subscription_in(key, request.path_params["token"])
            return None if name is None else await subscription_rows.by_id(connection, name)

    def _page(self, found: Subscription) -> Response:
        communities = {each.name: each for each in self.around.config().communities}
        community = communities.get(found.community)
        words = STOP_WORDS[community.language if community is not None else "en"]
        title = community.title or community.name if community is not None else found.community
        state = "stopped" if found.stopped_at else "paused" if found.is_quiet(self.around.now()) else "running"
        until = found.paused_until.date().isoformat() if state == "paused" and found.paused_until else ""
        said = words[state].format(title=title or words["all"], until=until)
        return page("stop.html", words=words, said=said, choices=CHOICES[state])


def shown(letter: Letter, link: str) -> str:
    """The HTML part as a page of its own, its pictures in it, and `link` in the place of a recipient's own."""
    html = letter.html.replace(letter.link_place, escape(link))
    for picture in letter.parts.pictures:
        html = html.replace(f"cid:{picture.cid}", f"data:image/png;base64,{base64.b64encode(picture.png).decode()}")
    return html


def _no_such_report() -> Response:
    return page("missing.html", 404, what="no such report", instead="/reports", there="All reports")


def _no_such_link() -> Response:
    return page(
        "missing.html",
        404,
        what="no such link; take it from the mail as a whole",
        instead="/reports",
        there="All reports",
    )
