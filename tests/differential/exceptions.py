"""Where Crosshub means to differ from one Prometheus 2.42: each with its reason, each as narrow as it can be said."""

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.promql.parse import parse
from aggregator.promql.tree import Aggregate, Node, String, walk
from tests.differential.heard import Heard, Question


@dataclass(frozen=True, slots=True)
class Excused:
    """`applies` is given the question and both answers, and only where they differ."""

    name: str
    reason: str
    applies: Callable[[Question, Heard, Heard], bool]


def _counts_values_into_an_earlier_label(node: Node) -> bool:
    match node:
        case Aggregate(operator="count_values", without=False, parameter=String(value), grouping=grouping):
            return any(name > value for name in grouping)
    return False


def _anywhere(holds: Callable[[Node], bool]) -> Callable[[Question, Heard, Heard], bool]:
    """Both answered, and the expression has such a node."""

    def applies(question: Question, union: Heard, ours: Heard) -> bool:
        return not union.failed and not ours.failed and any(holds(node) for node in walk(parse(question.expression)))

    return applies


EXCEPTIONS = (
    Excused(
        "count_values into a label that sorts before one of its grouping",
        "2.42 appends the label to the grouping and does not sort it again, though its grouping keys need that: some "
        "of the grouping's labels are passed over, and series of different groups are counted as one. 3.0 sorts.",
        _anywhere(_counts_values_into_an_earlier_label),
    ),
)


def excused(question: Question, union: Heard, ours: Heard) -> str | None:
    """The name of the exception that covers this difference."""
    return next((each.name for each in EXCEPTIONS if each.applies(question, union, ours)), None)
