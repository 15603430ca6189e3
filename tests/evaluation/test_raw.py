"""Raw samples of another source than the clusters: looked back at, in ranges, and together with the clusters' own."""

import numpy as np
import pytest

from aggregator.errors import CannotExecute
from aggregator.evaluation.evaluate import Fetched, evaluate
from aggregator.promql.parse import parse
from aggregator.promql.planned import Absent, Both, Leaf, RawLeaf
from aggregator.promql.tree import Call, Node, Range, Selector
from aggregator.series import Sampled, Steps
from tests.evaluation.grids import MINUTE, answer, grid, rows, samples

# Samples at 0, 60 and 120 seconds, and one at 90.
KEPT = samples(('k{a="1"}', [(0, 1), (60, 2), (120, 4)]), ('k{a="2"}', [(90, 7)]), lookback=60)
RANGE = Steps(0, 4 * MINUTE, MINUTE)


def kept(query: str, *, closed: bool = True, at: Steps = RANGE, source: Sampled = KEPT) -> list[str]:
    return rows(answer(query, at=at, closed=closed, k=source))


def test_the_last_sample_is_looked_back_at_for_so_long() -> None:
    assert kept("k") == ['k{a="1"} 1 2 4 _ _', 'k{a="2"} _ _ 7 _ _']


def test_each_sample_is_looked_back_at_as_far_as_it_says() -> None:
    raw = samples(('k{a="1"}', [(0, 1), (120, 3)]), ('k{a="2"}', [(0, 2)])).raw
    source = Sampled(raw, np.array([60_000, 120_000, 180_000]))

    assert kept("k", source=source) == ['k{a="1"} 1 _ 3 3 _', 'k{a="2"} 2 2 2 _ _']


def test_an_offset_looks_at_what_was_then() -> None:
    assert kept("k offset 1m") == ['k{a="1"} _ 1 2 4 _', 'k{a="2"} _ _ _ 7 _']
    assert kept("k offset -1m") == ['k{a="1"} 2 4 _ _ _', 'k{a="2"} _ 7 _ _ _']


def test_an_instant_is_the_same_at_every_step() -> None:
    assert kept("k @ 121") == ['k{a="1"} 4 4 4 4 4', 'k{a="2"} 7 7 7 7 7']
    assert kept("k @ start()") == ['k{a="1"} 1 1 1 1 1']


def test_timestamp_tells_when_the_sample_was() -> None:
    assert kept("timestamp(k)", at=Steps(100_000, 100_000, 0)) == ['{a="1"} 60', '{a="2"} 90']


def test_timestamp_of_a_computed_vector_is_that_of_the_step() -> None:
    assert kept("timestamp(k + 0)", at=Steps(100_000, 100_000, 0)) == ['{a="1"} 100', '{a="2"} 100']


@pytest.mark.parametrize(
    ("query", "closed", "open_"),
    [
        ("count_over_time(k[1m])", ['{a="1"} 1 2 2 1 _', '{a="2"} _ _ 1 _ _'], ['{a="1"} 1 1 1 _ _', '{a="2"} _ _ 1 _ _']),
        ("sum_over_time(k[2m])", ['{a="1"} 1 3 7 6 4', '{a="2"} _ _ 7 7 _'], ['{a="1"} 1 3 6 4 _', '{a="2"} _ _ 7 7 _']),
        ("last_over_time(k[2m] offset 1m)", ['k{a="1"} _ 1 2 4 4', 'k{a="2"} _ _ _ 7 7'], ['k{a="1"} _ 1 2 4 4', 'k{a="2"} _ _ _ 7 7']),
        ("max_over_time(k[1m] @ 120)", ['{a="1"} 4 4 4 4 4', '{a="2"} 7 7 7 7 7'], ['{a="1"} 4 4 4 4 4', '{a="2"} 7 7 7 7 7']),
        ("count_over_time(k[1m] @ 60)", ['{a="1"} 2 2 2 2 2'], ['{a="1"} 1 1 1 1 1']),
        ("delta(k[1m])", ['{a="1"} _ 1 2 _ _'], []),
    ],
)  # fmt: skip
def test_a_range_holds_its_left_end_in_2_x_only(query: str, closed: list[str], open_: list[str]) -> None:
    assert kept(query, closed=True) == closed
    assert kept(query, closed=False) == open_


def test_a_scalar_may_differ_from_step_to_step() -> None:
    assert kept("quantile_over_time(time() / 120, k[2m])")[0] == '{a="1"} 1 1.5 4 +Inf +Inf'


def test_names_are_dropped_and_must_not_be_what_told_two_series_apart() -> None:
    two = samples(("k", [(0, 1)]), ("m", [(0, 1)]))

    with pytest.raises(CannotExecute, match="same labelset"):
        kept("count_over_time(k[5m])", source=two)


def test_raw_samples_are_aggregated_like_any() -> None:
    assert kept("sum(k)") == ["{} 1 2 11 _ _"]
    assert kept("max_over_time(sum(k)[1m:1m])")[0] == "{} 1 2 11 11 _"


def test_what_is_not_there_is_absent() -> None:
    selector, range_ = parse("k"), parse("k[1m]")
    assert isinstance(selector, Selector)
    assert isinstance(range_, Range)
    promised = (("a", "1"),)

    def missing(inside: Node) -> list[str]:
        return rows(evaluate(Absent(promised, inside), RANGE, Fetched(True, False, (), (), (KEPT,))))

    assert missing(RawLeaf(0, selector)) == ['{a="1"} _ _ _ 1 1']
    assert missing(Call("last_over_time", (RawLeaf(0, range_),))) == ['{a="1"} _ _ _ _ 1']


def test_series_of_both_sources_stand_together() -> None:
    tree = Both((Leaf(0), RawLeaf(0, _selector())))
    fetched = Fetched(True, False, (grid('x{a="1"} 9 9 9 9 9'),), (), (KEPT,))

    assert rows(evaluate(tree, RANGE, fetched)) == [
        'x{a="1"} 9 9 9 9 9',
        'k{a="1"} 1 2 4 _ _',
        'k{a="2"} _ _ 7 _ _',
    ]


def test_a_series_that_both_sources_have_is_one_where_they_do_not_meet() -> None:
    tree = Both((Leaf(0), RawLeaf(0, _selector())))

    apart = Fetched(True, False, (grid('k{a="1"} _ _ _ 8 9'),), (), (KEPT,))
    assert rows(evaluate(tree, RANGE, apart))[0] == 'k{a="1"} 1 2 4 8 9'

    meeting = Fetched(True, False, (grid('k{a="1"} 8 _ _ _ _'),), (), (KEPT,))
    with pytest.raises(CannotExecute, match="same labelset"):
        evaluate(tree, RANGE, meeting)


def test_nothing_kept_is_nothing() -> None:
    assert kept("k", source=samples()) == []
    assert kept("rate(k[5m])", source=samples()) == []
    assert kept("timestamp(k)", source=samples()) == []


def _selector() -> Selector:
    selector = parse("k")
    assert isinstance(selector, Selector)
    return selector
