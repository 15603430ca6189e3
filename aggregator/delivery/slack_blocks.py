"""A notice or a page as Slack's Block Kit, within what Slack takes, and with nothing in it that a stranger's name does."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.delivery.wording import REPEAT, headline, held, left_out, plain, titled, when
from aggregator.outbox.notice import Item, Link, Notice, Page

Block = dict[str, Any]

# Slack takes 50 blocks, and about 13,200 characters of all blocks together, which it does not document.
MOST_BLOCKS = 45
MOST_CHARACTERS = 11_000
# What the lines about that which is left out, and about a repeat, take of them.
SPARE_BLOCKS = 3
SPARE_CHARACTERS = 1_000
MOST_OF_A_SECTION = 3000
MOST_EVIDENCE = 6
MOST_LINKS = 4
LONGEST_LINK = 700
MOST_ENTRIES = 8

CIRCLES = {
    "page": ":red_circle:", "critical": ":red_circle:",
    "ticket": ":large_orange_circle:", "warning": ":large_orange_circle:",
    "info": ":large_blue_circle:",
}  # fmt: skip
OVER, ACCESS, OTHER = ":large_green_circle:", ":unlock:", ":red_circle:"

# Slack has no way to escape these, so others that look like them stand in their place.
LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
EDGE_OF_ITALICS = re.compile(r"(?<!\w)_|_(?!\w)")


@dataclass(frozen=True, slots=True)
class SlackText:
    """Blocks, and the text that stands in notifications and where blocks are not shown."""

    blocks: tuple[Block, ...]
    text: str


def slack_text(said: Notice | Page, list_url: str) -> SlackText:
    """The message in Slack's form; `list_url` is where all alerts are that do not fit in."""
    parts = _notice_parts(said) if isinstance(said, Notice) else _page_parts(said)
    blocks, shown = _as_many_as_fit(parts)
    if missing := left_out(parts, shown):
        more = f"{missing} {_link(Link('See all of them', list_url))}"
        blocks.append(_context(more))
    if said.may_be_repeat:
        blocks.append(_context(f":repeat: {REPEAT}"))
    repeat = " (possible repeat)" if said.may_be_repeat else ""
    return SlackText(tuple(blocks), f"{escaped(headline(said))}{repeat}")


def resolved_text(notice: Notice) -> str:
    """A line for the thread of a group's message, which says what changed."""
    shown = notice.items[:10]
    lines = [
        "\n".join([f"{_circle(item)} *{_title(item)}* {escaped(when(item, notice))}", *_why_over(item)])
        for item in shown
    ]
    more = left_out(notice.items, len(shown))
    repeat = [f":repeat: {REPEAT}"] if notice.may_be_repeat else []
    return "\n".join([*lines, *([more] if more else []), *repeat])


def escaped(text: str) -> str:
    """Text without any meaning to Slack: no mention, link or style comes of it."""
    return _entities(EDGE_OF_ITALICS.sub("ˍ", text.translate(LOOKALIKES)))


def with_code(text: str) -> str:
    """The same, but pairs of backticks stay: they set what is between them apart, and nothing else."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escaped(text)
    return "`".join(_entities(piece) if number % 2 else escaped(piece) for number, piece in enumerate(pieces))


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _notice_parts(notice: Notice) -> list[list[Block]]:
    return [_item(item, notice) for item in notice.items]


def _item(item: Item, notice: Notice) -> list[Block]:
    severity = f" — {escaped(plain(item.severity, 30))}" if item.severity and item.status == "firing" else ""
    lines = [f"{_circle(item)} *{_title(item)}*{severity}", escaped(when(item, notice))]
    lines += [escaped(text) for text in (held(item),) if text]
    lines += _evidence(item)
    lines += [more for more in (left_out(item.evidence, min(MOST_EVIDENCE, len(item.evidence))),) if more]
    lines += [with_code(text) for text in (plain(item.text, 500),) if text]
    return [_section(_fitting(lines)), *_links(item.links)]


def _evidence(item: Item) -> list[str]:
    return [f"• {with_code(plain(each, 200))}" for each in item.evidence[:MOST_EVIDENCE]]


def _why_over(item: Item) -> list[str]:
    return _evidence(item) if item.status == "resolved" else []


def _page_parts(page: Page) -> list[list[Block]]:
    """Paragraphs, entries that follow one another in one block."""
    runs: list[list[str]] = [[f"*{escaped(titled(page.subject))}*"]]
    for line in filter(None, (plain(line, 600) for line in page.lines)):
        if line.startswith("• ") and runs[-1][-1].startswith("• ") and len(runs[-1]) < MOST_ENTRIES:
            runs[-1].append(with_code(line))
        else:
            runs.append([with_code(line)])
    return [*([_section(_fitting(run))] for run in runs), *([block] for block in _links(page.links))]


def _as_many_as_fit(parts: Sequence[Sequence[Block]]) -> tuple[list[Block], int]:
    blocks: list[Block] = []
    room = MOST_CHARACTERS - SPARE_CHARACTERS
    for number, part in enumerate(parts):
        room -= len(json.dumps(part, ensure_ascii=False))
        if room < 0 or len(blocks) + len(part) > MOST_BLOCKS - SPARE_BLOCKS:
            return blocks, number
        blocks += part
    return blocks, len(parts)


def _fitting(lines: Sequence[str]) -> str:
    """As many of the lines as a section takes. Lines are left out whole, so that nothing escaped is cut through."""
    taken: list[str] = []
    room = MOST_OF_A_SECTION - 2
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*taken, "…"])
        taken.append(line)
    return "\n".join(taken)


def _circle(item: Item) -> str:
    if item.status == "resolved":
        return OVER
    return ACCESS if ("kind", "access") in item.labels else CIRCLES.get(item.severity, OTHER)


def _title(item: Item) -> str:
    title = escaped(titled(item.title, 200))
    return f"{title}." if item.status == "resolved" else title


def _links(links: Sequence[Link]) -> list[Block]:
    written = [text for text in map(_link, links) if len(text) <= LONGEST_LINK][:MOST_LINKS]
    return [_context(" · ".join(written))] if written else []


def _link(link: Link) -> str:
    # A bar or a bracket in the URL would end it, or begin what a stranger wants to be shown.
    url = link.url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{url}|{escaped(titled(link.text, 60))}>"


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    # Verbatim: a name that looks like an address or a channel does not become a link to it.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
