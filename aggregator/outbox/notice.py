"""What a message about alerts says, before any channel has given it its form."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from aggregator.series import Labels

Status = Literal["firing", "resolved"]


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go on from here: the runbook, Grafana, the form of a silence."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """One alert of a notice. Names from outside stand in it as they are: each channel escapes them its own way.

    `title` is a sentence without its full stop: "University of Lisbon (lisbon/prod) is down". `text` says more, or
    nothing. `held` says why it is not known whether it is over.
    """

    fingerprint: str
    status: Status
    labels: Labels
    annotations: Labels
    title: str
    since: datetime
    until: datetime | None = None
    text: str = ""
    severity: str = ""
    evidence: tuple[str, ...] = ()
    people: int | None = None
    held: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """The alerts of one group as a receiver is told of them, those that fire first.

    `group_key` is the same for all notices of a group; `labels` are those it is grouped by. `reason` says why it is told
    now, in Alertmanager's words. `at` is when this was decided, `zone` the time zone its reader thinks in.
    """

    group_key: str
    receiver: str
    labels: Labels
    status: Status
    reason: str
    at: datetime
    zone: str
    items: tuple[Item, ...]
    may_be_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A message that is text, not alerts: the digest of a morning, a word about a receiver that refuses us.

    `lines` are paragraphs and list entries; what begins with "• " is an entry.
    """

    subject: str
    lines: tuple[str, ...]
    at: datetime
    links: tuple[Link, ...] = ()
    may_be_repeat: bool = False


def written(said: Notice | Page) -> str:
    """The JSON that is kept in the outbox."""
    return msgspec.json.encode(said).decode()


def notice_in(text: str) -> Notice:
    """The notice that was written."""
    return msgspec.json.decode(text, type=Notice)


def page_in(text: str) -> Page:
    """The page that was written."""
    return msgspec.json.decode(text, type=Page)
