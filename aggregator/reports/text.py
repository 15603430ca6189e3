"""The mail as plain text, written by hand from the same words: at most 78 columns, bars as text."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
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
    return "\n".join(_columns(tiles))


def _columns(tiles: Sequence[Tile]) -> Iterator[str]:
    """A label, a number to the right, and the rest to the left; where or when it was below it, if there is no room."""
    rows = [(each.label, each.value, each.change, each.usual) for each in tiles]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(4)]
    for tile, (label, value, change, usual) in zip(tiles, rows, strict=True):
        start = f"  {label:<{widths[0]}}  {value:>{widths[1]}}  "
        rest = (f"{change:<{widths[2]}}  {usual}" if widths[2] else usual).rstrip()
        detail = f"({tile.detail})" if tile.detail else ""
        line = "  ".join(filter(None, (rest, detail)))
        parts = (line,) if len(start) + len(line) <= COLUMNS else filter(None, (rest, detail))
        yield from _hanging(start, *parts)


def _hanging(start: str, *parts: str) -> Iterator[str]:
    """Each part in a line of its own, or in several."""
    wide = COLUMNS - len(start)
    lines = [line for part in parts for line in textwrap.wrap(part, wide, break_on_hyphens=False)] or [""]
    for place, line in enumerate(lines):
        yield f"{' ' * len(start) if place else start}{line}".rstrip()


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
    widths = _widths(cells, len)
    if widths[0] < min(FIRST_COLUMN, max(len(row[0]) for row in cells)):
        widths = _widths(cells, _longest_word)
    for row in cells:
        wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*wrapped, fillvalue=""):
            first, *rest = parts
            line = f"  {first:<{widths[0]}}" + "".join(
                f"  {part:>{width}}" for part, width in zip(rest, widths[1:], strict=True)
            )
            yield line.rstrip()


def _widths(cells: Sequence[tuple[str, ...]], of_head: Callable[[str], int]) -> list[int]:
    """How wide columns are, where a head takes so much of its own; the first has what is left, or what it needs."""
    head, *rows = cells
    others = [max(of_head(head[place]), *(len(row[place]) for row in rows), 1) for place in range(1, len(head))]
    left = COLUMNS - 2 - sum(2 + width for width in others)
    return [max(NARROWEST, min(left, FIRST_COLUMN, max(len(row[0]) for row in cells))), *others]


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _wrapped(text: str, first: str = "", then: str = "") -> str:
    return textwrap.fill(text, COLUMNS, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)
