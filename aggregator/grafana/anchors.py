"""Where in the text of an expression something can be put in: at its selectors, its aggregations and its `on` clauses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.grafana.stand_ins import Edit
from aggregator.promql.functions import OPERATORS

_TOKEN = re.compile(
    r"""
      (?P<skipped>  \s+ | \#[^\n]* )
    | (?P<text>     "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` )
    | (?P<number>   (?:0x[\da-f]+ | (?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?:ms|[smhdwy])?(?:\d+(?:ms|[smhdwy]))*)(?!\w) )
    | (?P<name>     [a-z_:][\w:]* )
    | (?P<sign>     [=!<>]= | . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CLAUSES = frozenset("by without on ignoring group_left group_right".split())
_WORDS = _CLAUSES | frozenset("bool offset and or unless atan2 inf nan".split())
_ARITHMETIC = frozenset("+-*/%^")
_OPERATORS = _ARITHMETIC | frozenset(("<", ">", "<=", ">=", "==", "!="))
_CLOSES = {"(": ")", "{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place, and what goes before and behind what is put in there."""

    at: int
    before: str = ""
    after: str = ""

    def edit(self, text: str) -> Edit:
        return Edit(self.at, self.at, f"{self.before}{text}{self.after}")


@dataclass(frozen=True, slots=True)
class Call:
    """The word `scalar`, and the ends of the operators right before and right behind the call, where they are."""

    start: int
    end: int
    before: int | None
    behind: int | None


@dataclass(frozen=True, slots=True)
class Anchors:
    """Each in the order in which they are written."""

    selectors: tuple[Anchor, ...]
    aggregations: tuple[Anchor, ...]
    matchings: tuple[Anchor, ...]
    scalars: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def anchors(text: str) -> Anchors:
    """The places of an expression that the parser takes."""
    tokens = [each for each in _tokens(text) if each.kind != "skipped"]
    pairs = _pairs(tokens)
    code = [at for at in range(len(tokens)) if not _is_inside_list(tokens, pairs, at)]
    return Anchors(
        tuple(_selectors(tokens, code)),
        tuple(_aggregation(tokens, pairs, at) for at in code if _is_aggregation(tokens, at)),
        tuple(_listed(tokens, at + 1) for at in code if _is_clause(tokens, at, "on")),
        tuple(_scalar(tokens, pairs, at) for at in code if _is_clause(tokens, at, "scalar")),
    )


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        yield _Token(found.lastgroup or "", found[0], found.start(), found.end())


def _pairs(tokens: Sequence[_Token]) -> dict[int, int]:
    """The place of the closing bracket, by that of the opening one."""
    opened: list[int] = []
    pairs = {}
    for at, token in enumerate(tokens):
        if token.kind == "sign" and token.text in _CLOSES:
            opened.append(at)
        elif token.kind == "sign" and token.text in _CLOSES.values() and opened:
            pairs[opened.pop()] = at
    return pairs


def _is_inside_list(tokens: Sequence[_Token], pairs: dict[int, int], at: int) -> bool:
    """Whether a token is among the labels of a clause or of a selector, or in a range."""
    return any(
        start < at < end
        and (
            tokens[start].text in ("{", "[")
            or (tokens[start].text == "(" and start > 0 and _is(tokens[start - 1], _CLAUSES))
        )
        for start, end in pairs.items()
    )


def _is(token: _Token, words: frozenset[str]) -> bool:
    return token.kind == "name" and token.text.lower() in words


def _text_at(tokens: Sequence[_Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def _is_clause(tokens: Sequence[_Token], at: int, *words: str) -> bool:
    return _is(tokens[at], frozenset(words)) and _text_at(tokens, at + 1) == "("


def _is_aggregation(tokens: Sequence[_Token], at: int) -> bool:
    after = _text_at(tokens, at + 1).lower()
    return _is(tokens[at], frozenset(OPERATORS)) and after in ("(", "by", "without")


def _selectors(tokens: Sequence[_Token], code: Sequence[int]) -> Iterator[Anchor]:
    for at in code:
        token, after = tokens[at], _text_at(tokens, at + 1)
        if token.text == "{" and token.kind == "sign":
            yield _listed(tokens, at)
        elif _is_metric(tokens, at) and after != "{":
            yield Anchor(token.end, "{", "}")


def _is_metric(tokens: Sequence[_Token], at: int) -> bool:
    token, after = tokens[at], _text_at(tokens, at + 1)
    return token.kind == "name" and after != "(" and not _is(token, _WORDS) and not _is_aggregation(tokens, at)


def _aggregation(tokens: Sequence[_Token], pairs: dict[int, int], at: int) -> Anchor:
    """The labels of its clause, before or behind what is aggregated; or where one would stand."""
    if _is_clause(tokens, at + 1, "by", "without"):
        return _listed(tokens, at + 2)
    behind = pairs[at + 1] + 1
    if behind < len(tokens) and _is_clause(tokens, behind, "by", "without"):
        return _listed(tokens, behind + 1)
    return Anchor(tokens[at].end, " by (", ") " if tokens[at + 1].start == tokens[at].end else ")")


def _scalar(tokens: Sequence[_Token], pairs: dict[int, int], at: int) -> Call:
    before = tokens[at - 1] if at > 0 else None
    is_operand = before is not None and (before.text in _OPERATORS or before.text.lower() == "bool")
    behind = pairs[at + 1] + 1
    is_left = _text_at(tokens, behind) in _ARITHMETIC
    return Call(
        tokens[at].start,
        tokens[at].end,
        before.end if before is not None and is_operand else None,
        tokens[behind].end if is_left else None,
    )


def _listed(tokens: Sequence[_Token], at: int) -> Anchor:
    """Right behind an opening bracket."""
    return Anchor(tokens[at].end, "", "" if _text_at(tokens, at + 1) in (")", "}") else ", ")
