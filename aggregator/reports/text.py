"""The mail as plain text, written by hand from the same words: at most 78 columns, bars as text."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from aggregator.reports.layout import Bar, Mail, Section, Table, Tile

COLUMNS = 78
BAR, LONGEST_BAR = "█", 30
FIRST_COLUMN, NARROWEST = 30, 8


def text_of(mail: Mail) -> str:
    """The text part. A link is longer than a line where it has to be."""
    urgent, others = ([each for each in mail.sections if each.urgent is wanted] for wanted in (True, False))
    blocks = [_head(mail), "\n".join(map(_wrapped, mail.lead)), *map(_section, urgent)]
    blocks += [_tiles(mail.tiles), _bars(mail.bars_title, mail.bars), *map(_section, others)]
    foot = [_wrapped(each) for each in mail.foot] + [f"{each.text}: {each.url}" for each in mail.links]
    blocks.append("\n".join(["--", *foot]))
    return "\n\n".join(filter(None, blocks)) + "\n"


def _head(mail: Mail) -> str:
    title = textwrap.wrap(mail.title, COLUMNS - len(mail.dates) - 2, break_on_hyphens=False)
    first = f"{title[0]}{mail.dates.rjust(COLUMNS - len(title[0]))}"
    return "\n".join([first, *title[1:]])


def _tiles(tiles: Sequence[Tile]) -> str:
    return "\n".join(_columns([(each.label, each.value, each.change, _beside(each)) for each in tiles]))


def _beside(tile: Tile) -> str:
    return f"{tile.usual}  ({tile.detail})".strip() if tile.detail else tile.usual


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """A label, a number to the right, and the rest to the left; what is too long for its line goes on below it."""
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(4)]
    for label, value, change, usual in rows:
        start = f"  {label:<{widths[0]}}  {value:>{widths[1]}}  "
        rest = f"{change:<{widths[2]}}  {usual}" if widths[2] else usual
        yield from _hanging(start, rest.rstrip())


def _hanging(start: str, rest: str) -> list[str]:
    if len(start) + len(rest) <= COLUMNS:
        return [f"{start}{rest}".rstrip()]
    return textwrap.wrap(rest, COLUMNS, initial_indent=start, subsequent_indent=" " * len(start)) or [start.rstrip()]


def _bars(title: str, bars: Sequence[Bar]) -> str:
    if not bars:
        return ""
    label, value = (
        max(len(text) for text in column) for column in zip(*((b.label, b.value) for b in bars), strict=True)
    )
    lines = [f"  {_bar(each, label, value)}" for each in bars]
    return "\n".join([title, *lines])


def _bar(bar: Bar, label: int, value: int) -> str:
    length = max(1, round(bar.share * LONGEST_BAR)) if bar.share else 0
    return f"{bar.label:<{label}}  {bar.value:>{value}}  {BAR * length}{'  ' if length and bar.note else ''}{bar.note}".rstrip()


def _section(section: Section) -> str:
    lines = [f"! {section.title}" if section.urgent else section.title]
    if section.table is not None:
        lines += _table(section.table)
    lines += [_wrapped(each, "  - ", "    ") for each in section.items]
    lines += [_wrapped(each, "  ", "  ") for each in section.lines]
    return "\n".join(lines)


def _table(table: Table) -> Iterator[str]:
    """Columns as wide as they need to be; a name that is too long takes several lines, and so does a head."""
    cells = [table.head, *table.rows]
    others = [
        max(_longest_word(table.head[place]), *(len(row[place]) for row in table.rows), 1)
        for place in range(1, len(table.head))
    ]
    left = COLUMNS - 2 - sum(2 + width for width in others)
    widths = [max(NARROWEST, min(left, FIRST_COLUMN, max(len(row[0]) for row in cells))), *others]
    for row in cells:
        wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*wrapped, fillvalue=""):
            first, *rest = parts
            line = f"  {first:<{widths[0]}}" + "".join(
                f"  {part:>{width}}" for part, width in zip(rest, widths[1:], strict=True)
            )
            yield line.rstrip()


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _wrapped(text: str, first: str = "", then: str = "") -> str:
    return textwrap.fill(text, COLUMNS, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)
