"""Aggregations put together from what each cluster computed: the same as over all series at once."""

import math
from collections.abc import Mapping
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.evaluation.exactness import NeedsExact
from aggregator.evaluation.merging import merge
from aggregator.promql.parse import parse
from aggregator.promql.tree import Aggregate
from aggregator.series import Grid
from tests.evaluation.clusters import Vectors, over_clusters, over_union, split
from tests.evaluation.grids import grid, rows

CLUSTERS = ("lisbon", "oslo", "porto")
STEPS = 3

MANY = settings(max_examples=400, deadline=None, derandomize=True, database=None)

modest = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6).map(lambda value: round(value, 3)))
odd = st.one_of(modest, st.sampled_from([math.nan, math.inf, -math.inf, 1e100, -0.0]))


@st.composite
def divided(draw: st.DrawFn, numbers: st.SearchStrategy[float]) -> Mapping[str, Vectors]:
    """Up to a dozen series of two labels, present at some steps, in three clusters."""
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(CLUSTERS), st.sampled_from("pq"), st.sampled_from("12345")),
            max_size=12,
            unique=True,
        )
    )
    cells = [draw(st.lists(st.one_of(st.none(), numbers), min_size=STEPS, max_size=STEPS)) for _ in places]
    labels = tuple((("__name__", "x"), ("a", a), ("g", g)) for _, g, a in places)
    vector = Grid(
        labels,
        np.array([[0.0 if cell is None else cell for cell in row] for row in cells]).reshape(-1, STEPS),
        np.array([[cell is not None for cell in row] for row in cells], dtype=np.bool_).reshape(-1, STEPS),
    )
    shares = split(vector, [cluster for cluster, _, _ in places], CLUSTERS)
    return {cluster: {"x": share} for cluster, share in shares.items()}


QUERIES = [
    f"{operator}{clause} ({parameter}x)"
    for operator, parameter in {
        "sum": "", "avg": "", "stddev": "", "stdvar": "", "min": "", "max": "", "count": "", "group": "",
        "topk": "2, ", "bottomk": "1, ", "quantile": "0.3, ", "count_values": '"v", ', "limitk": "2, ",
    }.items()
    for clause in ("", " by (g)", " without (a, cluster)", " by (cluster, g)", " without (g)")
] + [
    "-sum(x)", "sum(x) / count(x)", "max(sum by (g) (x))", "sum(max by (g, cluster) (x))", "avg by (a) (abs(x) + 1)",
    "x - on (a, g, cluster) x", "x > on (g) group_left () max by (g) (x)", "count(x > 0) or vector(0)", "absent(x)",
    "scalar(sum(x)) * x", "sum(x + x)", "sort(sum by (a) (x))", "x and on (g) topk by (g) (1, x)", "floor(avg(x))",
    'count_values("v", avg by (g) (x))', "histogram_quantile(0.5, x)", 'label_replace(x, "cluster", "$1$1", "cluster", "(.*)")',
    'x{cluster="oslo"} or x', 'sum(x{cluster!="oslo"})', 'x unless on (a) x{cluster=~"l.*"}', "avg(x) == sum(x) / count(x)",
]  # fmt: skip
ODD_QUERIES = [
    "sum(x)", "avg(x)", "min(x)", "max by (g) (x)", "count(x)", "topk(2, x)", "bottomk by (g) (2, x)", "stddev(x)",
    'count_values("v", x)', "stdvar by (g) (x)", "group(x)",
]  # fmt: skip


@MANY
@given(st.sampled_from(QUERIES), divided(modest))
def test_put_together_is_the_same_as_over_all_at_once(query: str, clusters: Mapping[str, Vectors]) -> None:
    ours, _ = over_clusters(query, clusters, STEPS)

    assert_alike(ours, over_union(query, clusters))


@MANY
@given(st.sampled_from(ODD_QUERIES), divided(odd))
def test_what_is_no_number_or_has_no_end_is_put_together_too(query: str, clusters: Mapping[str, Vectors]) -> None:
    ours, _ = over_clusters(query, clusters, STEPS)

    assert_alike(ours, over_union(query, clusters))


def assert_alike(ours: object, theirs: object) -> None:
    """The same series, at the same steps, with values that differ by rounding at most."""
    assert isinstance(ours, Grid)
    assert isinstance(theirs, Grid)
    our_order = sorted(range(ours.series), key=ours.labels.__getitem__)
    their_order = sorted(range(theirs.series), key=theirs.labels.__getitem__)
    assert [ours.labels[row] for row in our_order] == [theirs.labels[row] for row in their_order]
    present = theirs.present[their_order]
    np.testing.assert_array_equal(ours.present[our_order], present)
    found, expected = ours.values[our_order][present], theirs.values[their_order][present]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def merged(query: str, *parts: Grid) -> list[str]:
    node = parse(query)
    assert isinstance(node, Aggregate)
    return rows(merge(node, parts))


def test_groups_of_several_clusters_become_one() -> None:
    part = grid('{cluster="lisbon", g="p"} 1 2 _', '{cluster="oslo", g="p"} 10 _ _', '{cluster="oslo", g="q"} _ _ 5')

    assert merged("sum by (g) (x)", part) == ['{g="p"} 11 2 _', '{g="q"} _ _ 5']


def test_counts_are_added_up() -> None:
    assert merged("count(x)", grid('{cluster="lisbon"} 2 _', '{cluster="oslo"} 3 1')) == ["{} 5 1"]


def test_an_average_is_that_of_all_and_not_of_the_averages() -> None:
    total = grid('{cluster="lisbon"} 10 4', '{cluster="oslo"} 2 _')
    count = grid('{cluster="lisbon"} 9 2', '{cluster="oslo"} 1 _')

    assert merged("avg(x)", total, count) == ["{} 1.2 2"]


@pytest.mark.parametrize("query", ["sum(x)", "avg(x)"])
@pytest.mark.parametrize(
    ("second", "is_taken"), [("-0.3", False), ("-0.29999999", False), ("-0.29", True), ("0.3", True)]
)
def test_what_cancels_until_rounding_shows_is_computed_exactly(query: str, second: str, *, is_taken: bool) -> None:
    parts = [grid('{cluster="lisbon"} 0.3', f'{{cluster="oslo"}} {second}')]
    if query == "avg(x)":
        parts.append(grid('{cluster="lisbon"} 1', '{cluster="oslo"} 1'))

    with nullcontext() if is_taken else pytest.raises(NeedsExact):
        merged(query, *parts)


def test_whole_numbers_cancel_without_a_rest() -> None:
    assert merged("sum(x)", grid('{cluster="lisbon"} 3', '{cluster="oslo"} -3')) == ["{} 0"]


def test_the_mean_of_several_negative_zeros_is_zero_and_that_of_one_keeps_its_sign() -> None:
    total = grid('{cluster="lisbon"} -0 -0', '{cluster="oslo"} -0 _')
    count = grid('{cluster="lisbon"} 1 1', '{cluster="oslo"} 1 _')

    assert merged("avg(x)", total, count) == ["{} 0 -0"]


def test_the_deviation_within_clusters_and_between_them_count() -> None:
    # 1, 3 in one, 5 in the other.
    count = grid('{cluster="lisbon"} 2', '{cluster="oslo"} 1')
    mean = grid('{cluster="lisbon"} 2', '{cluster="oslo"} 5')
    variance = grid('{cluster="lisbon"} 1', '{cluster="oslo"} 0')

    assert merged("stdvar(x)", count, mean, variance) == ["{} 2.6666666666666665"]


def test_of_equal_numbers_everywhere_the_deviation_is_exactly_0() -> None:
    count = grid('{cluster="lisbon"} 3', '{cluster="oslo"} 7')
    mean = grid('{cluster="lisbon"} 0.1', '{cluster="oslo"} 0.1')

    assert merged("stddev(x)", count, mean, grid('{cluster="lisbon"} 0', '{cluster="oslo"} 0')) == ["{} 0"]


def test_a_group_that_came_to_be_between_two_questions_is_left_out() -> None:
    total = grid('{cluster="lisbon", g="p"} 10 4', '{cluster="oslo", g="q"} 2 2')
    count = grid('{cluster="oslo", g="q"} 2 1', '{cluster="lisbon", g="r"} 9 2', '{cluster="lisbon", g="p"} 5 _')

    assert merged("avg by (g) (x)", total, count) == ['{g="p"} 2 _', '{g="q"} 1 2']


def test_the_parts_may_come_in_another_order() -> None:
    total = grid('{cluster="lisbon", g="p"} 10', '{cluster="oslo", g="p"} 2')
    count = grid('{cluster="oslo", g="p"} 2', '{cluster="lisbon", g="p"} 10')

    assert merged("avg by (g) (x)", total, count) == ['{g="p"} 1']


def test_a_sum_that_overflows_may_hide_an_average_that_does_not() -> None:
    total = grid('{cluster="lisbon"} Inf', '{cluster="oslo"} 1e308')

    with pytest.raises(NeedsExact):
        merged("avg(x)", total, grid('{cluster="lisbon"} 2', '{cluster="oslo"} 1'))


def test_a_tie_at_the_edge_of_a_topk_is_not_decided_from_candidates() -> None:
    candidates = grid('x{a="1", cluster="lisbon"} 3', 'x{a="2", cluster="lisbon"} 2', 'x{a="3", cluster="oslo"} 2')

    assert merged("topk(1, x)", candidates) == ['x{a="1", cluster="lisbon"} 3']
    with pytest.raises(NeedsExact):
        merged("topk(2, x)", candidates)
    assert len(merged("topk(3, x)", candidates)) == 3


def test_sums_of_whole_numbers_are_exact_and_others_may_not_be() -> None:
    node = parse("sum(x)")
    assert isinstance(node, Aggregate)

    assert merge(node, (grid('{cluster="lisbon"} 1 2 _', '{cluster="oslo"} 3 4 _'),)).exact
    assert not merge(node, (grid('{cluster="lisbon"} 0.5', '{cluster="oslo"} 3'),)).exact
    assert not merge(node, (grid('{cluster="lisbon"} 1e16', '{cluster="oslo"} 3'),)).exact
