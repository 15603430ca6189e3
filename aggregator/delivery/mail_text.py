"""A notice or a page as a mail: headers, text and a little HTML that reads well without images or colours."""

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from aggregator.delivery.wording import REPEAT, headline, held, left_out, plain, titled, when
from aggregator.outbox.notice import Item, Link, Notice, Page

COLUMNS = 76
# Not every server takes eight bits.
POLICY = SMTP.clone(cte_type="7bit")
# Some readers cut off what is larger than about 100 KB.
MOST_ITEMS = 20
MOST_LINES = 300
MOST_EVIDENCE = 6


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom to whom it goes, and by what it is known: its key, and the lane that is its thread."""

    sender: str
    recipient: str
    key: str
    lane: str


@dataclass(frozen=True, slots=True)
class Part:
    """One alert, in words. `status` and `severity` choose its colour, which says nothing that the words do not.

    `then` follows the entries: what it means, and what to do next.
    """

    status: str
    severity: str
    title: str
    sentences: tuple[str, ...]
    entries: tuple[str, ...]
    links: tuple[Link, ...]
    then: str = ""


def mail(said: Notice | Page, envelope: Envelope, list_url: str) -> EmailMessage:
    """The mail to one recipient. Its `Message-ID` is the same however often it is sent."""
    message = EmailMessage(policy=POLICY)
    name, address = parseaddr(envelope.sender)
    domain = address.rpartition("@")[2]
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=envelope.recipient)
    message["Subject"] = headline(said)
    message["Date"] = format_datetime(said.at)
    message["Message-ID"] = f"<{_digest(envelope.key, envelope.recipient)}@{domain}>"
    # What never was sent is the root of the thread: readers put together what refers to the same.
    thread = f"<{_digest('thread', envelope.lane, envelope.recipient)}@{domain}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    parts, more = _parts(said)
    message.set_content(_text(said, parts, more, list_url))
    page = _template().render(
        subject=headline(said), parts=parts, more=more, list_url=list_url, repeat=REPEAT if said.may_be_repeat else ""
    )
    message.add_alternative(page, subtype="html")
    return message


def _parts(said: Notice | Page) -> tuple[tuple[Part, ...], str]:
    """What it consists of, and how much is left out of it."""
    if isinstance(said, Page):
        shown = [_bare(line, 1000) for line in said.lines[:MOST_LINES]]
        parts = tuple(_paragraph(line) for line in shown)
        return (*parts, *((Part("", "", "", (), (), said.links),) if said.links else ())), left_out(
            said.lines, len(shown)
        )
    items = said.items[:MOST_ITEMS]
    return tuple(_part(item, said) for item in items), left_out(said.items, len(items))


def _paragraph(line: str) -> Part:
    is_entry = line.startswith("• ")
    return Part("", "", "", () if is_entry else (line,), (line[2:],) if is_entry else (), ())


def _part(item: Item, notice: Notice) -> Part:
    entries = [_bare(each, 200) for each in item.evidence[:MOST_EVIDENCE]]
    more = left_out(item.evidence, MOST_EVIDENCE) if len(item.evidence) > MOST_EVIDENCE else ""
    return Part(
        status=item.status,
        severity=plain(item.severity, 30) if item.status == "firing" else "",
        title=titled(item.title),
        sentences=tuple(filter(None, (when(item, notice), held(item)))),
        entries=(*entries, *((more,) if more else ())),
        links=item.links,
        then=_bare(item.text, 500),
    )


def _bare(text: str, most: int) -> str:
    """Without backticks, which mean something to Slack only."""
    return plain(text.replace("`", ""), most)


def _text(said: Notice | Page, parts: Sequence[Part], more: str, list_url: str) -> str:
    blocks = [_wrapped(REPEAT)] if said.may_be_repeat else []
    blocks += [_wrapped(headline(said))] if isinstance(said, Page) else []
    blocks += [_part_text(part) for part in parts]
    blocks += [f"{more} See all of them: {list_url}"] if more else []
    text = "\n\n".join(blocks)
    return f"{text}\n"


def _part_text(part: Part) -> str:
    title = f"{part.title} ({part.severity or part.status})" if part.title else ""
    lines = [_wrapped(line) for line in (title, *part.sentences) if line]
    lines += [_wrapped(entry, "  - ", "    ") for entry in part.entries]
    lines += [_wrapped(part.then)] if part.then else []
    return "\n".join([*lines, *(f"{plain(link.text)}: {link.url}" for link in part.links)])


def _wrapped(text: str, first: str = "", then: str = "") -> str:
    return textwrap.fill(
        text, COLUMNS, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@cache
def _template() -> Template:
    loader = PackageLoader("aggregator.delivery")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("notice.html")
