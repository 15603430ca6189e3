"""The kinds of nodes in an expression, by name: functions, operators, modifiers, what names `cluster`."""

from collections import Counter
from collections.abc import Iterator

from aggregator.errors import BadExpression
from aggregator.promql.functions import COMPARISONS, FUNCTIONS, OPERATORS, SET_OPERATORS
from aggregator.promql.parse import parse
from aggregator.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
    walk,
)
from aggregator.series import CLUSTER

# The version that the fleet runs.
VERSION = (2, 42)
_MATCHES = ("=", "!=", "=~", "!~")

KNOWN: tuple[str, ...] = (
    *(f"{name}()" for name, one in FUNCTIONS.items() if one.since <= VERSION),
    *(name for name, one in OPERATORS.items() if one.since <= VERSION),
    *("+", "-", "*", "/", "%", "^", "atan2", *sorted(COMPARISONS), *sorted(SET_OPERATORS)),
    *("by", "by with cluster", "without", "without cluster", "no clause"),
    *("bool", "on", "on with cluster", "ignoring", "ignoring cluster", "group_left", "group_right"),
    *("no matching clause", "unary minus", "number", "string", "range", "subquery", "subquery without step"),
    *("offset", "offset -", "@ instant", "@ start()", "@ end()"),
    *(f"{CLUSTER}{op}" for op in _MATCHES),
    *(f"label{op}" for op in _MATCHES),
)

_PLAIN: dict[type, str] = {Range: "range", Negative: "unary minus", Number: "number", String: "string"}


def kinds_of(expression: str) -> Counter[str]:
    """How often each kind of node occurs in it."""
    try:
        tree = parse(expression)
    except BadExpression:
        return Counter()
    return Counter(kind for node in walk(tree) for kind in _kinds(node))


def _kinds(node: Node) -> Iterator[str]:
    match node:
        case Selector() | Subquery():
            yield from _selected(node)
            yield from _moved(node.offset, node.at)
        case Call():
            yield f"{node.function}()"
        case Aggregate():
            yield node.operator
            yield from _clause(node)
        case Binary():
            yield node.operator
            yield from _matching(node)
        case _:
            yield _PLAIN[type(node)]


def _selected(node: Selector | Subquery) -> Iterator[str]:
    if isinstance(node, Subquery):
        yield "subquery" if node.step else "subquery without step"
    else:
        for each in node.matchers:
            yield f"{CLUSTER if each.name == CLUSTER else 'label'}{each.op}"


def _moved(offset: int, at: At | None) -> Iterator[str]:
    if offset:
        yield "offset" if offset > 0 else "offset -"
    if at:
        yield f"@ {at.when}()" if isinstance(at.when, str) else "@ instant"


def _clause(node: Aggregate) -> Iterator[str]:
    if node.without:
        yield "without cluster" if CLUSTER in node.grouping else "without"
    elif node.grouping:
        yield "by with cluster" if CLUSTER in node.grouping else "by"
    else:
        yield "no clause"


def _matching(node: Binary) -> Iterator[str]:
    if node.bool:
        yield "bool"
    matching = node.matching
    if matching is None:
        return
    if matching.on:
        yield "on with cluster" if CLUSTER in matching.labels else "on"
    elif matching.labels:
        yield "ignoring cluster" if CLUSTER in matching.labels else "ignoring"
    else:
        yield "no matching clause"
    if matching.cardinality == "many-to-one":
        yield "group_left"
    if matching.cardinality == "one-to-many":
        yield "group_right"
