"""`/silences`, and the form of a silence for an alert: what is to be silent, for how long, and why."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.clusters.faults import Unfit
from aggregator.clusters.values import Config
from aggregator.events import rows
from aggregator.events.values import Alert
from aggregator.notify import silence_rows
from aggregator.notify.matching import condition_text, fulfils
from aggregator.notify.silences import Silence
from aggregator.web.alerts import MOST, no_such_alert
from aggregator.web.around import Around
from aggregator.web.fields import fields_of
from aggregator.web.pages import page

LENGTHS = {
    "1h": ("1 hour", timedelta(hours=1)),
    "4h": ("4 hours", timedelta(hours=4)),
    "1d": ("1 day", timedelta(days=1)),
    "1w": ("1 week", timedelta(weeks=1)),
}
PROPOSED = ("alertname", "cluster", "namespace")
"""What a silence for an alert is proposed to match: the same alert at the same place."""
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody wrote into the form; `fault` is what is wrong with it."""

    matchers: str
    length: str = "1h"
    author: str = ""
    reason: str = ""
    fault: str = ""
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Silences:
    around: Around

    async def every(self, _: Request) -> Response:
        """The silences, those that are not over first, the latest first."""
        now = self.around.now()
        async with self.around.database().reading() as connection:
            kept, count = await silence_rows.latest_silences(connection, now, MOST)
        rows_of_page = [(each, ", ".join(map(condition_text, each.matchers))) for each in kept]
        return page("silences.html", silences=rows_of_page, count=count, now=now)

    async def form(self, request: Request) -> Response:
        """The form, with what an alert is known by already in it."""
        alert = await self._alert(request)
        if alert is None:
            return no_such_alert()
        text = proposed(alert)
        return await self._shown(alert, Form(text, conditions=conditions_in(text)))

    async def add(self, request: Request) -> Response:
        """Keeps what the form says, and shows all silences; or the form again, with what is wrong."""
        if not is_our_own(request, self.around.config()):
            return _not_from_here()
        alert, form = await self._alert(request), form_of(await fields_of(request))
        if alert is None:
            return no_such_alert()
        if form.fault:
            return await self._shown(alert, form, 400)
        async with self.around.database().writing() as connection:
            await silence_rows.add(connection, silence_of(form, secrets.token_hex(4), self.around.now()))
        return RedirectResponse("/silences", 303)

    async def end(self, request: Request) -> Response:
        """Ends a silence."""
        if not is_our_own(request, self.around.config()):
            return _not_from_here()
        async with self.around.database().writing() as connection:
            await silence_rows.expire(connection, request.path_params["id"], self.around.now())
        return RedirectResponse("/silences", 303)

    async def _alert(self, request: Request) -> Alert | None:
        async with self.around.database().reading() as connection:
            found = await rows.alerts_with(connection, request.path_params["fingerprint"])
        return found[0] if found else None

    async def _shown(self, alert: Alert, form: Form, status: int = 200) -> Response:
        async with self.around.database().reading() as connection:
            kept = await rows.alerts(connection)
        opened = [each for each in kept if each.is_open]
        matched = [each for each in opened if form.conditions and fulfils(dict(each.labels), form.conditions)]
        return page(
            "silence.html", status, alert=alert, form=form, lengths=LENGTHS, matched=matched[-MOST:], count=len(matched)
        )


def proposed(alert: Alert) -> str:
    """The matchers that a silence for an alert begins with, as they are written in the form."""
    named = ((name, alert.label(name)) for name in PROPOSED)
    return "\n".join(condition_text(Condition(name, "=", value)) for name, value in named if value)


def conditions_in(text: str) -> tuple[Condition, ...]:
    """The matchers in a text, one a line; a ValueError or Unfit says what is wrong with it."""
    return tuple(parse_condition(line) for line in text.splitlines() if line.strip())


def form_of(fields: Mapping[str, str]) -> Form:
    """What was written, and what is wrong with it."""
    given = {name: text.strip()[:LONGEST] for name, text in fields.items()}
    written = Form(given.get("matchers", ""), given.get("length", ""), given.get("author", ""), given.get("reason", ""))
    try:
        conditions = conditions_in(written.matchers)
    except Unfit as error:
        return replace(written, fault=f"A matcher {error}")
    except ValueError:
        return replace(written, fault='A matcher is written as cluster="lisbon", each on a line of its own.')
    faults = {
        "One of the matchers must not match what has no such label: everything would be silent.": fulfils(
            {}, conditions
        ),
        "Say for how long.": written.length not in LENGTHS,
        "Say who you are: others will ask.": not written.author,
        "Say why: others will wonder.": not written.reason,
    }
    return replace(written, conditions=conditions, fault=next((words for words, wrong in faults.items() if wrong), ""))


def silence_of(form: Form, name: str, now: datetime) -> Silence:
    """The silence that a form without faults asks for, from now on."""
    until = now + LENGTHS[form.length][1]
    return Silence(name, form.conditions, now, until, form.author, form.reason, now)


def is_our_own(request: Request, config: Config) -> bool:
    """Whether a page of ours sent this form: a browser in here that visits another site could be made to send one."""
    origin = request.headers.get("origin")
    ours = {urlsplit(config.external_url).netloc, f"{config.listen.host}:{config.listen.port}"}
    return origin is None or urlsplit(origin).netloc in ours


def _not_from_here() -> Response:
    what = "no silence that another site may ask for; open this page at external_url of the configuration"
    return page("missing.html", 403, what=what, instead="/alerts", there="All alerts")
