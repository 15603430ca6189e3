"""In which order Prometheus answers, where it promises one."""

from dataclasses import dataclass
from typing import Literal

from aggregator.errors import BadExpression
from aggregator.promql.parse import parse
from aggregator.promql.tree import Aggregate, Call
from aggregator.series import NAME, Labels


@dataclass(frozen=True, slots=True)
class Order:
    """`by` labels (every range), by values within groups (sort, topk, bottomk at one moment), or none at all."""

    by: Literal["none", "labels", "values"]
    grouping: tuple[str, ...] = ()
    without: bool = False

    def group(self, labels: Labels) -> Labels:
        """The group that a series belongs to; within it the order of values is promised."""
        if not self.without:
            return tuple(pair for pair in labels if pair[0] in self.grouping)
        return tuple(pair for pair in labels if pair[0] not in (*self.grouping, NAME))


ANY = Order("none")
BY_LABELS = Order("labels")
BY_VALUES = Order("values")


def order_of(expression: str) -> Order:
    """The order in which the answer to an instant query comes."""
    try:
        tree = parse(expression)
    except BadExpression:
        return ANY
    match tree:
        case Call(function="sort" | "sort_desc"):
            return BY_VALUES
        case Aggregate(operator="topk" | "bottomk", grouping=grouping, without=without):
            return Order("values", grouping, without)
        case _:
            return ANY
