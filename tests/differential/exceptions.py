"""Where Crosshub means to differ from one Prometheus 2.42: each with its reason, each as narrow as it can be said."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aggregator.promql.parse import parse
from aggregator.promql.tree import (
    Aggregate,
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
from aggregator.series import CLUSTER, Labels
from tests.differential.compare import same_value
from tests.differential.heard import Heard, Question


@dataclass(frozen=True, slots=True)
class Excused:
    """`applies` is given the question and both answers, and only where they differ."""

    name: str
    reason: str
    applies: Callable[[Question, Heard, Heard], bool]


def excused(question: Question, union: Heard, ours: Heard) -> str | None:
    """The name of the exception that covers this difference."""
    return next((each.name for each in EXCEPTIONS if each.applies(question, union, ours)), None)


def _anywhere(holds: Callable[[Node], bool]) -> Callable[[Question, Heard, Heard], bool]:
    """Both answered, and the expression has such a node."""

    def applies(question: Question, union: Heard, ours: Heard) -> bool:
        return not union.failed and not ours.failed and any(holds(node) for node in walk(parse(question.expression)))

    return applies


def _counts_values_into_an_earlier_label(node: Node) -> bool:
    match node:
        case Aggregate(operator="count_values", without=False, parameter=String(value), grouping=grouping):
            return any(name > value for name in grouping)
    return False


def _blows_up_last_bits(node: Node) -> bool:
    match node:
        case Call(function="sin" | "cos" | "tan" | "stddev_over_time" | "stdvar_over_time"):
            return any(map(_is_transcendental, _below(node)))
        case Binary(operator="%", left=divided):
            return any(map(_is_transcendental, walk(divided)))
        case Aggregate(operator="count_values" | "stddev" | "stdvar"):
            return any(map(_is_transcendental, walk(node)))
    return False


def _waits_for_a_scalar_over_a_pinned_range(node: Node) -> bool:
    match node:
        case Call(function="predict_linear", arguments=(over, by)):
            return _is_pinned(over) and not isinstance(by, Number | Negative)
    return _is_moving(node)


def _shows_the_last_bit_of_a_sum_over_several_names(node: Node) -> bool:
    match node:
        case Aggregate(operator="count_values") | Call(function="sin" | "cos" | "tan"):
            sums = (below for below in walk(node) if isinstance(below, Aggregate) and below.operator in _SUMMING)
            return any(map(_reads_several_names, sums))
    return False


def _reads_several_names(node: Node) -> bool:
    return any(isinstance(below, Selector) and _has_several_names(below) for below in walk(node))


def _has_several_names(selector: Selector) -> bool:
    return not any(matcher.name == "__name__" and matcher.op == "=" for matcher in selector.matchers)


def _moves_over_a_pinned_range(node: Node) -> bool:
    """Within a subquery, whose moments cannot be asked by themselves."""
    return isinstance(node, Subquery) and any(_is_moving(below) for below in walk(node.inside))


def _is_moving(node: Node) -> bool:
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


def _below(node: Node) -> Iterator[Node]:
    return (below for below in walk(node) if below is not node)


def _is_transcendental(node: Node) -> bool:
    match node:
        case Call(function=function):
            return function in _TRANSCENDENTAL
        case Binary(operator=operator):
            return operator in {"^", "atan2"}
    return False


def _fails_within_one_cluster_only(question: Question, union: Heard, ours: Heard) -> bool:
    return union.status == 422 and not ours.failed and bool(_DUPLICATES_OF_A_CLUSTER.match(union.body["error"]))


def _fails_of_several_causes(question: Question, union: Heard, ours: Heard) -> bool:
    errors = [heard.body["error"] for heard in (union, ours) if heard.status == 422]
    return len(errors) == 2 and all(error.startswith(_OF_MATCHING) for error in errors)


def _takes_others_of_equal_value(question: Question, union: Heard, ours: Heard) -> bool:
    if union.failed or ours.failed or not any(map(_takes_some, walk(parse(question.expression)))):
        return False
    return _values_by_moment(union) == _values_by_moment(ours)


def _overflows_early(question: Question, union: Heard, ours: Heard) -> bool:
    apart = _apart(question, union, ours, {"exp", "sinh", "cosh"})
    return bool(apart) and all(
        math.isinf(float(theirs)) and abs(float(own)) > _CLOSE_TO_OVERFLOW for _, theirs, own in apart
    )


def _is_next_to_nothing(question: Question, union: Heard, ours: Heard) -> bool:
    """Where what a function or slope is taken of is seen to its last bit."""
    calls = [node for node in walk(parse(question.expression)) if isinstance(node, Call)]
    blown = {call.function for call in calls if any(map(_is_transcendental, _below(call)))}
    pairs = [(float(theirs), float(own)) for _, theirs, own in _differing(union, ours)]
    arcs = not blown.isdisjoint({"acos", "asin"}) and all(abs(theirs - own) < 1e-7 for theirs, own in pairs)
    differences = not blown.isdisjoint({"deriv", "idelta", "irate", "ln", "log2", "log10"})
    return bool(pairs) and (arcs or (differences and all(abs(theirs - own) < 1e-15 for theirs, own in pairs)))


def _is_a_variance_of_moments_of_several_names(question: Question, union: Heard, ours: Heard) -> bool:
    """Over all clusters, and where as many digits agree as a running mean of moments keeps."""
    nodes = walk(parse(question.expression))
    if not any(isinstance(node, Aggregate) and _varies_over_moments_of_several_names(node) for node in nodes):
        return False
    apart = _differing(union, ours)
    return bool(apart) and all(math.isclose(float(theirs), float(own), rel_tol=1e-6) for _, theirs, own in apart)


def _varies_over_moments_of_several_names(node: Aggregate) -> bool:
    if node.operator not in {"stddev", "stdvar"} or (CLUSTER in node.grouping) is not node.without:
        return False
    moments = any(isinstance(below, Call) and below.function == "timestamp" for below in walk(node))
    return moments and _reads_several_names(node)


def _has_another_zero(question: Question, union: Heard, ours: Heard) -> bool:
    """Where zeros were put in order."""
    nodes = walk(parse(question.expression))
    ordered = any(isinstance(node, Call) and node.function in _ORDERING for node in nodes)
    apart = _differing(union, ours) if ordered else []
    return bool(apart) and all({theirs, own} == {"0", "-0"} for _, theirs, own in apart)


def _is_a_logarithm_of_the_tiny(question: Question, union: Heard, ours: Heard) -> bool:
    """Only series of this kind have such numbers."""
    apart = _apart(question, union, ours, {"ln", "log10"})
    return bool(apart) and all(("kind", "extreme") in labels for labels, _, _ in apart)


def _apart(question: Question, union: Heard, ours: Heard, functions: set[str]) -> list[tuple[Labels, str, str]]:
    """What differs, where one of the functions is called."""
    calls = (node for node in walk(parse(question.expression)) if isinstance(node, Call))
    return _differing(union, ours) if any(call.function in functions for call in calls) else []


def _differing(union: Heard, ours: Heard) -> list[tuple[Labels, str, str]]:
    """The labels and both values of each sample that differs, where both have the same samples otherwise."""
    if union.failed or ours.failed:
        return []
    theirs, found = _samples(union), _samples(ours)
    if theirs.keys() != found.keys():
        return []
    return [(place[0], value, found[place]) for place, value in theirs.items() if same_value(value, found[place])]


def _samples(heard: Heard) -> dict[tuple[Labels, float], str]:
    """Each value, by its labels and its moment."""
    return {
        (tuple(sorted(series["metric"].items())), moment): value
        for series in heard.body["data"]["result"]
        for moment, value in series.get("values", [series.get("value")])
    }


def _takes_some(node: Node) -> bool:
    """Of what has no order of its own any more: that a function or an operator has made."""
    return (
        isinstance(node, Aggregate) and node.operator in {"topk", "bottomk"} and not isinstance(node.inside, Selector)
    )


def _values_by_moment(heard: Heard) -> list[tuple[float, str]]:
    samples = (
        sample for series in heard.body["data"]["result"] for sample in series.get("values", [series.get("value")])
    )
    return sorted((moment, value) for moment, value in samples)


# Half of where the exponential ends, less the last digits.
_CLOSE_TO_OVERFLOW = 6e307
_ORDERING = frozenset({"sort", "sort_desc", "quantile_over_time"})
_SUMMING = frozenset({"sum", "avg", "stddev", "stdvar"})
_TRANSCENDENTAL = frozenset("exp sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split())

# The group in which one Prometheus found duplicates names a cluster, so no other cluster had part in it.
_DUPLICATES_OF_A_CLUSTER = re.compile(r'found duplicate series for the match group \{(?:[^{}]*, )?cluster="')

_OF_MATCHING = ("found duplicate series for the match group", "multiple matches for labels: ")

EXCEPTIONS = (
    Excused(
        "duplicates in one cluster whose other side is elsewhere",
        "One Prometheus looks for duplicates as soon as both sides have any series, be they of different clusters. A "
        "matching that keeps clusters apart is computed in each; where the other side has nothing there, nothing can "
        "match, and nobody looks.",
        _fails_within_one_cluster_only,
    ),
    Excused(
        "one error of several",
        "Where a matching is wrong in more than one way, in different clusters or at different steps, one Prometheus "
        "tells of the first one it meets, and so do we; which is first depends on who computes it.",
        _fails_of_several_causes,
    ),
    Excused(
        "in a subquery, a function that changes from step to step over a range pinned by @",
        "The first of the bugs told of below, at OF_RANGES: 2.42 loses the samples of the pinned range.",
        _anywhere(_moves_over_a_pinned_range),
    ),
    Excused(
        "a scalar that is known only here, over a range pinned by @",
        "The same bug: the clusters lose samples within each run of steps of equal scalars, one Prometheus over all.",
        _anywhere(_waits_for_a_scalar_over_a_pinned_range),
    ),
    Excused(
        "the last bit of a sum over several metrics, as a label or a large angle",
        "One Prometheus adds up series in an order in which the names count that are no longer there to be told; "
        "count_values makes a label of the last bit, and the sine of a large number shows hardly anything else.",
        _anywhere(_shows_the_last_bit_of_a_sum_over_several_names),
    ),
    Excused(
        "count_values into a label that sorts before one of its grouping",
        "2.42 appends the label to the grouping and does not sort it again, though its grouping keys need that: some "
        "of the grouping's labels are passed over, and series of different groups are counted as one. 3.0 sorts.",
        _anywhere(_counts_values_into_an_earlier_label),
    ),
    Excused(
        "the last bits of exponential and trigonometric functions, blown up",
        "Go computes these functions by approximations of its own, whose last bits differ from the C library's (and "
        "from one processor to the next). The sine of a number near 10^20, what such a number leaves when it is "
        "divided, a value that becomes a label, and the deviation of all but equal values show nothing but those bits.",
        _anywhere(_blows_up_last_bits),
    ),
    Excused(
        "an arc or logarithm near 1, or a slope of equal values, that shows their last bits",
        "The same bits: the arc cosine of what differs from 1 by 1e-16 is 1e-8, its logarithm 1e-16, and values that are all "
        "but equal have a slope near 1e-18, or one that is the difference of two last bits.",
        _is_next_to_nothing,
    ),
    Excused(
        "the variance of moments of several metrics",
        "One Prometheus goes through series in an order in which the names count that are no longer there to be told. Of "
        "numbers like 1767580528, whose squares are larger than 2^53, another order gives other last digits.",
        _is_a_variance_of_moments_of_several_names,
    ),
    Excused(
        "the sign of a zero among zeros that were sorted",
        "Go's sort leaves equal values in any order, and 0 and -0 are equal: which of them comes first is seen by min, max "
        "and quantiles.",
        _has_another_zero,
    ),
    Excused(
        "exponentials that overflow early",
        "On amd64 Go's exponential is infinite from 709.44 on, since it rounds the exponent before it looks whether that is "
        "too large; ours is from 709.79 on, as the largest float64 has it, and as Go's is on other processors.",
        _overflows_early,
    ),
    Excused(
        "logarithms of denormal numbers",
        "On amd64 Go's logarithm takes numbers below 2.2e-308 for ones near 1e-308: ln(5e-324) is -709.1 there, not -744.4.",
        _is_a_logarithm_of_the_tiny,
    ),
    Excused(
        "other series of equal value under topk",
        "Which of equal series topk takes is decided by their order. Of what a function or an operator has made, one "
        "Prometheus keeps an order in which the names count that are no longer there to be told.",
        _takes_others_of_equal_value,
    ),
)

# Over ranges 2.42 miscounts around @: predict_linear and quantile_over_time(scalar(..), ..) lose the samples of a pinned
# range as the steps go on, and the parameter of an aggregation that is pinned in part changes to what it never was.
# Asked at each moment by itself the union then answers what we do; that is looked up, not assumed.
OF_RANGES = "a range that is not what 2.42 answers at its moments"
