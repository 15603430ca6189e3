"""A page of HTML out of a template, with headers that let a browser do nothing but show it."""

from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from aggregator.notify.wording import count_of, length

# Names and texts come from hubs: whatever slipped through the escaping could load and run nothing.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(template: str, status: int = 200, **values: object) -> Response:
    """The page; every value is escaped."""
    return HTMLResponse(_templates.get_template(template).render(values), status, HEADERS)


def moment(instant: datetime) -> str:
    """An instant as a page says it."""
    return f"{instant.astimezone(UTC):%a %-d %b %Y, %H:%M} UTC"


def with_code(text: str) -> Markup:
    """The text, what stands between two backticks set apart as code; all of it is escaped."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    odd = Markup("<code>{}</code>")
    return Markup("").join(odd.format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces))


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("aggregator.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"moment": moment, "span": length, "count_of": count_of, "with_code": with_code}
    return made


_templates = _environment()
