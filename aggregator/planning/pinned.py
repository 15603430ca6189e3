"""Which parts of a query have one value for all steps."""

from aggregator.promql.tree import Call, Node, Range, Selector, Subquery, children

_MOVES_WITH_TIME = frozenset(
    "days_in_month day_of_month day_of_week day_of_year hour minute month year predict_linear time timestamp".split()
)


def is_pinned(node: Node) -> bool:
    """Whether the value is the same at every step, since `@` fixes all that is selected.

    Source: `preprocessExprHelper` in Prometheus' promql/engine.go.
    """
    match node:
        case Selector() | Subquery():
            return node.at is not None
        case Range():
            return node.selector.at is not None
        case Call(function) if function in _MOVES_WITH_TIME:
            return False
        case _:
            return all(map(is_pinned, children(node)))
