"""A mail as it is laid out: every word of it, in the order in which it is read, and nothing about how it looks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """One number that matters. `trend` is 1, 0 or -1; None where nothing is compared. `detail` is where or when."""

    label: str
    value: str
    change: str = ""
    usual: str = ""
    detail: str = ""
    trend: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a row of them; `share` of the longest. `note` stands in its place where there is no number."""

    label: str
    value: str
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, the first column of which names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the mail. Those that are `urgent` stand before the numbers."""

    title: str
    lines: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Table | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Mail:
    """All of it. `picture` is what the picture shows, in words; empty where there is none."""

    language: str
    subject: str
    title: str
    dates: str
    lead: tuple[str, ...]
    tiles: tuple[Tile, ...] = ()
    bars_title: str = ""
    bars: tuple[Bar, ...] = ()
    sections: tuple[Section, ...] = ()
    picture: str = ""
    caption: str = ""
    foot: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
