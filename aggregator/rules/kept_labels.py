"""Which labels the result of an expression may have, told from its tree alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from aggregator.promql.functions import SET_OPERATORS
from aggregator.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Negative,
    Node,
    Range,
    Selector,
    String,
    Subquery,
)
from aggregator.series import NAME


@dataclass(frozen=True, slots=True)
class Kept:
    """The labels in `names`, and with `anything` every label that a series may have but for those in `lost`."""

    names: frozenset[str] = frozenset()
    anything: bool = False
    lost: frozenset[str] = frozenset()

    def may_have(self, label: str) -> bool:
        return label in self.names or (self.anything and label not in self.lost)

    def only(self, labels: frozenset[str]) -> "Kept":
        """What is left when nothing but these are kept."""
        return Kept(frozenset(filter(self.may_have, labels)))

    def less(self, labels: frozenset[str]) -> "Kept":
        """What is left when these are dropped."""
        return replace(self, names=self.names - labels, lost=self.lost | labels)

    def more(self, labels: frozenset[str]) -> "Kept":
        """With these written to it."""
        return replace(self, names=self.names | labels)

    def __or__(self, other: "Kept") -> "Kept":
        lost = frozenset(
            label for label in self.lost | other.lost if not (self.may_have(label) or other.may_have(label))
        )
        return Kept(self.names | other.names, self.anything or other.anything, lost)


NOTHING = Kept()
ANYTHING = Kept(anything=True)


def labels_kept(node: Node) -> Kept:
    """The labels that series of the result may have, the metric's name aside."""
    match node:
        case Selector():
            return ANYTHING.less(frozenset({NAME}))
        case Range(selector):
            return labels_kept(selector)
        case Subquery(inside) | Negative(inside):
            return labels_kept(inside)
        case Aggregate():
            return _of_aggregate(node)
        case Binary():
            return _of_binary(node)
        case Call():
            return CALLS.get(node.function, _of_the_first)(node)
        case _:
            return NOTHING


def _of_aggregate(node: Aggregate) -> Kept:
    inside, named = labels_kept(node.inside), frozenset(node.grouping)
    if node.operator in {"topk", "bottomk", "limitk", "limit_ratio"}:
        return inside
    kept = inside.less(named) if node.without else inside.only(named)
    written = node.parameter.value if isinstance(node.parameter, String) else ""
    return kept.more(frozenset({written})) if node.operator == "count_values" else kept


def _of_binary(node: Binary) -> Kept:
    left, right = labels_kept(node.left), labels_kept(node.right)
    if node.matching is None:
        return left | right  # one of them is a number, which has none
    if node.operator in SET_OPERATORS:
        return left | right if node.operator == "or" else left
    matching, labels = node.matching, frozenset(node.matching.labels)
    many = {"many-to-one": left, "one-to-many": right}.get(matching.cardinality)
    if many is not None:
        return many.more(frozenset(matching.include))
    return left.only(labels) if matching.on else left.less(labels)


def _of_the_first(call: Call) -> Kept:
    vectors = [labels_kept(argument) for argument in call.arguments]
    return vectors[0] if len(vectors) == 1 else next((each for each in vectors if each != NOTHING), NOTHING)


def _of_absent(call: Call) -> Kept:
    inside = call.arguments[0]
    selector = inside.selector if isinstance(inside, Range) else inside
    matchers = selector.matchers if isinstance(selector, Selector) else ()
    return Kept(frozenset(each.name for each in matchers if each.op == "=" and each.name != NAME))


def _of_a_written_label(call: Call) -> Kept:
    written = call.arguments[1]
    return labels_kept(call.arguments[0]).more(frozenset({written.value} if isinstance(written, String) else ()))


def _without_le(call: Call) -> Kept:
    return _of_the_first(call).less(frozenset({"le"}))


def _of_nothing(_: Call) -> Kept:
    return NOTHING


CALLS: dict[str, Callable[[Call], Kept]] = {
    "absent": _of_absent,
    "absent_over_time": _of_absent,
    "label_replace": _of_a_written_label,
    "label_join": _of_a_written_label,
    "histogram_quantile": _without_le,
    "scalar": _of_nothing,
    "vector": _of_nothing,
    "time": _of_nothing,
}
