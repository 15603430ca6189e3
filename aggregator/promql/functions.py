"""The functions and aggregation operators of PromQL: since which Prometheus they exist, and what they give back."""

from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.promql.tree import Aggregate, Binary, Call, Kind, Negative, Node, Number, Range, String, Subquery, walk

Version = tuple[int, int]
ALWAYS: Version = (2, 0)


@dataclass(frozen=True, slots=True)
class Function:
    """`over_ranges`: takes a range vector and works series by series on the samples within it."""

    since: Version = ALWAYS
    until: Version | None = None
    gives: Kind = Kind.VECTOR
    over_ranges: bool = False


_PLAIN = (
    "abs absent absent_over_time acos acosh asin asinh atan atanh ceil clamp clamp_max clamp_min cos cosh day_of_month "
    "day_of_week day_of_year days_in_month deg exp floor histogram_count histogram_fraction histogram_quantile "
    "histogram_sum hour label_join label_replace ln log10 log2 minute month rad round sgn sin sinh sort sort_desc sqrt "
    "tan tanh timestamp vector year"
)
_OVER_RANGES = (
    "avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time max_over_time "
    "min_over_time predict_linear present_over_time quantile_over_time rate resets stddev_over_time stdvar_over_time "
    "sum_over_time"
)

FUNCTIONS: dict[str, Function] = {
    **{name: Function() for name in _PLAIN.split()},
    **{name: Function(over_ranges=True) for name in _OVER_RANGES.split()},
    **{name: Function(gives=Kind.SCALAR) for name in ("pi", "scalar", "time")},
    "double_exponential_smoothing": Function(since=(3, 0), over_ranges=True),
    "end": Function(since=(3, 6), gives=Kind.SCALAR),
    "first_over_time": Function(since=(3, 7), over_ranges=True),
    "histogram_avg": Function(since=(2, 52)),
    "histogram_quantiles": Function(since=(3, 8)),
    "histogram_stddev": Function(since=(2, 46)),
    "histogram_stdvar": Function(since=(2, 46)),
    "holt_winters": Function(until=(3, 0), over_ranges=True),
    "info": Function(since=(3, 0)),
    "mad_over_time": Function(since=(2, 54), over_ranges=True),
    "range": Function(since=(3, 6), gives=Kind.SCALAR),
    "sort_by_label": Function(since=(2, 49)),
    "sort_by_label_desc": Function(since=(2, 49)),
    "start": Function(since=(3, 6), gives=Kind.SCALAR),
    "step": Function(since=(3, 6), gives=Kind.SCALAR),
    "ts_of_first_over_time": Function(since=(3, 7), over_ranges=True),
    "ts_of_last_over_time": Function(since=(3, 7), over_ranges=True),
    "ts_of_max_over_time": Function(since=(3, 5), over_ranges=True),
    "ts_of_min_over_time": Function(since=(3, 5), over_ranges=True),
}

OPERATORS: dict[str, Function] = {
    **{
        name: Function()
        for name in "avg bottomk count count_values group max min quantile stddev stdvar sum topk".split()
    },
    "limitk": Function(since=(3, 0)),
    "limit_ratio": Function(since=(3, 0)),
}

COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
SET_OPERATORS = frozenset({"and", "or", "unless"})


def kind_of(node: Node) -> Kind:
    """The type of the value that the node gives."""
    match node:
        case Number():
            return Kind.SCALAR
        case String():
            return Kind.STRING
        case Range() | Subquery():
            return Kind.MATRIX
        case Call(function):
            return FUNCTIONS[function].gives
        case Binary(matching=None):
            sides = (kind_of(node.left), kind_of(node.right))
            return Kind.SCALAR if sides == (Kind.SCALAR, Kind.SCALAR) else Kind.VECTOR
        case Negative(inside):
            return kind_of(inside)
        case _:
            return Kind.VECTOR


def unknown_to(node: Node, version: Version) -> Iterator[str]:
    """The names in the tree which a Prometheus of that version does not know."""
    for part in walk(node):
        match part:
            case Call(name):
                entry = FUNCTIONS[name]
            case Aggregate(name):
                entry = OPERATORS[name]
            case _:
                continue
        if version < entry.since or (entry.until is not None and version >= entry.until):
            yield name
