"""Selectors that name series of another source than the clusters."""

import pytest

from aggregator.errors import BadExpression
from aggregator.planning.plan import Circumstances, RawAsk
from aggregator.planning.planner import plan
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.promql.tree import At, Selector
from aggregator.series import Steps
from tests.planning.shapes import INSTANT, RANGE, asks, planned, shape

KEPT = ("kept_a", "kept_b")

SHAPES = {
    # Only the other source is asked for its own names,
    "kept_a": ("R0", []),
    'kept_a{cluster="oslo"}': ("R0", []),
    "kept_a[5m]": ("R0[]", []),
    "sum(kept_a)": ("sum(<R0>)", []),
    "rate(kept_a[5m])": ("rate(<R0[]>)", []),
    "timestamp(kept_a)": ("timestamp(<R0>)", []),
    "absent(kept_a{x='y'})": ("absent(R0) as {x=y}", []),
    "absent_over_time(kept_a[5m])": ("absent(last_over_time(<R0[]>)) as {}", []),
    "max_over_time(kept_a[5m:1m])": ("max_over_time(<R0>[5m:1m])", []),
    "quantile_over_time(scalar(x), kept_a[5m])": ("quantile_over_time(scalar(<L0>), <R0[]>)", ["x"]),
    # only the clusters for others,
    "x": ("splice", ["x"]),
    '{__name__=~"x.*"}': ("splice", ['{__name__=~"x.*"}']),
    '{job="y"} and {__name__!="", __name__!~"kept_.*"}': (
        "<R0 and L0> and <L1>",
        ['{job="y"}', '{__name__!="", __name__!~"kept_.*"}'],
    ),
    # and what is no regular expression, which they refuse in their own words,
    '{__name__=~"a++"}': ("splice", ['{__name__=~"a++"}']),
    # and both where either may have it.
    '{__name__=~"x|kept_a"}': ("R0 and L0", ['{__name__=~"x|kept_a"}']),
    'sum({job="y"})': ("sum(<R0 and L0>)", ['{job="y"}']),
    'rate({__name__=~".+a"}[5m])': ("rate(<R0[]>) and L0", ['rate({__name__=~".+a"}[5m])']),
    'timestamp({__name__=~".+a"})': ("timestamp(<R0>) and L0", ['timestamp({__name__=~".+a"})']),
    'quantile_over_time(scalar(x), {__name__=~".+a"}[5m])': (
        "quantile_over_time(scalar(<L0>), <R0[]>) and S0",
        ["x", "x"],
    ),
    # What meets both is done here; the rest stays with the clusters.
    "sum(x) + on () kept_a": ("<sum(…) from L0> + on () <R0>", ["sum(x)"]),
    "kept_a / on (cluster) sum by (cluster) (x)": ("<R0> / on (cluster) <L0>", ["sum(x)"]),
}


@pytest.mark.parametrize("query", SHAPES)
def test_each_source_is_asked_for_what_it_may_have(query: str) -> None:
    made = planned(query, elsewhere=KEPT)

    assert (shape(made), asks(made)) == SHAPES[query]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('{job="y"}', "splice"),
        ('{x="y",job!=""}', "splice"),
        ('sum({job=~"a|b"})', "sum(…) from L0"),
        ('{x="y",job=""}', "R0 and L0"),
        ('kept_a{job="y"}', "R0"),
    ],
)
def test_what_asks_for_a_label_that_is_not_there_is_asked_of_clusters_alone(query: str, found: str) -> None:
    around = Circumstances(("lisbon", "oslo"), names_elsewhere=frozenset(KEPT), labels_elsewhere=frozenset({"x"}))

    assert shape(plan(parse(query), INSTANT, around)) == found


def test_the_other_source_is_asked_for_the_moments_that_are_needed() -> None:
    made = planned("""kept_a{cluster!="oslo", x="y"} offset 5m""", RANGE, elsewhere=KEPT)

    (ask,) = made.raws
    assert text_of(ask.selector) == 'kept_a{cluster!="oslo", x="y"} offset 5m'
    assert (ask.start, ask.end, ask.range) == (300_000, 900_000, None)


def test_a_range_says_how_far_it_reaches_back() -> None:
    made = planned("rate(kept_b[10m] @ 300)", RANGE, elsewhere=KEPT)

    selector = Selector(made.raws[0].selector.matchers, at=At(300_000))
    assert made.raws == (RawAsk(selector, 300_000, 300_000, 600_000),)


def test_within_a_subquery_its_own_moments_are_needed() -> None:
    made = planned("max_over_time(kept_a[5m:1m])", INSTANT, elsewhere=KEPT)

    assert (made.raws[0].start, made.raws[0].end) == (300_000, 600_000)


def test_samples_of_both_sources_cannot_be_listed_together() -> None:
    with pytest.raises(BadExpression, match="name one metric"):
        planned('{__name__=~"x|kept_a"}[5m]', elsewhere=KEPT)


def test_who_is_asked_counts_only_clusters() -> None:
    assert planned("kept_a", Steps(0, 0, 0), elsewhere=KEPT).asked() == ()
