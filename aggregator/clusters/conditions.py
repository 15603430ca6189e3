"""Conditions on labels, written as in Alertmanager: `severity="page"`, `cluster=~"lisbon|porto"`."""

import re
from dataclasses import dataclass
from typing import Literal, cast

import re2

from aggregator.clusters.faults import Unfit

Op = Literal["=", "!=", "=~", "!~"]

WRITTEN = re.compile(
    r'\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\\n]|\\.)*)"|([^\s"{},=~!]*))\s*', re.ASCII
)
ESCAPED = {"n": "\n", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a label; a label that is missing has the empty value."""

    name: str
    op: Op
    value: str


def parse_condition(text: str) -> Condition:
    """The condition in the text; a ValueError says what is wrong with it."""
    if not (found := WRITTEN.fullmatch(text)):
        raise ValueError
    quoted, bare = found[3], found[4]
    value = bare if quoted is None else re.sub(r"\\(.)", lambda escape: ESCAPED.get(escape[1], escape[0]), quoted)
    if found[2] in {"=~", "!~"}:
        _check_regex(value)
    return Condition(found[1], cast("Op", found[2]), value)


def _check_regex(pattern: str) -> None:
    quiet = re2.Options()
    quiet.log_errors = False
    try:
        re2.compile(pattern, quiet)
    except re2.error as error:
        words = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise Unfit(f"is no regular expression: {words}") from None
