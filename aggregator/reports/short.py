"""A report as a short message, for a community's Slack: the subject, the sentence, the numbers, and where the rest is."""

from collections.abc import Iterator

from aggregator.outbox.notice import Link, Page
from aggregator.reports.laid_out import laid_out
from aggregator.reports.layout import Mail, Tile
from aggregator.reports.tongue import tongue
from aggregator.reports.values import STOP_LINK, Report


def short(report: Report, language: str) -> Page:
    """The message."""
    mail = laid_out(report, tongue(language))
    links = tuple(Link(each.text, each.url) for each in mail.links if each.url != STOP_LINK)
    return Page(mail.subject, tuple(_lines(mail)), report.made_at, links)


def _lines(mail: Mail) -> Iterator[str]:
    yield from mail.lead
    for section in mail.sections:
        if section.urgent:
            yield section.title
            yield from (f"• {each}" for each in (*section.items, *section.lines))
    yield from (f"• {_tile(each)}" for each in mail.tiles)


def _tile(tile: Tile) -> str:
    beside = ", ".join(filter(None, (tile.change, tile.usual, tile.detail)))
    return f"{tile.label}: {tile.value}" + (f" ({beside})" if beside else "")
