"""Grafana's variables in an expression, with something in their place that PromQL's parser takes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

_VARIABLE = r"(?:\$\{\w+[^}]*\}|\[\[\w+(?:[.:][^\]]*)?\]\]|\$\w+)"
_PIECE = re.compile(
    rf"""
      (?P<kept>     "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | \#[^\n]* | \s+ )
    | (?P<word>     (?:[\w:.]|{_VARIABLE})+ )
    | (?P<sign>     [-+*/%^=!<>~]+ )
    | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_RANGE = re.compile(rf"(?:[\w.]|{_VARIABLE})+")
_HAS_VARIABLE = re.compile(_VARIABLE)
_NAME = re.compile(r"\$\{?(\w+)|\[\[(\w+)")
_LISTS = frozenset("by without on ignoring group_left group_right".split())
_OPENS, _CLOSES, _QUOTES, _SIGNS = tuple("([{"), tuple(")]}"), tuple("\"'`"), ("+", "-")
_HAS_CLAUSE = re.compile(r"\(|(?:by|without)\b", re.IGNORECASE)
_QUANTITY = re.compile(r"[\d.]*(?:ms|[smhdwy])?")
_MOST_TRIES = 64

NUMBER, DURATION, TEXT = "1", "5m", '"x"'
_FUNCTIONS = ("sum", "rate", "abs")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an expression as it is written, and as the parser is shown it."""

    written: str
    shown: str

    @property
    def number(self) -> str:
        """The variable that is taken for a number, if one is."""
        called = _NAME.match(self.written)
        return (called[1] or called[2]) if called is not None and self.shown == NUMBER else ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text in the place of what is from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Masked:
    """An expression in pieces. `text` is what the parser is shown."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.shown for piece in self.pieces)

    @property
    def numbers(self) -> frozenset[str]:
        """The variables that are taken for numbers."""
        return frozenset(piece.number for piece in self.pieces) - {""}

    def edited(self, edits: Sequence[Edit]) -> tuple[str, str]:
        """What is written and what is shown, with texts in the place of parts of what is shown."""
        waiting = sorted(edits, key=lambda edit: edit.start)
        written, shown, at = "", "", 0
        for piece in (*self.pieces, Piece("", "")):
            end = at + len(piece.shown)
            mine = [edit for edit in waiting if edit.start < end or not piece.shown]
            waiting = waiting[len(mine) :]
            put = _put(piece.shown, at, mine)
            # A stand-in is never cut: nothing is put in but before or behind names.
            written += put if piece.written == piece.shown else "".join(each.text for each in mine) + piece.written
            shown, at = shown + put, end
        return written, shown


def _put(text: str, at: int, edits: Sequence[Edit]) -> str:
    """A text that begins at a place, edited."""
    made, done = "", at
    for edit in edits:
        made += text[done - at : edit.start - at] + edit.text
        done = edit.end
    return made + text[done - at :]


def masked(text: str, metrics: frozenset[str] = frozenset()) -> Iterator[Masked]:
    """The ways in which the expression may be meant, the likeliest first. `metrics` are variables that name some."""
    parts = list(_parts(text, metrics))
    for ways in islice(product(*(ways for _, ways in parts)), _MOST_TRIES):
        yield Masked(tuple(Piece(written, shown) for (written, _), shown in zip(parts, ways, strict=True)))


@dataclass(frozen=True, slots=True)
class _Around:
    """What is written before and behind a piece, and the innermost bracket that it stands in."""

    before: str
    after: str
    inside: str


def _parts(text: str, metrics: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each piece, and what may stand in its place."""
    at, count, before = 0, 0, ""
    opened = [""]
    while at < len(text):
        piece = _piece(text, at, in_range=opened[-1] == "[")
        at += len(piece)
        if piece.isspace() or piece.startswith("#"):
            yield piece, (piece,)
            continue
        if piece in _OPENS:
            opened.append("list" if piece == "(" and before in _LISTS else piece)
        elif piece in _CLOSES and len(opened) > 1:
            opened.pop()
        if piece[0] in _QUOTES or not _HAS_VARIABLE.search(piece):
            yield piece, (piece,)
        else:
            count += 1
            around = _Around(before, text[at:].lstrip(), opened[-1])
            yield piece, _ways(piece, f"stand_in_{count}", around, metrics)
        before = "offset" if before == "offset" and piece in _SIGNS else piece.lower()


def _piece(text: str, at: int, *, in_range: bool) -> str:
    """In brackets, a colon is between the range and the step, and no part of a name."""
    if in_range and text[at] == ":":
        return ":"
    found = (_IN_RANGE.match(text, at) if in_range else None) or _PIECE.match(text, at)
    assert found is not None
    return found[0]


def _ways(piece: str, name: str, around: _Around, metrics: frozenset[str]) -> tuple[str, ...]:
    before, after = around.before, around.after
    if around.inside == "[" or before == "offset":
        return (DURATION,)
    if before == "@":
        return (NUMBER,)
    if around.inside == "list" or after.startswith(("{", "[")):
        return (name,)
    if around.inside == "{":
        if before.endswith(("=", "~")):
            return (TEXT,)
        return (name,) if after.startswith(("=", "!")) else (f'{name}="x"',)
    if _HAS_CLAUSE.match(after):
        return _FUNCTIONS
    rest = _HAS_VARIABLE.sub("", piece)
    if rest:
        return (NUMBER,) if _QUANTITY.fullmatch(rest) else (name,)
    called = _NAME.match(piece)
    variable = "" if called is None else called[1] or called[2]
    return (name, NUMBER) if variable in metrics else (NUMBER, name)
