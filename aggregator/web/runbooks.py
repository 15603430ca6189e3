"""`/runbooks`: what to do about an alert, for whoever is woken by it."""

import re

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from aggregator.rules.shipped import shipped_runbooks
from aggregator.web.pages import page

NAME = re.compile(r"[A-Za-z0-9]{1,100}")


async def index(_: Request) -> Response:
    """Every runbook that comes with Crosshub."""
    return page("runbooks.html", names=sorted(file.stem for file in shipped_runbooks().glob("*.md")))


async def runbook(request: Request) -> Response:
    """One runbook, by the name of its alert."""
    # Runbooks link to each other as files, so that the links hold wherever the files are read.
    name = request.path_params["name"].removesuffix(".md")
    file = shipped_runbooks() / f"{name}.md"
    if not NAME.fullmatch(name) or not file.is_file():
        return page("missing.html", 404, what=f"no runbook called {name}", instead="/runbooks", there="All runbooks")
    text = MarkdownIt("commonmark").enable("table").render(file.read_text(encoding="utf-8"))
    return page("runbook.html", name=name, text=Markup(text))  # noqa: S704 - it is our own file
