"""A tree as text that every Prometheus reads back as the same tree."""

import math
import re

from aggregator.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Matcher,
    Matching,
    Negative,
    Node,
    Number,
    Planned,
    Range,
    Selector,
    String,
    Subquery,
)
from aggregator.series import NAME

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
# Words that the grammar may read as something else where a metric's name stands.
_KEYWORDS = frozenset(
    "and atan2 avg bool bottomk by count count_values end group group_left group_right ignoring inf limit_ratio limitk "
    "max min nan offset on or quantile start stddev stdvar sum topk unless without anchored smoothed fill fill_left "
    "fill_right step range".split()
)
_ESCAPES = {ord("\\"): r"\\", ord('"'): r"\"", ord("\n"): r"\n", ord("\r"): r"\r", ord("\t"): r"\t", 0: r"\x00"}
_UNITS = (
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
)


def text_of(node: Node) -> str:
    """PromQL for the tree; operands of binary operations stand in brackets, so precedence is never asked."""
    match node:
        case Number(value):
            return number(value)
        case String(value):
            return quoted(value)
        case Selector(matchers):
            return _selector(matchers) + _modifiers(node.offset, node.at)
        case Range(selector):
            return f"{_selector(selector.matchers)}[{duration(node.range)}]" + _modifiers(selector.offset, selector.at)
        case Subquery(inside):
            step = "" if node.step is None else duration(node.step)
            return f"{_operand(inside)}[{duration(node.range)}:{step}]" + _modifiers(node.offset, node.at)
        case Call(function, arguments):
            return f"{function}({', '.join(map(text_of, arguments))})"
        case Aggregate():
            return _aggregate(node)
        case Binary():
            return _binary(node)
        case Negative(inside):
            return f"-{_operand(inside)}"
        case _:
            return "…"


def number(value: float) -> str:
    """A number literal that is read back as the same bits."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    text = repr(value)
    return text.removesuffix(".0")


def quoted(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"'


def duration(milliseconds: int) -> str:
    """A duration in Prometheus' own form, the largest units first: `1h30m`."""
    if milliseconds < 0:
        return "-" + duration(-milliseconds)
    parts = []
    for unit, size in _UNITS:
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def is_plain_label(name: str) -> bool:
    """Whether a label's name needs no quotes: `[a-zA-Z_][a-zA-Z0-9_]*`."""
    return _LABEL.fullmatch(name) is not None


def label(name: str) -> str:
    """A label's name, quoted where it is not a plain one."""
    return name if is_plain_label(name) else quoted(name)


def _selector(matchers: tuple[Matcher, ...]) -> str:
    named = [m for m in matchers if m.name == NAME]
    plain = len(named) == 1 and named[0].op == "=" and _METRIC.fullmatch(named[0].value)
    if plain and named[0].value.lower() not in _KEYWORDS:
        rest = [m for m in matchers if m is not named[0]]
        return named[0].value + (_braces(rest) if rest else "")
    return _braces(list(matchers))


def _braces(matchers: list[Matcher]) -> str:
    return "{" + ", ".join(f"{label(m.name)}{m.op}{quoted(m.value)}" for m in matchers) + "}"


def _modifiers(offset: int, at: At | None) -> str:
    text = ""
    if at is not None:
        text += f" @ {at.when}()" if isinstance(at.when, str) else f" @ {seconds(at.when)}"
    if offset:
        text += f" offset {duration(offset)}"
    return text


def seconds(milliseconds: int) -> str:
    """An instant as decimal seconds, without loss."""
    sign, whole = ("-" if milliseconds < 0 else ""), abs(milliseconds)
    return f"{sign}{whole // 1000}.{whole % 1000:03d}".removesuffix(".000")


def _operand(node: Node) -> str:
    text = text_of(node)
    bare = isinstance(node, Selector | Call | String | Planned) or (
        isinstance(node, Number) and not text.startswith("-")
    )
    return text if bare else f"({text})"


def _aggregate(node: Aggregate) -> str:
    clause = ""
    if node.grouping or node.without:
        clause = f" {'without' if node.without else 'by'} {_names(node.grouping)}"
    inside = text_of(node.inside)
    if node.parameter is not None:
        inside = f"{text_of(node.parameter)}, {inside}"
    return f"{node.operator}{clause} ({inside})" if clause else f"{node.operator}({inside})"


def _binary(node: Binary) -> str:
    words = [node.operator]
    if node.bool:
        words.append("bool")
    if node.matching is not None:
        words += _matching(node.matching)
    return f"{_operand(node.left)} {' '.join(words)} {_operand(node.right)}"


def _matching(matching: Matching) -> list[str]:
    words = []
    grouped = matching.cardinality in ("many-to-one", "one-to-many")
    if matching.on or matching.labels or grouped:
        words.append(f"{'on' if matching.on else 'ignoring'} {_names(matching.labels)}")
    if grouped:
        side = "group_left" if matching.cardinality == "many-to-one" else "group_right"
        words.append(f"{side} {_names(matching.include)}")
    return words


def _names(labels: tuple[str, ...]) -> str:
    """Labels in brackets; outside of braces, two names are read as numbers unless quoted."""
    return f"({', '.join(quoted(name) if name.lower() in ('inf', 'nan') else label(name) for name in labels)})"
