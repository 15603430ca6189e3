"""What a rule needs to be there before nothing can mean that all is well."""

import pytest

from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.rules.presence import asked_for, is_there, writes


@pytest.mark.parametrize(
    ("expr", "there", "expected"),
    [
        ("a > 5", "a", True),
        ("a > 5", "", False),
        ('a{phase="Failed"} > 5', "a", True),
        ("sum by (x) (rate(a[5m])) / sum by (x) (rate(b[5m])) > 0.1", "a", False),
        ("sum by (x) (rate(a[5m])) / sum by (x) (rate(b[5m])) > 0.1", "a b", True),
        ("max_over_time(a[1h:5m]) > -a", "a", True),
        ("a > 5 and b > 1", "a", True),
        ("a > 5 and b > 1", "b", False),
        ("a unless b", "a", True),
        ("a or b", "b", True),
        ("a or b", "", False),
        ("sum(a) or vector(0)", "", True),
        ("absent(a)", "", True),
        ("absent_over_time(a[5m])", "", True),
        ("quantile(scalar(b), a) > 1", "a", True),
        ("vector(time()) > 5", "", True),
        ("clamp_max(a, 5)", "", False),
    ],
)
def test_whether_an_expression_could_give_something(expr: str, there: str, *, expected: bool) -> None:
    names = set(there.split())

    assert is_there(parse(expr), lambda metric: text_of(metric) in names) is expected


def test_each_metric_is_asked_for_once_whatever_its_labels() -> None:
    tree = parse('a{x="1"} / a{x="2"} offset 1d > on () sum(rate({job="b"}[5m]))')

    assert [text_of(each) for each in asked_for(tree)] == ["a", '{job="b"}']


@pytest.mark.parametrize(
    ("expr", "written"),
    [("a", False), ('label_replace(a, "namespace", "$1", "x", "(.*)")', True),
     ('label_join(a, "other", "", "namespace")', False)],
)  # fmt: skip
def test_a_rule_may_write_a_namespace_of_its_own(expr: str, *, written: bool) -> None:
    assert writes(parse(expr), "namespace") is written
