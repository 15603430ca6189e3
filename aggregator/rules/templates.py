"""Prometheus' alert templates, as far as they need nothing but the alert itself: read, checked, expanded. Pure.

Known are `{{ $labels.x }}`, `{{ $value }}`, `{{ .Labels.x }}`, `{{ .Value }}`, texts, numbers, brackets, comments, and
pipelines of the functions in `template_functions.py` and printf. Conditions, loops and queries are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from aggregator.rules.template_functions import FUNCTIONS, BadTemplate, Value, as_number, printf, shown
from aggregator.series import Labels

ALLOWED = (
    "allowed are {{ $labels.NAME }}, {{ $value }}, and behind a | or before its value one of "
    f'{", ".join(FUNCTIONS)} and printf "%.2f"'
)
_ACTION = re.compile(r"\{\{(?P<left>-(?=\s))?(?P<inside>.*?)(?P<right>\s-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))"""
    r"|(?P<mark>[|()])|(?P<word>[^\s|()\"`]+))"
)
_LABEL = re.compile(r"(?:\$labels|\$?\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)")
_VALUES = ("$value", ".Value", "$.Value")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}


@dataclass(frozen=True, slots=True)
class _Label:
    name: str


@dataclass(frozen=True, slots=True)
class _TheValue:
    pass


@dataclass(frozen=True, slots=True)
class _Call:
    function: str
    arguments: tuple["_Part", ...]


_Part = str | float | int | _Label | _TheValue | _Call


@dataclass(frozen=True, slots=True)
class Template:
    """Texts, and what stands between them."""

    parts: tuple[_Part, ...]


def expanded(text: str, labels: Mapping[str, str], value: float) -> str:
    """The text of a template for one alert; raises BadTemplate."""
    return "".join(shown(_value(part, labels, value)) for part in template(text).parts)


def expanded_or_fault(text: str, labels: Mapping[str, str], value: float) -> str:
    """The text of a template, or what is wrong in its place, as Prometheus does it: an alert is told of all the same."""
    try:
        return expanded(text, labels, value)
    except BadTemplate as fault:
        return f"<error expanding template: {fault}>"


def expanded_labels(templates: Labels, labels: Mapping[str, str], value: float) -> dict[str, str]:
    """Labels or annotations of a rule for one alert."""
    return {name: expanded_or_fault(text, labels, value) for name, text in templates}


def fault_of(text: str) -> str | None:
    """What is wrong with a template, whatever the alert; None where nothing is."""
    try:
        # With a number for every label: what fails then, fails whatever the alert.
        expanded(text, dict.fromkeys(labels_used(text), "1"), 1.0)
    except BadTemplate as fault:
        return str(fault)
    return None


def labels_used(text: str) -> frozenset[str]:
    """The labels that a template names; raises BadTemplate."""
    return frozenset(name for part in template(text).parts for name in _labels_in(part))


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """A template as it is written, read; raises BadTemplate."""
    parts: list[_Part] = []
    end, trims = 0, False
    for action in _ACTION.finditer(text):
        before = text[end : action.start()]
        before = before.lstrip() if trims else before
        parts.append(before.rstrip() if action["left"] else before)
        end, trims = action.end(), bool(action["right"])
        inside = action["inside"].strip()
        if not (inside.startswith("/*") and inside.endswith("*/")):
            parts.append(_Reader(inside).pipeline(last=True))
    rest = text[end:].lstrip() if trims else text[end:]
    if "{{" in rest:
        raise BadTemplate(f'"{rest[rest.index("{{") :][:40]}" has no end "}}}}"')
    return Template(tuple(part for part in (*parts, rest) if part != ""))


class _Reader:
    """Reads what stands between `{{` and `}}`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0

    def pipeline(self, *, last: bool = False) -> _Part:
        """Commands, the value of each of which is the last argument of the next."""
        made = self._command(None)
        while self._mark() == "|":
            self._next += 1
            made = self._command(made)
        if last and self._next < len(self._tokens):
            raise self._refused(self._tokens[self._next][1])
        return made

    def _command(self, piped: _Part | None) -> _Part:
        kind, text = self._take()
        if kind == "word" and (text in FUNCTIONS or text == "printf"):
            arguments = [*self._arguments(), *([] if piped is None else [piped])]
            return _Call(text, tuple(arguments))
        if piped is not None:
            raise BadTemplate(f'"{self._text}": what stands behind a | must be a function; {ALLOWED}')
        return self._operand(kind, text)

    def _arguments(self) -> Iterator[_Part]:
        while self._next < len(self._tokens) and self._mark() not in ("|", ")"):
            yield self._operand(*self._take())

    def _operand(self, kind: str, text: str) -> _Part:
        if text == "(":
            made = self.pipeline()
            if self._mark() != ")":
                raise BadTemplate(f'"{self._text}": a bracket is not closed')
            self._next += 1
            return made
        if kind == "text":
            return _unquoted(text)
        if kind == "number":
            return int(text) if text.lstrip("+-").isdigit() else float(text)
        if text in _VALUES:
            return _TheValue()
        if found := _LABEL.fullmatch(text):
            return _Label(found[1])
        raise self._refused(text)

    def _take(self) -> tuple[str, str]:
        if self._next >= len(self._tokens):
            raise BadTemplate(f'"{{{{ {self._text} }}}}": something is missing; {ALLOWED}')
        self._next += 1
        return self._tokens[self._next - 1]

    def _mark(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _refused(self, text: str) -> BadTemplate:
        return BadTemplate(f'"{text}" is not known here; {ALLOWED}')


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if found is None:
            raise BadTemplate(f'"{text[position:].strip()}": a text is not closed')
        position = found.end()
        yield str(found.lastgroup), found[str(found.lastgroup)]


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]

    def meant(found: re.Match[str]) -> str:
        if found[1] not in _ESCAPES:
            raise BadTemplate(f'{text}: "\\{found[1]}" is not known')
        return _ESCAPES[found[1]]

    return re.sub(r"\\(.)", meant, text[1:-1])


def _value(part: _Part, labels: Mapping[str, str], value: float) -> Value:
    match part:
        case _Label(name):
            return labels.get(name, "")
        case _TheValue():
            return value
        case _Call(function, arguments):
            return _called(function, [_value(each, labels, value) for each in arguments])
        case _:
            return part


def _called(function: str, given: list[Value]) -> str:
    if function == "printf":
        form = given[0] if given else None
        if not isinstance(form, str):
            raise BadTemplate('printf wants a text first: printf "%.2f" $value')
        return printf(form, given[1:])
    known = FUNCTIONS[function]
    if len(given) != 1:
        raise BadTemplate(f"{function} wants one value, not {len(given)}")
    if known.takes == "number":
        return known.call(as_number(given[0]))  # type: ignore[arg-type]
    if not isinstance(given[0], str):
        raise BadTemplate(f"{function} wants a text, not the number {shown(given[0])}")
    return known.call(given[0])  # type: ignore[arg-type]


def _labels_in(part: _Part) -> Iterator[str]:
    match part:
        case _Label(name):
            yield name
        case _Call(_, arguments):
            for each in arguments:
                yield from _labels_in(each)
