"""A finished mail that several people get, and what is kept of it for each of them."""

from dataclasses import dataclass
from datetime import datetime

import msgspec


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the HTML part shows by `cid:`."""

    cid: str
    png: bytes


@dataclass(frozen=True, slots=True)
class File:
    """What is attached; `kind` is its media type."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """What a mail has beside its text and HTML."""

    pictures: tuple[Picture, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, but for what is each recipient's own: where `link_place` stands, their link to stop belongs."""

    subject: str
    text: str
    html: str
    parts: Parts
    link_place: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a letter goes. Of two with one `identity` the second is the same mail again, and has the same Message-ID.

    `list_name` is what its recipients get again and again; `stop_url` stops that for this one, and is empty where there is
    nothing to stop.
    """

    letter: str
    to: str
    subject: str
    at: datetime
    identity: str
    list_name: str
    stop_url: str = ""


def written(addressed: Addressed) -> str:
    """The JSON that is kept in the outbox."""
    return msgspec.json.encode(addressed).decode()


def addressed_in(text: str) -> Addressed:
    """What was written."""
    return msgspec.json.decode(text, type=Addressed)


def parts_text(parts: Parts) -> str:
    """The JSON that is kept beside the letter."""
    return msgspec.json.encode(parts).decode()


def parts_in(text: str) -> Parts:
    """The parts that were kept."""
    return msgspec.json.decode(text, type=Parts)
