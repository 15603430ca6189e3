"""Regular expressions as Prometheus reads them: RE2, and always matched against the whole text.

Python's own `re` is not RE2: `[[:digit:]]` would match other things, silently.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

from aggregator.errors import BadQuery
from aggregator.promql.tree import MatchOp

# RE2's words for a fault, and Go's, which Prometheus passes on.
_GO_WORDS = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "invalid named capture group": "invalid named capture",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "pattern too large": "expression too large",
}


def compile_anchored(pattern: str) -> Callable[[str], bool]:
    """A test of whether a whole text matches the pattern; raises BadQuery, in Go's words, for one that is no RE2."""
    search = anchored(pattern).search
    return lambda text: search(text.encode()) is not None


def matches(op: MatchOp, value: str) -> Callable[[str], bool]:
    """A test of whether a label's value (empty when the label is missing) meets a matcher."""
    if op == "=":
        return lambda text: text == value
    if op == "!=":
        return lambda text: text != value
    test = compile_anchored(value)
    return test if op == "=~" else lambda text: not test(text)


@lru_cache(maxsize=256)
def anchored(pattern: str) -> Any:
    """The compiled pattern, to be searched in bytes (UTF-8), which saves the binding's translation of offsets.

    The pattern stands within `^(?:...)$` as in Prometheus, which accepts `a)(b` for that reason.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(f"^(?:{pattern})$".encode(), options)
    except re2.error as error:
        raise BadQuery(_as_go_says(error.args[0].decode(errors="replace"))) from None


def _as_go_says(fault: str) -> str:
    what, _, where = fault.partition(": ")
    return f"error parsing regexp: {_GO_WORDS.get(what, what)}: `{where}`"
