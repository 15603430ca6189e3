"""Text as a tree: every form of PromQL, and clear words for what is none."""

import pytest

from aggregator.errors import BadExpression
from aggregator.promql.parse import parse, parse_selector
from aggregator.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Matcher,
    Matching,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
)

MINUTE = 60_000


def named(name: str, *matchers: Matcher) -> Selector:
    return Selector((Matcher("__name__", "=", name), *matchers))


X, Y = named("x"), named("y")

READ: dict[str, Node] = {
    "x": X,
    "x{}": X,
    '{__name__="x"}': X,
    'x{a="b",c!="d",e=~"f",g!~"h",}': named(
        "x", Matcher("a", "=", "b"), Matcher("c", "!=", "d"), Matcher("e", "=~", "f"), Matcher("g", "!~", "h")
    ),
    "x{a=~`\\d+\\.\\w`}": named("x", Matcher("a", "=~", "\\d+\\.\\w")),
    "x{a='it\\'s \"\\u00e9\\n\\x41\\101'}": named("x", Matcher("a", "=", "it's \"é\nAA")),
    '{"a.b", "c d"="e"}': named("a.b", Matcher("c d", "=", "e")),
    "x offset 5m": Selector(X.matchers, offset=5 * MINUTE),
    "x offset -1h30m": Selector(X.matchers, offset=-90 * MINUTE),
    "x offset 5m @ 10": Selector(X.matchers, offset=5 * MINUTE, at=At(10_000)),
    "x @ -1.5": Selector(X.matchers, at=At(-1500)),
    "x @ start()": Selector(X.matchers, at=At("start")),
    "x @ end() offset 1ms": Selector(X.matchers, offset=1, at=At("end")),
    "x[5m]": Range(X, 5 * MINUTE),
    "x[1w2d3h4m5s6ms] offset 1y": Range(Selector(X.matchers, 365 * 86_400_000), 788_645_006),
    "x[5m] @ 10": Range(Selector(X.matchers, at=At(10_000)), 5 * MINUTE),
    "x[5m:]": Subquery(X, 5 * MINUTE, None),
    "sum(x)[1h:5m] @ end() offset -1m": Subquery(
        Aggregate("sum", X), 60 * MINUTE, 5 * MINUTE, offset=-MINUTE, at=At("end")
    ),
    "rate(x[5m])": Call("rate", (Range(X, 5 * MINUTE),)),
    "holt_winters(x[5m], 0.5, 0.1)": Call("holt_winters", (Range(X, 5 * MINUTE), Number(0.5), Number(0.1))),
    "time()": Call("time", ()),
    'label_replace(x, "a", "$1", "b", "(.*)")': Call(
        "label_replace", (X, String("a"), String("$1"), String("b"), String("(.*)"))
    ),
    "sum(x)": Aggregate("sum", X),
    "sum by () (x)": Aggregate("sum", X),
    "SUM BY (a, b, a) (x)": Aggregate("sum", X, grouping=("a", "b")),
    "sum(x) without (a)": Aggregate("sum", X, grouping=("a",), without=True),
    "sum without () (x)": Aggregate("sum", X, without=True),
    "topk by (a) (3, x)": Aggregate("topk", X, Number(3), ("a",)),
    'count_values("a", x)': Aggregate("count_values", X, String("a")),
    "-x": Negative(X),
    "--x": Negative(Negative(X)),
    "+x": X,
    "-1": Number(-1),
    "-1 ^ 2": Negative(Binary("^", Number(1), Number(2))),
    "-x ^ 2": Negative(Binary("^", X, Number(2))),
    "0x1F": Number(31),
    "010": Number(8),
    "1e3": Number(1000),
    ".5": Number(0.5),
    "-Inf": Number(float("-inf")),
    "1 + 2 * 3": Binary("+", Number(1), Binary("*", Number(2), Number(3))),
    "2 ^ 3 ^ 2": Binary("^", Number(2), Binary("^", Number(3), Number(2))),
    "(x)": X,
    "x > bool 1": Binary(">", X, Number(1), bool=True),
    "x + y": Binary("+", X, Y, Matching()),
    "x == bool on (a, b, a) y": Binary("==", X, Y, Matching(on=True, labels=("a", "b")), bool=True),
    "x atan2 ignoring (a) y": Binary("atan2", X, Y, Matching(labels=("a",))),
    "x * on (a) group_left y": Binary("*", X, Y, Matching(True, ("a",), "many-to-one")),
    "x * ignoring () group_right (b) y": Binary("*", X, Y, Matching(False, (), "one-to-many", ("b",))),
    "x and y": Binary("and", X, Y, Matching(cardinality="many-to-many")),
    "x UNLESS on () y": Binary("unless", X, Y, Matching(on=True, cardinality="many-to-many")),
    "x or y and x": Binary(
        "or", X, Binary("and", Y, X, Matching(cardinality="many-to-many")), Matching(cardinality="many-to-many")
    ),
    '"a`b"': String("a`b"),
    "`a\\nb`": String("a\\nb"),
    "x # it's `a` (\n + # and\n y": Binary("+", X, Y, Matching()),
}

KEYWORDS = (
    "and or unless avg bottomk by count count_values group max min offset quantile stddev stdvar sum topk without end "
    "start limitk limit_ratio rate time step range fill"
).split()

REFUSED = {
    "": "unknown position: parse error: no expression found in input",
    " # nothing\n": "unknown position: parse error: no expression found in input",
    "x{": "parse error",
    "x)": "parse error",
    "rate(x)": "expected type matrix in call to function 'rate', got vector",
    "nonsense(x)": "unknown function with name 'nonsense'",
    "sum(x, y)": "wrong number of arguments for aggregate expression",
    "1 == 1": "comparisons between scalars must use BOOL modifier",
    "{}": "vector selector must contain at least one non-empty matcher",
    '{a=""}': "vector selector must contain at least one non-empty matcher",
    '{a=~".*"}': "vector selector must contain at least one non-empty matcher",
    'x{__name__="y"}': "metric name must not be set twice",
    'x{a=~"("}': "parse error",
    "x on y": "parse error",
    "x[5m] + y": "parse error",
    'x{a="b" or c="d"}': 'unexpected "or" in label matching: alternatives between matchers are not PromQL',
    '{__name__="x" or __name__="y"}': 'unexpected "or" in label matching: alternatives between matchers are not PromQL',
    "x[5m + 1m]": "arithmetic with durations is not supported",
    "x[5m:1m * 2]": "arithmetic with durations is not supported",
    "x offset (5m)": "arithmetic with durations is not supported",
    "x offset -(5m)": "arithmetic with durations is not supported",
    "x offset 293y": "duration out of range",
    "x offset -5000000y": "duration out of range",
    "x[100000y]": "duration out of range",
    "x[5m:293y]": "duration out of range",
    "x + fill(0) y": "fill modifiers are not supported",
    "x + on (a) fill_left(0) y": "fill modifiers are not supported",
    "x + on (a) fill_right(0) y": "fill modifiers are not supported",
    "rate(x[5m] smoothed)": "the modifiers smoothed and anchored are not supported",
    "rate(x[5m] anchored)": "the modifiers smoothed and anchored are not supported",
    "x smoothed": "the modifiers smoothed and anchored are not supported",
    "\x00": "parse error",
    "x{a=`b}": "parse error",
}


@pytest.mark.parametrize("query", READ)
def test_a_query_is_read_as_its_tree(query: str) -> None:
    assert parse(query) == READ[query]


@pytest.mark.parametrize("word", KEYWORDS)
def test_a_word_of_the_language_may_be_the_name_of_a_metric(word: str) -> None:
    assert parse(word) == named(word)


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_no_promql_is_refused_in_words(query: str) -> None:
    with pytest.raises(BadExpression) as refused:
        parse(query)

    assert REFUSED[query] in str(refused.value)


def test_a_match_parameter_is_a_selector() -> None:
    assert parse_selector("x") == X


@pytest.mark.parametrize("text", ["sum(x)", "x[5m]", "1", "x + y"])
def test_a_match_parameter_is_nothing_else(text: str) -> None:
    with pytest.raises(BadExpression, match="a selector was expected"):
        parse_selector(text)
