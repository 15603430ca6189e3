"""Trees of every kind of node that is well-formed PromQL, drawn at random."""

import math
from functools import cache

from hypothesis import strategies as st

from aggregator.promql.functions import COMPARISONS, FUNCTIONS, OPERATORS, SET_OPERATORS
from aggregator.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Cardinality,
    Kind,
    Matcher,
    Matching,
    MatchOp,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
)

Nodes = st.SearchStrategy[Node]
Names = st.SearchStrategy[str]

ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
PLAIN_LABELS = ("cluster", "job", "le", "_x9", "by", "on", "sum", "offset", "bool", "__name__", "Start", "atan2")
ODD_LABELS = ("a.b", "é", "9x", "with space", 'quo"te', "back\\slash", "inf", "NaN")
METRICS = ("up", "a:b", ":", "sum", "rate", "by", "on", "bool", "and", "inf", "Nan", "start", "end", "offset", "step")
# Takes the arguments of these types; the functions over ranges that take nothing else are added below.
SIGNATURES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("abs ceil sgn absent timestamp sort sort_desc histogram_count info".split(), ("vector",)),
    **{name: ("matrix",) for name, function in FUNCTIONS.items() if function.over_ranges},
    "quantile_over_time": ("scalar", "matrix"),
    "predict_linear": ("matrix", "scalar"),
    "holt_winters": ("matrix", "scalar", "scalar"),
    "double_exponential_smoothing": ("matrix", "scalar", "scalar"),
    "absent_over_time": ("matrix",),
    "hour": (),
    "year": ("vector",),
    "vector": ("scalar",),
    "round": ("vector", "scalar"),
    "clamp": ("vector", "scalar", "scalar"),
    "label_replace": ("vector", "string", "string", "string", "string"),
    "label_join": ("vector", "string", "string", "string", "string", "string"),
    "sort_by_label": ("vector", "string"),
    "histogram_quantile": ("scalar", "vector"),
    "histogram_fraction": ("scalar", "scalar", "vector"),
}
SCALAR_SIGNATURES: dict[str, tuple[str, ...]] = {"time": (), "pi": (), "scalar": ("vector",)}

texts: Names = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "\\", '"', "'", "`", "\n", "\r\t", "\x00", "\x07\x7f", "é€😀", "#", "$1", "@ 5", "a{b}[5m]", "…"]
    ),
)
patterns: Names = st.sampled_from(["", ".*", ".+", "a|b", "\\d+", "(?i)x", "[[:digit:]]", 'a"b', "a\\.b", "é+", "\n"])
labels: Names = st.one_of(st.sampled_from(PLAIN_LABELS), st.sampled_from(ODD_LABELS))
numbers: Nodes = st.builds(
    Number,
    st.one_of(
        st.floats(),
        st.sampled_from([0.0, -0.0, 1.0, 0.1, 1e21, 1e-7, 1e300, 5e-324, 2.0**63, math.inf, -math.inf, math.nan]),
        st.integers(-5, 50).map(float),
    ),
)
durations = st.one_of(st.integers(1, 10**7), st.sampled_from([1, 1000, 90_000, 3_600_000, 86_400_000 * 365]))
offsets = st.one_of(st.just(0), durations, durations.map(lambda duration: -duration))
ats = st.one_of(
    st.none(),
    st.sampled_from([At("start"), At("end"), At(0), At(-1), At(-1500), At(1_700_000_000_001)]),
    st.builds(At, st.integers(-(10**13), 10**13)),
)
strings: Nodes = st.builds(String, texts)


@st.composite
def matchers(draw: st.DrawFn) -> Matcher:
    op: MatchOp = draw(st.sampled_from(("=", "!=", "=~", "!~")))
    name = draw(labels.filter(lambda name: name != "__name__"))
    return Matcher(name, op, draw(patterns if "~" in op else texts))


@st.composite
def selectors(draw: st.DrawFn) -> Selector:
    """With one matcher at least that the empty value does not meet, as Prometheus wants it."""
    others = draw(st.lists(matchers(), max_size=3))
    name = draw(st.one_of(st.sampled_from(METRICS), texts.filter(bool), st.none()))
    if name is None:
        first = [Matcher("__name__", "=~", "a.+"), Matcher("__name__", "!~", "b.*")]
    else:
        first = [Matcher("__name__", "=", name)]
    return Selector((*first, *others), draw(offsets), draw(ats))


@cache
def vectors(depth: int) -> Nodes:
    if depth == 0:
        return selectors()
    below = vectors(depth - 1)
    return st.one_of(
        selectors(),
        calls(SIGNATURES, depth),
        aggregates(depth),
        vector_binaries(depth),
        mixed_binaries(depth),
        st.builds(Negative, below),
    )


@cache
def scalars(depth: int) -> Nodes:
    if depth == 0:
        return numbers
    return st.one_of(numbers, calls(SCALAR_SIGNATURES, depth), scalar_binaries(depth))


@cache
def matrices(depth: int) -> Nodes:
    ranges = st.builds(Range, selectors(), durations)
    if depth == 0:
        return ranges
    steps = st.one_of(st.none(), durations)
    return st.one_of(ranges, st.builds(Subquery, vectors(depth - 1), durations, steps, offsets, ats))


@st.composite
def calls(draw: st.DrawFn, signatures: dict[str, tuple[str, ...]], depth: int) -> Node:
    kinds = {
        "vector": vectors(depth - 1),
        "scalar": scalars(depth - 1),
        "matrix": matrices(depth - 1),
        "string": strings,
    }
    name = draw(st.sampled_from(sorted(signatures)))
    return Call(name, tuple(draw(kinds[kind]) for kind in signatures[name]))


@st.composite
def aggregates(draw: st.DrawFn, depth: int) -> Node:
    operator = draw(st.sampled_from(sorted(OPERATORS)))
    parameter = None
    if operator in ("topk", "bottomk", "quantile", "limitk", "limit_ratio"):
        parameter = draw(scalars(depth - 1))
    elif operator == "count_values":
        parameter = String(draw(labels))
    grouping = tuple(draw(st.lists(labels, max_size=3, unique=True)))
    return Aggregate(operator, draw(vectors(depth - 1)), parameter, grouping, draw(st.booleans()))


@st.composite
def vector_binaries(draw: st.DrawFn, depth: int) -> Node:
    operator = draw(st.sampled_from((*ARITHMETIC, *sorted(COMPARISONS), *sorted(SET_OPERATORS))))
    on, named = draw(st.booleans()), tuple(draw(st.lists(labels, max_size=2, unique=True)))
    sides = draw(vectors(depth - 1)), draw(vectors(depth - 1))
    if operator in SET_OPERATORS:
        return Binary(operator, *sides, Matching(on, named, "many-to-many"))
    cardinality: Cardinality = draw(st.sampled_from(("one-to-one", "many-to-one", "one-to-many")))
    include: tuple[str, ...] = ()
    if cardinality != "one-to-one":
        include = tuple(draw(st.lists(labels.filter(lambda name: name not in named), max_size=2, unique=True)))
    returns_bool = operator in COMPARISONS and draw(st.booleans())
    return Binary(operator, *sides, Matching(on, named, cardinality, include), bool=returns_bool)


@st.composite
def mixed_binaries(draw: st.DrawFn, depth: int) -> Node:
    operator = draw(st.sampled_from((*ARITHMETIC, *sorted(COMPARISONS))))
    vector, scalar = draw(vectors(depth - 1)), draw(scalars(depth - 1))
    left, right = draw(st.sampled_from([(vector, scalar), (scalar, vector)]))
    return Binary(operator, left, right, bool=operator in COMPARISONS and draw(st.booleans()))


@st.composite
def scalar_binaries(draw: st.DrawFn, depth: int) -> Node:
    operator = draw(st.sampled_from((*ARITHMETIC, *sorted(COMPARISONS))))
    return Binary(operator, draw(scalars(depth - 1)), draw(scalars(depth - 1)), bool=operator in COMPARISONS)


def trees(depth: int = 3) -> Nodes:
    """Queries: vectors mostly, but scalars, range vectors and strings too."""
    return st.one_of(vectors(depth), vectors(depth), scalars(depth), matrices(depth), strings)


def of_kind(kind: Kind, depth: int = 2) -> Nodes:
    """Trees that give a value of the kind."""
    return {Kind.VECTOR: vectors(depth), Kind.SCALAR: scalars(depth), Kind.MATRIX: matrices(depth)}.get(kind, strings)
