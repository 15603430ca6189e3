"""The number that a rule compares with, and other numbers for single hubs. Pure.

The threshold is the number of a rule's leftmost comparison: down the left sides of `and`, `or` and `unless`, through
brackets, to `vector > number`. What that number is for a hub is asked as a query of its own; the hub's answer is taken
from it, everybody else's from the rule as it is written.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from aggregator.clusters.values import Cluster
from aggregator.errors import CrosshubError
from aggregator.promql.functions import kind_of
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.promql.tree import Binary, Kind, Negative, Node, Number

SETS = ("and", "or", "unless")
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
Place = tuple[str, str]
"""Where a hub is: its cluster and namespace."""


class NoThreshold(CrosshubError):
    """A rule that compares with no number, so that no hub can have another one."""


def threshold_in(tree: Node) -> float | None:
    """The threshold of an expression that was read; None where it has none."""
    try:
        return _constant(_comparison(tree).right)
    except NoThreshold:
        return None


def with_threshold(expr: str, threshold: float) -> str:
    """The expression with another threshold; raises NoThreshold, or BadExpression where it is no PromQL."""
    tree = parse(expr)
    _comparison(tree)
    return text_of(_changed(tree, threshold))


def thresholds(clusters: Iterable[Cluster], alert: str) -> Mapping[float, frozenset[Place]]:
    """The thresholds that hubs have for an alert, each with the hubs that have it."""
    found: dict[float, set[Place]] = {}
    for cluster in clusters:
        for hub in cluster.hubs:
            for change in hub.alerts:
                if change.alert == alert and change.threshold is not None:
                    found.setdefault(change.threshold, set()).add((cluster.name, hub.namespace or hub.name))
    return {threshold: frozenset(found[threshold]) for threshold in sorted(found)}


def _comparison(tree: Node) -> Binary:
    node = tree
    while isinstance(node, Binary) and node.operator in SETS:
        node = node.left
    if (
        isinstance(node, Binary)
        and (node.operator in COMPARISONS and not node.bool)
        and (kind_of(node.left) is Kind.VECTOR and _constant(node.right) is not None)
    ):
        return node
    raise NoThreshold(f"{text_of(node)} compares with no number, so it has no threshold that a hub could change")


def _changed(node: Node, threshold: float) -> Node:
    assert isinstance(node, Binary)
    if node.operator in SETS:
        return replace(node, left=_changed(node.left, threshold))
    return replace(node, right=Number(threshold) if threshold >= 0 else Negative(Number(-threshold)))


def _constant(node: Node) -> float | None:
    """The value of a number, or of arithmetic with numbers as in `7 * 86400`."""
    match node:
        case Number(value):
            return value
        case Negative(inside):
            value_inside = _constant(inside)
            return None if value_inside is None else -value_inside
        case Binary(symbol, left, right) if symbol in ARITHMETIC:
            one, other = _constant(left), _constant(right)
            return None if one is None or other is None else ARITHMETIC[symbol](one, other)
        case _:
            return None
