"""Text that the parser can take: bounded in length, depth and operators, with the tokens it mistakes spelt otherwise.

The native parser overflows its stack, and with it ends the process, on input nested some thousand deep; long before
that its time grows with the square of the input. So the bounds are checked here, in one pass that does not recurse.
"""

import re
from dataclasses import dataclass

from aggregator.errors import BadExpression, TooComplex

MAX_LENGTH = 256 * 1024
MAX_DEPTH = 100
MAX_OPERATORS = 500
# In seconds. Prometheus' own bound is 0.3 % above; milliseconds less offsets and ranges must still fit into 64 bits.
MAX_INSTANT = 9.2e15

# Possessive throughout, and strings may lack their end: so no text takes more than one look at each character. But for the
# exponent: before Python 3.11.5 a possessive group keeps what it consumed though it does not match, where something that
# may be there, as the sign, stands before what is missing.
_SPACE = r"(?:\s|\#[^\n]*+)*+"
_NUMBER = r"0x[\da-f]++ | (?: \d++(?:\.\d*+)?+ | \.\d++ )(?:e[-+]?\d++)?"

_TOKEN = re.compile(
    rf"""
      (?P<string>  "(?:[^"\\\n]|\\.)*+"? | '(?:[^'\\\n]|\\.)*+'? )
    | (?P<raw>     `[^`]*` )
    | (?P<comment> \#[^\n]* )
    | (?P<at>      @{_SPACE}(?P<sign>[-+]?){_SPACE}(?P<when>{_NUMBER})(?![\w.]) )
    | (?P<stray>   @{_SPACE}[-+]?{_SPACE}[\d.] )
    | (?P<open>    [({{\[] )
    | (?P<close>   [)}}\]] )
    | (?P<operator> [-+*/%^] | [=!<>]=? | \b(?:and|or|unless|atan2)\b )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Guarded:
    """What may be handed to the parser.

    In `text` the nth fixed instant is written `@ n`; `instants` says which millisecond was meant, since the parser
    knows neither negative nor fractional ones.
    """

    text: str
    instants: tuple[int, ...]


def guard(text: str) -> Guarded:
    """The text with raw strings and instants rewritten; raises TooComplex for what is too long, deep or large."""
    if len(text) > MAX_LENGTH:
        raise TooComplex(f"the query is {len(text):,} characters long; {MAX_LENGTH:,} are the most")
    depth = operators = 0
    in_matchers = False
    instants: list[int] = []
    parts: list[str] = []
    done = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        depth += (kind == "open") - (kind == "close")
        in_matchers = token[0] == "{" or (in_matchers and token[0] != "}")
        operators += kind == "operator" and not in_matchers
        if depth > MAX_DEPTH:
            raise TooComplex(f"{_position(text, token.start())}: the query is nested more than {MAX_DEPTH} deep")
        if operators > MAX_OPERATORS:
            raise TooComplex(f"{_position(text, token.start())}: the query has more than {MAX_OPERATORS} operators")
        if kind == "stray":
            raise BadExpression(f"{_position(text, token.start())}: parse error: bad timestamp after @")
        if kind in ("raw", "comment", "at"):
            parts += (text[done : token.start()], _respelt(token, instants))
            done = token.end()
    parts.append(text[done:])
    return Guarded("".join(parts), tuple(instants))


def _respelt(token: re.Match[str], instants: list[int]) -> str:
    if token["raw"] is not None:
        escaped = token["raw"][1:-1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if token["comment"] is not None:
        return " "
    seconds = _seconds(token["sign"], token["when"])
    if abs(seconds) > MAX_INSTANT:
        raise BadExpression(f"parse error: timestamp out of bounds for @ modifier: {seconds:f}")
    instants.append(round(seconds * 1000))
    return f"@ {len(instants) - 1}"


def _seconds(sign: str, literal: str) -> float:
    size = float(min(int(literal, 16), 2**63)) if literal[:2] in ("0x", "0X") else float(literal)
    return -size if sign == "-" else size


def _position(text: str, offset: int) -> str:
    """`line:column`, counted from 1, as Prometheus writes it."""
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return f"{line}:{column}"
