"""The threshold in an expression: the number of its leftmost top-level comparison, which a hub may have otherwise."""

from dataclasses import replace

from aggregator.promql.functions import COMPARISONS, SET_OPERATORS
from aggregator.promql.tree import Binary, Negative, Node, Number


def threshold_in(node: Node) -> float | None:
    """The number that decides, or None where no top-level comparison is with a number."""
    found = _compared(node)
    return None if found is None else found[1]


def with_threshold(node: Node, value: float) -> Node:
    """The same expression with another number there."""
    found = _compared(node)
    return node if found is None else _replaced(node, found[0], value)


def _compared(node: Node) -> tuple[Binary, float] | None:
    """The comparison, and its number."""
    if not isinstance(node, Binary) or node.operator not in COMPARISONS | SET_OPERATORS:
        return None
    if (below := _compared(node.left)) is not None:
        return below
    if node.operator in COMPARISONS:
        number = _number(node.right) if _number(node.left) is None else _number(node.left)
        if number is not None:
            return node, number
    return _compared(node.right)


def _number(node: Node) -> float | None:
    match node:
        case Number(value):
            return value
        case Negative(Number(value)):
            return -value
        case _:
            return None


def _replaced(node: Node, comparison: Binary, value: float) -> Node:
    if node is comparison:
        number = Number(value) if value >= 0 else Negative(Number(-value))
        if _number(comparison.left) is None:
            return replace(comparison, right=number)
        return replace(comparison, left=number)
    if not isinstance(node, Binary):
        return node
    left, right = (_replaced(side, comparison, value) for side in (node.left, node.right))
    return replace(node, left=left, right=right)
