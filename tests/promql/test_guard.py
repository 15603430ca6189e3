"""What may be handed to the native parser: nothing that could end the process, and nothing that it mistakes."""

import time
from contextlib import suppress

import pytest

from aggregator.errors import BadExpression, TooComplex
from aggregator.promql.guard import MAX_DEPTH, MAX_OPERATORS, guard
from aggregator.promql.parse import MAX_HEIGHT, parse
from aggregator.promql.tree import At, Selector, Subquery, height, walk

TOO_MUCH = {
    "200,000 brackets": ("(" * 200_000 + "x", "1:101: the query is nested more than 100 deep"),
    "50,000 brackets": ("(" * 50_000 + "x" + ")" * 50_000, "1:101: the query is nested more than 100 deep"),
    "30,000 aggregations": ("sum(" * 30_000 + "x" + ")" * 30_000, "1:404: the query is nested more than 100 deep"),
    "square brackets": ("[" * 20_000, "1:101: the query is nested more than 100 deep"),
    "braces": ("{" * 20_000, "1:101: the query is nested more than 100 deep"),
    "200,000 minuses": ("-" * 200_000 + "x", "1:501: the query has more than 500 operators"),
    "10,000 additions": ("x" + "+x" * 10_000, "1:1002: the query has more than 500 operators"),
    "10,000 set operations": ("x" + " or x" * 10_000, "1:2503: the query has more than 500 operators"),
    "powers": ("x" + "^x" * 10_000, "1:1002: the query has more than 500 operators"),
    "comparisons": ("x" + "==x" * 10_000, "1:1502: the query has more than 500 operators"),
    "a long string": ('x{a="' + "b" * 300_000 + '"}', "the query is 300,007 characters long; 262,144 are the most"),
    "minuses within brackets": ("-" * 400 + "(" * 90 + "x" + ")" * 90, "the query is nested more than 150 deep"),
    "400 additions": ("x" + "+x" * 400, "the query is nested more than 150 deep"),
    "one operator too many": ("x" + "+x" * MAX_HEIGHT, "the query is nested more than 150 deep"),
    "calls and operators": ("abs(" * 90 + "-" * 90 + "x" + ")" * 90, "the query is nested more than 150 deep"),
    "on the third line": ("x\n+\n" + "(" * 101, "3:101: the query is nested more than 100 deep"),
}  # fmt: skip
SLOW = {
    "a string without an end, full of quotes": '"' + '\\"' * 100_000,
    "the other quotes": "'" + "\\'" * 100_000,
    "strings without an end, line by line": '"a\n' * 50_000,
    "a raw string without an end": "`" + "\\" * 200_000,
    "spaces after @": "x @" + " " * 200_000 + "y",
    "comments after @": "x @" + " #\n" * 60_000 + "y",
    "digits after @": "x @ " + "1" * 200_000 + "y",
    "fractions after @": "x @ ." + "1" * 200_000 + "y",
    "exponents after @": "x @ 1e" + "1" * 200_000 + "y",
    "a large hexadecimal number": "x @ 0x" + "f" * 200_000,
    "a large number": "x @ " + "9" * 200_000,
    "many @": "x " + "@" * 200_000,
    "words": "and" * 80_000,
}
JUST_ENOUGH = {
    "a chain of operators": "x" + "+x" * (MAX_HEIGHT - 1),
    "brackets": "(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH,
    "calls": "abs(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH,
    "minuses": "-" * (MAX_HEIGHT - 1) + "x",
    "matchers, which are no operators": "x{" + ",".join(f'a{i}!="b"' for i in range(2 * MAX_OPERATORS)) + "}",
    "operators in strings": 'x{a="' + "+" * 10_000 + '"}',
    "brackets in raw strings": "x{a=`" + "(" * 10_000 + "`}",
    "brackets in comments": "x # " + "(" * 10_000,
    "a long string": 'x{a="' + "b" * 200_000 + '"}',
}


@pytest.mark.parametrize("case", TOO_MUCH)
def test_what_would_overflow_the_parser_is_refused_at_once(case: str) -> None:
    query, message = TOO_MUCH[case]
    started = time.monotonic()

    with pytest.raises(TooComplex) as refused:
        parse(query)

    assert str(refused.value).startswith(message)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("case", SLOW)
def test_no_text_takes_long_to_look_through(case: str) -> None:
    started = time.monotonic()

    with suppress(BadExpression):
        guard(SLOW[case])

    assert time.monotonic() - started < 5


@pytest.mark.parametrize("case", JUST_ENOUGH)
def test_what_is_just_small_enough_is_read(case: str) -> None:
    assert height(parse(JUST_ENOUGH[case])) <= MAX_HEIGHT


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("`a`", '"a"'),
        ("`\\d+`", '"\\\\d+"'),
        ('`"`', '"\\""'),
        ("`a\nb`", '"a\\nb"'),
        ('"`" + `b`', '"`" + "b"'),
        ("'`\\'' + `b`", "'`\\'' + \"b\""),
        ("x # `\n+ y", "x  \n+ y"),
        ('x # "\n+ `y`', 'x  \n+ "y"'),
        ('"#" # "', '"#"  '),
        ("`# no comment`", '"# no comment"'),
    ],
)
def test_raw_strings_and_comments_are_spelt_otherwise(text: str, guarded: str) -> None:
    assert guard(text).text == guarded


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("x @ 5", 5000),
        ("x@5", 5000),
        ("x @ -1.5", -1500),
        ("x @ - 1.5", -1500),
        ("x @ +.5", 500),
        ("x @ 1.", 1000),
        ("x @ 1e3", 1_000_000),
        ("x @ 1.5E-1", 150),
        ("x @ 0x10", 16_000),
        ("x @ 1700000000.0014", 1_700_000_000_001),
        ("x @ # a comment, it's said `\n 5", 5000),
        ("x @\n# a comment\n- # another\n 5", -5000),
        ("x @ -9e15", -9_000_000_000_000_000_000),
    ],
)
def test_an_instant_is_read_to_the_millisecond(text: str, milliseconds: int) -> None:
    tree = parse(text)

    assert isinstance(tree, Selector)
    assert tree.at == At(milliseconds)


def test_every_instant_of_a_query_is_its_own() -> None:
    tree = parse("x @ 7 + max_over_time(y[5m] @ 0) - max_over_time((z @ -3)[5m:1m] @ 1)")

    ats = [part.at for part in walk(tree) if isinstance(part, Selector | Subquery)]

    assert ats == [At(7000), At(0), At(1000), At(-3000)]


@pytest.mark.parametrize("when", ["5m", "1_0", "5s", "1.5.2", "0x1p3", "1e", "-1ms", "0b1"])
def test_an_instant_that_is_no_number_is_refused_with_its_place(when: str) -> None:
    with pytest.raises(BadExpression, match=r"^1:8: parse error: bad timestamp after @$"):
        parse(f"y + xx @ {when}")


@pytest.mark.parametrize("when", ["1e300", "-1e16", "9223372036854774"])
def test_an_instant_that_no_clock_will_show_is_out_of_bounds(when: str) -> None:
    with pytest.raises(BadExpression, match="timestamp out of bounds for @ modifier"):
        parse(f"x @ {when}")
