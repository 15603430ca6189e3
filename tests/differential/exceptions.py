"""Where Crosshub means to differ from one Prometheus 2.42: each with its reason, each as narrow as it can be said."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from aggregator.promql.parse import parse
from aggregator.promql.tree import Aggregate, Call, Negative, Node, Number, Range, Selector, String, Subquery, walk
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


def _moves_over_a_pinned_range(node: Node) -> bool:
    match node:
        case Call(function="predict_linear", arguments=(over, _)):
            return _is_pinned(over)
        case Call(function="quantile_over_time", arguments=(phi, over)):
            return _is_pinned(over) and not isinstance(phi, Number | Negative)
    return False


def _is_pinned(over: Node) -> bool:
    match over:
        case Range(selector=Selector(at=at)) | Subquery(at=at):
            return at is not None
    return False


def _anywhere(holds: Callable[[Node], bool]) -> Callable[[Question, Heard, Heard], bool]:
    """Both answered, and the expression has such a node."""

    def applies(question: Question, union: Heard, ours: Heard) -> bool:
        return not union.failed and not ours.failed and any(holds(node) for node in walk(parse(question.expression)))

    return applies


def _fails_within_one_cluster_only(question: Question, union: Heard, ours: Heard) -> bool:
    return union.status == 422 and not ours.failed and bool(_DUPLICATES_OF_A_CLUSTER.match(union.body["error"]))


# The group in which one Prometheus found duplicates names a cluster, so no other cluster had part in it.
_DUPLICATES_OF_A_CLUSTER = re.compile(r'found duplicate series for the match group \{(?:[^{}]*, )?cluster="')

EXCEPTIONS = (
    Excused(
        "duplicates in one cluster whose other side is elsewhere",
        "One Prometheus looks for duplicates as soon as both sides have any series, be they of different clusters. A "
        "matching that keeps clusters apart is computed in each; where the other side has nothing there, nothing can "
        "match, and nobody looks.",
        _fails_within_one_cluster_only,
    ),
    Excused(
        "count_values into a label that sorts before one of its grouping",
        "2.42 appends the label to the grouping and does not sort it again, though its grouping keys need that: some "
        "of the grouping's labels are passed over, and series of different groups are counted as one. 3.0 sorts.",
        _anywhere(_counts_values_into_an_earlier_label),
    ),
    Excused(
        "a function that changes from step to step over a range pinned by @",
        "2.42 cuts the samples before the sliding window off the pinned range as the steps go on, so that the answer "
        "of one moment depends on the steps before it, and ends when nothing is left.",
        _anywhere(_moves_over_a_pinned_range),
    ),
)


def excused(question: Question, union: Heard, ours: Heard) -> str | None:
    """The name of the exception that covers this difference."""
    return next((each.name for each in EXCEPTIONS if each.applies(question, union, ours)), None)
