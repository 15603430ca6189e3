"""The moments at which expressions are evaluated."""

import pytest

from aggregator.errors import CannotExecute
from aggregator.promql.grids import DEFAULT_SUBQUERY_STEP, first_and_last, resolved, subquery_steps
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.promql.tree import At, Subquery
from aggregator.series import Steps

MINUTE = 60_000
RANGE = Steps(1_000_000, 1_300_000, 100_000)


def at(moment: int) -> Steps:
    return Steps(moment, moment, 0)


def subquery(text: str) -> Subquery:
    tree = parse(text)
    assert isinstance(tree, Subquery)
    return tree


@pytest.mark.parametrize(
    ("text", "steps", "closed", "start", "end"),
    [
        # On the edge of the grid: a closed window holds its left end, a left-open one does not.
        ("x[5m:1m]", at(10 * MINUTE), True, 5 * MINUTE, 10 * MINUTE),
        ("x[5m:1m]", at(10 * MINUTE), False, 6 * MINUTE, 10 * MINUTE),
        # Off it there is no difference.
        ("x[5m:1m]", at(10 * MINUTE + 1), True, 6 * MINUTE, 10 * MINUTE + 1),
        ("x[5m:1m]", at(10 * MINUTE + 1), False, 6 * MINUTE, 10 * MINUTE + 1),
        # The grid counts from 1970, whatever the range.
        ("x[1h:7m]", at(100 * MINUTE), True, 42 * MINUTE, 100 * MINUTE),
        # A step that is not written is a minute.
        ("x[5m:]", at(10 * MINUTE), True, 5 * MINUTE, 10 * MINUTE),
        ("x[5m:1m] offset 2m", at(10 * MINUTE), True, 3 * MINUTE, 8 * MINUTE),
        ("x[5m:1m] offset -2m", at(10 * MINUTE), True, 7 * MINUTE, 12 * MINUTE),
        ("x[5m:1m] @ 1200", at(10 * MINUTE), True, 15 * MINUTE, 20 * MINUTE),
        ("x[5m:1m] @ 1200 offset 1m", at(10 * MINUTE), False, 15 * MINUTE, 19 * MINUTE),
        # Before 1970.
        ("x[5m:2m]", at(0), True, -4 * MINUTE, 0),
        ("x[4m:2m]", at(0), True, -4 * MINUTE, 0),
        ("x[4m:2m]", at(0), False, -2 * MINUTE, 0),
        ("x[5m:1m] @ -90.5", at(0), True, -6 * MINUTE, -90_500),
        # All steps of a range together.
        ("x[5m:1m]", RANGE, True, 720_000, 1_300_000),
        ("x[5m:1m] @ 1000", RANGE, True, 720_000, 1_000_000),
    ],
)  # fmt: skip
def test_a_subquery_is_evaluated_on_its_own_grid(text: str, steps: Steps, closed: bool, start: int, end: int) -> None:  # noqa: FBT001
    node = subquery(text)

    assert subquery_steps(node, steps, closed=closed) == Steps(start, end, node.step or DEFAULT_SUBQUERY_STEP)


@pytest.mark.parametrize("closed", [True, False])
def test_a_window_between_two_points_of_its_grid_has_no_steps(closed: bool) -> None:  # noqa: FBT001
    steps = subquery_steps(subquery("x[10s:1m]"), at(10 * MINUTE - 1), closed=closed)

    assert steps.count == 0
    assert steps.times().tolist() == []


@pytest.mark.parametrize("text", ["x[290y:1ms]", "x[1000001ms:1ms]"])
def test_more_steps_than_anybody_has_memory_for_are_refused_in_prometheus_words(text: str) -> None:
    with pytest.raises(CannotExecute, match="would load too many samples into memory"):
        subquery_steps(subquery(text), at(0), closed=True)


def test_a_subquery_at_the_end_of_time_has_steps_as_any() -> None:
    steps = subquery_steps(subquery("x[292y:100y] @ 9.2e15 offset -292y"), at(0), closed=True)

    assert steps.times().tolist()[0] == steps.start


def test_a_left_open_window_as_long_as_its_step_holds_one_point() -> None:
    steps = subquery_steps(subquery("x[1m:1m]"), at(10 * MINUTE), closed=False)

    assert steps.times().tolist() == [10 * MINUTE]


def test_the_ends_of_the_query_become_instants_everywhere() -> None:
    tree = parse("sum(x @ start()) + max_over_time(rate(y[5m] @ end())[1h:1m] @ start()) - z @ 5 * a")

    assert text_of(resolved(tree, Steps(1_500, 61_500, 60_000))) == text_of(
        parse("sum(x @ 1.5) + max_over_time(rate(y[5m] @ 61.5)[1h:1m] @ 1.5) - z @ 5 * a")
    )


def test_what_a_query_says_of_its_own_ends_and_step_becomes_a_number() -> None:
    tree = parse("x * (end() - start()) / step() + max_over_time(y[5m:1m] @ start()) + range()")

    assert text_of(resolved(tree, Steps(1_500, 61_500, 30_000))) == text_of(
        parse("x * (61.5 - 1.5) / 30 + max_over_time(y[5m:1m] @ 1.5) + 60")
    )


def test_a_tree_without_the_ends_of_the_query_is_kept_as_it_is() -> None:
    tree = parse("sum(x @ 5)")

    assert resolved(tree, RANGE) is tree


def test_what_is_pinned_begins_and_ends_where_it_is_pinned() -> None:
    assert first_and_last(None, RANGE) == (1_000_000, 1_300_000)
    assert first_and_last(At(7), RANGE) == (7, 7)
