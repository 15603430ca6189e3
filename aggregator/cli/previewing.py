"""A report made now from what is kept, and shown: in the terminal, as a file, in a browser."""

import asyncio
import base64
import sys
import tempfile
import webbrowser
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Config
from aggregator.errors import BadQuery, CrosshubError
from aggregator.reports.gathering import Sources, Wanted, community_report, operators_report
from aggregator.reports.periods import Kind, Period, last_period, period_named
from aggregator.reports.planned import OPERATORS, planned
from aggregator.reports.render import addressed, rendered
from aggregator.reports.tongue import LOCALES
from aggregator.reports.values import Links, Rendered, Report
from aggregator.slots.calendars import next_slot
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there


class CannotWrite(CrosshubError):
    """The file cannot be written."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which report: whose, or that of the operators; of which period, or of the last week; in which language.

    `pdf`: also on paper, which takes what not everybody has installed.
    """

    community: str | None
    period: str | None
    language: str | None
    pdf: bool = False


def preview_of(config: Config, choice: Choice, *, by_hand: bool = False) -> Rendered:
    """The mail as it would be made now, or as somebody gets it `by_hand`; raises BadQuery, BadDatabase and NoPdf."""
    community = next((each for each in config.communities if each.name == choice.community), None)
    language = choice.language or (community.language if community is not None else "en")
    if language not in LOCALES:
        raise BadQuery(f"--language: there is no {language!r}; choose one of {', '.join(LOCALES)}")
    now = utc_now()
    period = _period(choice.period, _zone(config, choice.community, community), now)
    wanted = Wanted(
        period, now, _next(config, choice.community, period, now), Links("", config.grafana.public_url or "")
    )
    report = replace(asyncio.run(_report(config, choice.community, wanted)), by_hand=by_hand)
    return addressed(rendered(report, language, csv=True, pdf=choice.pdf), own_link(config))


def own_link(config: Config) -> str:
    """What stands for each recipient's own link to stop, where somebody else looks at a mail."""
    return f"{config.external_url.rstrip('/')}/stop/…"


async def _report(config: Config, community: str | None, wanted: Wanted) -> Report:
    async with database_there(config.database) as database, database.reading() as connection:
        sources = Sources(connection, config)
        if community is None:
            return await operators_report(sources, wanted)
        return await community_report(sources, community, wanted)


def _next(config: Config, community: str | None, period: Period, now: datetime) -> datetime | None:
    """When the next report of that kind is due; None where nobody is to get one."""
    ours = (each for each in planned(config) if (each.community, each.kind) == (community or OPERATORS, period.kind))
    plan = next(ours, None)
    return None if plan is None else next_slot(plan.schedule.calendar, now)


def _zone(config: Config, name: str | None, community: Community | None) -> str:
    """That of its first report, otherwise of its first hub; operators' is UTC."""
    zones = [each.timezone.key for each in (community.reports if community else ()) if each.timezone is not None]
    hubs = (hub for cluster in config.clusters for hub in cluster.hubs)
    return next(iter([*zones, *(hub.timezone.key for hub in hubs if name and hub.community == name)]), "UTC")


def _period(text: str | None, zone: str, now: datetime) -> Period:
    if text is None:
        return last_period(Kind.WEEKLY, zone, now)
    found = period_named(text, zone)
    if found.end > now:
        raise BadQuery(f"--period: {text} is not over yet")
    return found


def print_text(mail: Rendered) -> None:
    """The subject and the text part."""
    print(f"Subject: {mail.subject}\n")
    print(mail.text, end="")


def write_html(mail: Rendered, file: Path) -> None:
    """The HTML part as a page of its own."""
    write_file(file, _page(mail).encode())


def write_attached(mail: Rendered, kind: str, file: Path) -> None:
    """What is attached of that kind: the table of numbers, the pages."""
    write_file(file, next(each.content for each in mail.attachments if each.kind == kind))


def show_html(mail: Rendered) -> None:
    """The HTML part in a browser; where it lies is said, since there may be none."""
    with tempfile.NamedTemporaryFile(prefix="crosshub-report-", suffix=".html", delete=False) as file:
        file.write(_page(mail).encode())
    print(file.name, file=sys.stderr)
    webbrowser.open(Path(file.name).as_uri())


def _page(mail: Rendered) -> str:
    page = mail.html
    for image in mail.images:
        page = page.replace(f"cid:{image.cid}", f"data:image/png;base64,{base64.b64encode(image.png).decode()}")
    return page


def write_file(file: Path, content: bytes) -> None:
    """Writes it; raises CannotWrite."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CannotWrite(f"{file}: {error.strerror}") from None
