"""The table of functions: what each gives back, and which Prometheus knows it."""

import pytest

from aggregator.promql.functions import Version, kind_of, unknown_to
from aggregator.promql.parse import parse
from aggregator.promql.tree import Kind


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("1", Kind.SCALAR),
        ("-1 + 2 ^ time()", Kind.SCALAR),
        ("-(-pi())", Kind.SCALAR),
        ("1 == bool scalar(x)", Kind.SCALAR),
        ("'a'", Kind.STRING),
        ("x", Kind.VECTOR),
        ("x + 1", Kind.VECTOR),
        ("1 > bool x", Kind.VECTOR),
        ("x and y", Kind.VECTOR),
        ("-x", Kind.VECTOR),
        ("sum(x)", Kind.VECTOR),
        ("vector(1)", Kind.VECTOR),
        ("hour()", Kind.VECTOR),
        ("rate(x[5m])", Kind.VECTOR),
        ("x[5m]", Kind.MATRIX),
        ("x[5m:]", Kind.MATRIX),
    ],
)
def test_what_a_query_gives_is_known(query: str, kind: Kind) -> None:
    assert kind_of(parse(query)) is kind


@pytest.mark.parametrize(
    ("query", "version", "unknown"),
    [
        ("rate(x[5m])", (2, 42), []),
        ("limitk(1, x)", (2, 55), ["limitk"]),
        ("limitk(1, x)", (3, 0), []),
        ("sum(limit_ratio(0.5, x)) + mad_over_time(x[5m])", (2, 42), ["limit_ratio", "mad_over_time"]),
        ("holt_winters(x[5m], 0.5, 0.5)", (2, 55), []),
        ("holt_winters(x[5m], 0.5, 0.5)", (3, 0), ["holt_winters"]),
        ("double_exponential_smoothing(x[5m], 0.5, 0.5)", (2, 55), ["double_exponential_smoothing"]),
        ("sort_by_label(x, 'a')", (2, 48), ["sort_by_label"]),
        ("info(x)", (3, 1), []),
        ("max_over_time(histogram_quantiles(x, 'q', 0.5)[5m:])", (3, 7), ["histogram_quantiles"]),
    ],
)
def test_what_a_version_does_not_know_is_named(query: str, version: Version, unknown: list[str]) -> None:
    assert list(unknown_to(parse(query), version)) == unknown
