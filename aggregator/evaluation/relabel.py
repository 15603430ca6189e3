"""`label_replace` and `label_join`: other labels for the same series."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from aggregator.errors import BadQuery, CannotExecute
from aggregator.promql.regex import anchored
from aggregator.series import Labels

_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
# A group may be named by its number, without zeros in front.
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def label_replace(
    labels: Sequence[Labels], destination: str, replacement: str, source: str, regex: str
) -> tuple[Labels, ...]:
    """The label sets with `destination` set to the replacement, where `regex` matches the whole of `source`'s value."""
    try:
        pattern = anchored(regex)
    except BadQuery:
        raise CannotExecute(f"invalid regular expression in label_replace(): {regex}") from None
    _check(destination, "destination", "label_replace")

    def replaced(one: Labels) -> Labels:
        match = pattern.search(_value(one, source).encode())
        return one if match is None else _with(one, destination, _expanded(replacement, match))

    return tuple(map(replaced, labels))


def label_join(
    labels: Sequence[Labels], destination: str, separator: str, sources: Sequence[str]
) -> tuple[Labels, ...]:
    """The label sets with `destination` set to the values of `sources`, joined."""
    for source in sources:
        _check(source, "source", "label_join")
    _check(destination, "destination", "label_join")
    return tuple(_with(one, destination, separator.join(_value(one, source) for source in sources)) for one in labels)


def _check(name: str, role: str, function: str) -> None:
    if not _LABEL_NAME.fullmatch(name):
        raise CannotExecute(f"invalid {role} label name in {function}(): {name}")


def _value(labels: Labels, name: str) -> str:
    return next((value for label, value in labels if label == name), "")


def _with(labels: Labels, name: str, value: str) -> Labels:
    others = [pair for pair in labels if pair[0] != name]
    return tuple(sorted([*others, (name, value)])) if value else tuple(others)


def _expanded(template: str, match: Any) -> str:
    """The template as Go's Regexp.Expand reads it: `$name` or `${name}`, where a name is as long as it can be, `$$` for a
    dollar. A group that is not there is empty; a `$` that begins no reference stays.
    """
    first, *rest = template.split("$")
    pieces = [first]
    while rest:
        piece = rest.pop(0)
        name, after = _reference(piece)
        if name:
            pieces += [_group(match, name), after]
        elif not piece and rest:
            pieces += ["$", rest.pop(0)]
        else:
            pieces += ["$", piece]
    return "".join(pieces)


def _reference(text: str) -> tuple[str, str]:
    """The name of a group at the start of what follows a `$`, if there is one, and what comes after it."""
    braced = text.startswith("{")
    name = "".join(takewhile(_may_be_in_name, text[braced:]))
    after = text[braced + len(name) :]
    if braced and not after.startswith("}"):
        return "", text
    return name, after[braced:]


def _may_be_in_name(letter: str) -> bool:
    return letter == "_" or letter.isalpha() or letter.isdecimal()


def _group(match: Any, name: str) -> str:
    number = int(name) if _NUMBER.fullmatch(name) else match.re.groupindex.get(name.encode())
    if number is None or number > match.re.groups:
        return ""
    found: bytes | None = match.group(number)
    return (found or b"").decode(errors="replace")
