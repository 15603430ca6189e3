"""What is said of a text that is not PromQL, and of which place in it."""

import subprocess
from pathlib import Path

import pytest

from aggregator.errors import BadExpression
from aggregator.promql.diagnosis import LONGEST, diagnosis
from aggregator.promql.parse import parse
from aggregator.rules.files import rules_of

SAID = [
    # Where the grammar ends.
    ("foo bar", "1:5: unexpected 'bar'"),
    ("1 +* 2", "1:4: unexpected '*'"),
    ("sum by (a (up)", "1:11: unexpected '('"),
    ("sum(rate(x[5m]) by (a)", "1:17: unexpected 'by'"),
    ("(a and b) or c)", "1:15: unexpected ')'"),
    ("label_replace(sum(up +* 1), 'a', 'b', 'c', 'd')", "1:23: unexpected '*'"),
    ("max_over_time(rate(x[5m])[1h:) > 3", "1:30: unexpected ')'"),
    ('x{a="b" c="d"}', "1:9: unexpected 'c'"),
    ("$x", "1:1: unexpected '$'"),
    ("up{a=b}", "1:6: unexpected 'b'"),
    ("up >\n  3 4", "2:5: unexpected '4'"),
    ("up # why\n  3", "2:3: unexpected '3'"),
    # What breaks off.
    ("up >\n  bool", "2:7: it breaks off"),
    ("count(up) > 3 and", "1:18: it breaks off"),
    ("up[5m", "1:6: it breaks off"),
    ("sum(up", "1:7: it breaks off, and a parenthesis is not closed"),
    ("topk(5,", "1:8: it breaks off, and a parenthesis is not closed"),
    ("sum by # all", "1:7: it breaks off"),
    # What the parser has words for; with a place, where what they name stands there once.
    ("nofunc(up)", "1:1: unknown function with name 'nofunc'"),
    ("1 + rate(up)", "1:5: expected type matrix in call to function 'rate', got vector"),
    ("rate(x[5m]) + rate(up)", "expected type matrix in call to function 'rate', got vector"),
    ("rate(up[5x])", "1:9: bad number or duration syntax: 5x"),
    ('x + "a', '1:5: unterminated quoted string "'),
    ("up[5m] + 1", "binary expression must contain only scalar and instant vector types"),
    ("x @ .", "1:3: bad timestamp after @"),
    ("", "no expression found in input"),
    ("x smoothed", "the modifiers smoothed and anchored are not supported"),
    # Nobody looks through these piece by piece.
    ("x " * LONGEST, "invalid promql query"),
]


@pytest.mark.parametrize(("text", "said"), SAID)
def test_a_text_that_is_not_promql_is_told_where_and_why(text: str, said: str) -> None:
    with pytest.raises(BadExpression) as fault:
        parse(text)

    assert diagnosis(text, fault.value) == said


@pytest.mark.parametrize("expr", sorted({rule.expr for group in rules_of(None) for rule in group.rules})[::3])
def test_a_word_that_does_not_belong_there_is_found_wherever_it_stands(expr: str) -> None:
    # Behind ranges, not within the texts of matchers.
    places = [end + 1 for end in range(len(expr)) if expr[end] == "]" and expr[:end].count('"') % 2 == 0]
    for place in places:
        wrong = f"{expr[:place]} astray{expr[place:]}"
        with pytest.raises(BadExpression) as fault:
            parse(wrong)

        column = place + 1 - expr.rfind("\n", 0, place)
        assert diagnosis(wrong, fault.value) == f"{expr.count(chr(10), 0, place) + 1}:{column}: unexpected 'astray'"


def test_the_place_is_that_which_prometheus_tells(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    for text in ("foo bar", "sum by (a (up)", "up >\n  3 4"):
        indented = text.replace("\n", "\n          ")
        file.write_text(f"groups:\n- name: a\n  rules:\n    - alert: A\n      expr: |\n          {indented}\n")
        ran = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)
        with pytest.raises(BadExpression) as fault:
            parse(text)

        place, _, _ = diagnosis(text, fault.value).partition(": ")
        assert f"could not parse expression: {place}: parse error" in ran.stderr
