"""Whether what a rule asks for is there at all: that an expression gives nothing says little where its series are gone. Pure."""

from collections.abc import Callable, Iterator

from aggregator.promql.print import text_of
from aggregator.promql.tree import Aggregate, Binary, Call, Negative, Node, Range, Selector, String, Subquery, walk
from aggregator.series import NAME

Has = Callable[[Selector], bool]

ABSENT = frozenset({"absent", "absent_over_time"})
REWRITING = frozenset({"label_replace", "label_join"})


def asked_for(tree: Node) -> tuple[Selector, ...]:
    """What an expression asks for, each metric once, whatever its labels: many a label is only there while something is wrong."""
    return tuple(dict.fromkeys(_metric(node) for node in walk(tree) if isinstance(node, Selector)))


def counted(metric: Selector) -> str:
    """PromQL that says where there are series of a metric."""
    return f"count by (cluster, namespace) ({text_of(metric)})"


def is_there(tree: Node, has: Has) -> bool:
    """Whether an expression could give something; `has` tells of each metric whether there are series of it.

    What stands after `and` or `unless` may well be empty. What is `absent` is over when it is there.
    """
    match tree:
        case Selector():
            return has(_metric(tree))
        case Range(inside) | Subquery(inside) | Negative(inside):
            return is_there(inside, has)
        case Aggregate():
            return is_there(tree.inside, has)
        case Binary("or"):
            return is_there(tree.left, has) or is_there(tree.right, has)
        case Binary("and" | "unless"):
            return is_there(tree.left, has)
        case Binary():
            return is_there(tree.left, has) and is_there(tree.right, has)
        case Call():
            return tree.function in ABSENT or all(is_there(each, has) for each in tree.arguments)
        case _:
            return True


def writes(tree: Node, label: str) -> bool:
    """Whether an expression gives a label values of its own, that the series do not have."""
    return label in _written(tree)


def _written(tree: Node) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Call) and node.function in REWRITING and isinstance(node.arguments[1], String):
            yield node.arguments[1].value


def _metric(selector: Selector) -> Selector:
    named = tuple(each for each in selector.matchers if each.name == NAME)
    return Selector(named or selector.matchers)
