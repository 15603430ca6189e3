"""Regular expressions: RE2, anchored, with Go's words for a fault."""

import pytest

from aggregator.errors import BadQuery
from aggregator.promql.regex import compile_anchored, matches


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("a|b", "ab", False),
        ("", "", True),
        ("", "a", False),
        (".*", "é€😀", True),
        (".", "😀", True),
        (".*", "a\nb", False),
        ("[[:digit:]]+", "12", True),
        ("(?i)OSLO", "oslo", True),
        ("a)(b", "ab", True),
        ("a$", "a\n", False),
    ],
)
def test_a_pattern_must_match_the_whole_text(pattern: str, text: str, answer: bool) -> None:  # noqa: FBT001
    assert compile_anchored(pattern)(text) is answer


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("a(", "missing closing ): `^(?:a()$`"),
        ("a)", "unexpected ): `^(?:a))$`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("[a", "missing closing ]: `[a)$`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("\\y", "invalid escape sequence: `\\y`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?P<>a)", "invalid named capture: `(?P<>`"),
    ],
)
def test_a_fault_is_told_in_the_words_of_go(pattern: str, words: str) -> None:
    with pytest.raises(BadQuery) as fault:
        compile_anchored(pattern)
    assert str(fault.value) == f"error parsing regexp: {words}"


def test_a_matcher_is_one_of_four_tests() -> None:
    assert matches("=", "a.c")("a.c")
    assert not matches("=", "a.c")("abc")
    assert matches("!=", "a")("")
    assert matches("=~", "a.c")("abc")
    assert matches("!~", "a.c")("ab")
