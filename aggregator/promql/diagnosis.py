"""What is wrong with a text that is not PromQL, and where: the parser itself tells few positions, and often no reason."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from aggregator.errors import BadExpression, TooComplex
from aggregator.promql.parse import parse

LONGEST = 4096
"""Longer texts are not tried piece by piece."""
# Nothing, or something that says no more than that it was not understood where it stands.
VAGUE = ("invalid promql query", "the parser cannot read this query", "unclosed left parenthesis", "unexpected ")
# What is said of a text whose grammar is right.
OF_TYPES = (
    "expected ", "unknown function", "binary expression", "set operator", "vector matching", "comparisons between",
    "unary expression", "illegal regex", "wrong number of arguments",
)  # fmt: skip
NAMED = re.compile(r"'([^']+)'|(?:syntax: |quoted string )(\S+)$|illegal regex for (.+)$")
PLACED = re.compile(r"(\d+:\d+): (?:parse error: )?(.*)", re.DOTALL)
TOKEN = re.compile(
    r"""\s+|\#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|[\w:.]+|[=!<>]=|=~|!~|.""", re.DOTALL | re.ASCII
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
# What could stand next, wherever a text breaks off; and what may have to follow the innermost bracket when it is closed.
NEXT = (
    "", "x", "1", "5m", "(x)", "x[5m]", "[5m]", "[5m:1m]", "5m:1m", ":1m", ":", '"a"', 'a="b"', '="b"', "start()", "()", "by (a) (x)",
    "(a) (x)",
)  # fmt: skip
AFTER = ("", "x", "(x)", " x[5m]")


def diagnosis(text: str, fault: BadExpression) -> str:
    """The words of a fault on one line, with `line:column` in front where that can be had."""
    said = str(fault)
    if (placed := PLACED.fullmatch(said)) is not None:
        return f"{placed[1]}: {_one_line(placed[2])}"
    words = _one_line(said.rpartition("parse error: ")[2])
    if isinstance(fault, TooComplex) or len(text) > LONGEST:
        return words
    if not words.startswith(VAGUE):
        return f"{where}: {words}" if (where := _place_of_a_name(text, words)) else words
    end = _as_far_as_it_can_be_read(text)
    token = next((each for each in _tokens(text) if each.start() >= end), None)
    if token is None:
        return f"{_position(text, end)}: it breaks off{_unclosed(words)}"
    return f"{_position(text, token.start())}: unexpected {token[0]!r}"


def _as_far_as_it_can_be_read(text: str) -> int:
    """The end of the longest beginning of the text that something could still make PromQL."""
    ends = [0, *(token.end() for token in _tokens(text))]
    # What cannot go on cannot go on any longer either.
    return ends[bisect_left(ends, x=True, lo=1, key=lambda end: not _may_go_on(text[:end])) - 1]


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return (token for token in TOKEN.finditer(text) if not token[0].isspace() and not token[0].startswith("#"))


def _may_go_on(beginning: str) -> bool:
    closing = "".join(CLOSING[each] for each in reversed(_open_brackets(beginning)))
    return any(
        _is_grammatical(f"{beginning}{space}{following}{closing[:1]}{after}{closing[1:]}")
        for following in NEXT
        for space in ("", " ")
        for after in (AFTER if closing else ("",))
    )


def _open_brackets(beginning: str) -> list[str]:
    opened: list[str] = []
    for token in _tokens(beginning):
        if token[0] in CLOSING:
            opened.append(token[0])
        elif opened and token[0] == CLOSING[opened[-1]]:
            opened.pop()
    return opened


def _is_grammatical(text: str) -> bool:
    """Whether the parser understands it, if only to say that types or numbers of arguments are wrong."""
    try:
        parse(text)
    except BadExpression as fault:
        return str(fault).rpartition("parse error: ")[2].startswith(OF_TYPES)
    return True


def _place_of_a_name(text: str, words: str) -> str:
    """Where what the words name stands, if it stands there once."""
    named = NAMED.search(words)
    wanted = () if named is None else (named[1] or named[2], f'"{named[3]}"', f"'{named[3]}'")
    found = [token for token in _tokens(text) if token[0] in wanted]
    return _position(text, found[0].start()) if len(found) == 1 else ""


def _unclosed(words: str) -> str:
    return ", and a parenthesis is not closed" if words == "unclosed left parenthesis" else ""


def _position(text: str, offset: int) -> str:
    """`line:column`, counted from 1, as Prometheus writes it."""
    return f"{text.count(chr(10), 0, offset) + 1}:{offset - text.rfind(chr(10), 0, offset)}"


def _one_line(words: str) -> str:
    return " ".join(words.split())
