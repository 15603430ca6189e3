"""Trees as text, and text as trees: parsing what was printed gives the same tree."""

import pytest
from hypothesis import given, settings

from aggregator.promql.functions import kind_of
from aggregator.promql.parse import parse
from aggregator.promql.print import duration, number, quoted, seconds, text_of
from aggregator.promql.tree import Kind, Node
from tests.promql.trees import of_kind, trees

MANY = settings(max_examples=400, deadline=None, derandomize=True, database=None)


@MANY
@given(trees())
def test_what_is_printed_is_read_as_the_same_tree(tree: Node) -> None:
    text = text_of(tree)

    again = parse(text)

    # As text, since NaN differs from itself and 0 equals -0.
    assert repr(again) == repr(tree), text
    assert text_of(again) == text


@pytest.mark.parametrize("kind", list(Kind))
def test_the_kind_of_a_tree_is_known(kind: Kind) -> None:
    @settings(MANY, max_examples=40)
    @given(of_kind(kind))
    def every_tree(tree: Node) -> None:
        assert kind_of(tree) is kind

    every_tree()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("x[5m:]", "x[5m:]"),
        ('{"a.b"="c", d=~"e"}', '{"a.b"="c", d=~"e"}'),
        ("x{a=`b\\c`}", 'x{a="b\\\\c"}'),
        ("sum(x) by (a)", "sum by (a) (x)"),
        ("sum by () (x)", "sum(x)"),
        ("sum without () (x)", "sum without () (x)"),
        ("avg", '{__name__="avg"}'),
        ("a+b*c", "a + (b * c)"),
        ("-x^2", "-(x ^ 2)"),
        ("x * ignoring () group_left y", "x * ignoring () group_left () y"),
        ("x and on () y", "x and on () y"),
        ("x offset 5m @ -1.5", "x @ -1.500 offset 5m"),
        ("sum(x)[1h:90s] @ start()", "(sum(x))[1h:1m30s] @ start()"),
        ("x offset -3661001ms", "x offset -1h1m1s1ms"),
    ],
)
def test_a_query_is_printed_in_one_form(query: str, text: str) -> None:
    assert text_of(parse(query)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-0.0, "-0"), (0.1, "0.1"), (1e22, "1e+22"), (float("nan"), "NaN"), (float("-inf"), "-Inf")],
)
def test_a_number_keeps_its_bits(value: float, text: str) -> None:
    assert number(value) == text


def test_text_that_needs_escapes_has_them() -> None:
    assert quoted('a"b\\c\n\t\r\x00é') == '"a\\"b\\\\c\\n\\t\\r\\x00é"'


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0s"), (1, "1ms"), (90_000, "1m30s"), (31_536_000_000, "1y"), (-604_800_001, "-1w1ms")],
)
def test_a_duration_is_printed_with_the_largest_units_first(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text


@pytest.mark.parametrize(("milliseconds", "text"), [(0, "0"), (-1500, "-1.500"), (-1, "-0.001"), (61_000, "61")])
def test_an_instant_is_printed_in_seconds(milliseconds: int, text: str) -> None:
    assert seconds(milliseconds) == text
