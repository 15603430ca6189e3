"""Aggregations that drop `cluster`: what each cluster computes of them, so that little travels."""

from collections.abc import Callable
from dataclasses import replace

from aggregator.promql.tree import Aggregate, Number, String
from aggregator.series import CLUSTER

Parts = Callable[[Aggregate], tuple[Aggregate, ...]]

# A k beyond it takes everything; the series themselves are fetched.
_MOST_CANDIDATES = 2**31


def _as_itself(node: Aggregate) -> tuple[Aggregate, ...]:
    return (node,)


def _by_parts(*operators: str) -> Parts:
    return lambda node: tuple(replace(node, operator=operator) for operator in operators)


def _candidates(node: Aggregate) -> tuple[Aggregate, ...]:
    match node.parameter:
        case Number(value) if 1 <= value < _MOST_CANDIDATES:
            # One more than asked for, so that a tie at the edge is seen here.
            return (replace(node, parameter=Number(float(int(value) + 1))),)
        case _:
            return ()


def _by_value(node: Aggregate) -> tuple[Aggregate, ...]:
    # What writes over `cluster` could not say which cluster it is of.
    return () if node.parameter == String(CLUSTER) else (node,)


SPLITS: dict[str, Parts] = {
    "sum": _as_itself,
    "min": _as_itself,
    "max": _as_itself,
    "group": _as_itself,
    "count": _as_itself,
    "count_values": _by_value,
    "avg": _by_parts("sum", "count"),
    "stddev": _by_parts("count", "avg", "stdvar"),
    "stdvar": _by_parts("count", "avg", "stdvar"),
    "topk": _candidates,
    "bottomk": _candidates,
}
"""The parts of each operator; none where the argument itself has to be fetched, as for the operators not named."""
