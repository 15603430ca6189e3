"""At which moments the leaves of a plan are asked, and which of them wait for scalars."""

from aggregator.planning.wording import texts
from aggregator.series import Steps
from tests.planning.shapes import INSTANT, RANGE, asks, planned, said, shape, shape_of

MINUTE = 60_000


def test_a_leaf_is_asked_at_the_steps_of_the_query() -> None:
    made = planned("sum(x) + on () y", RANGE)

    assert [leaf.steps for leaf in made.leaves] == [RANGE, RANGE]


def test_what_stands_in_a_subquery_is_asked_at_the_steps_of_the_subquery() -> None:
    made = planned("max_over_time(sum(x)[5m:2m] offset 1m) + sum(x)", RANGE)

    assert [leaf.steps for leaf in made.leaves] == [Steps(4 * MINUTE, 19 * MINUTE, 2 * MINUTE), RANGE]


def test_a_subquery_in_a_subquery_reaches_back_by_both() -> None:
    made = planned("max_over_time(max_over_time(sum(x)[5m:1m])[10m:5m])", Steps(60 * MINUTE, 60 * MINUTE, 0))

    assert made.leaves[0].steps == Steps(45 * MINUTE, 60 * MINUTE, MINUTE)


def test_a_left_open_subquery_does_not_ask_for_its_left_end() -> None:
    closed, left_open = (planned("max_over_time(sum(x)[5m:1m])", closed=closed) for closed in (True, False))

    assert closed.leaves[0].steps.start == 5 * MINUTE
    assert left_open.leaves[0].steps.start == 6 * MINUTE


def test_the_ends_of_the_query_are_written_as_instants() -> None:
    made = planned("sum(x @ start()) + max_over_time(sum(x @ end())[5m:1m])", RANGE)

    assert asks(made) == ["sum(x @ 600) (once)", "sum(x @ 1200) (once)"]


def test_the_ends_and_the_step_of_the_query_are_numbers_when_called_as_functions() -> None:
    made = planned("x * (end() - start()) / step() + range()", RANGE)

    assert asks(made) == ["((x * (1200 - 600)) / 60) + 600"]


def test_a_leaf_that_is_pinned_is_asked_once() -> None:
    made = planned("sum(x @ 5) + sum(rate(y[5m] @ 5)) + sum(max_over_time(z[5m:1m] @ 5)) + sum(x @ 5 + y)", RANGE)

    assert [leaf.pinned for leaf in made.leaves] == [True, True, True, False]


def test_what_moves_with_time_is_not_pinned() -> None:
    made = planned(
        "sum(timestamp(x @ 5)) + sum(predict_linear(x[5m] @ 5, 60)) + sum(x @ 5 * time()) + sum(hour(x @ 5)) + sum(x)",
        RANGE,
    )

    assert [leaf.pinned for leaf in made.leaves] == [False] * 5


def test_at_one_moment_nothing_has_to_be_pinned() -> None:
    assert [leaf.pinned for leaf in planned("sum(x @ 5)", INSTANT).leaves] == [False]


def test_a_scalar_that_is_known_only_here_is_evaluated_before_the_clusters_are_asked() -> None:
    made = planned('quantile_over_time(scalar(sum(y)), x{cluster!="oslo"}[5m])')

    (stage,) = made.staged
    assert (shape(made), asks(made)) == ("S0", ["sum(y)"])
    assert [(place, shape_of(node)) for place, node in stage.scalars] == [(0, "scalar(<sum(…) from L0>)")]
    assert stage.clusters == ("lisbon", "porto")
    assert stage.steps == INSTANT


def test_several_scalars_of_one_function_are_known_together() -> None:
    made = planned("holt_winters(x[5m], scalar(y), 0.5 + scalar(z))")

    (stage,) = made.staged
    assert [place for place, _ in stage.scalars] == [1, 2]
    assert asks(made) == ["y", "z"]


def test_a_stage_may_need_the_stage_before_it() -> None:
    made = planned("quantile_over_time(scalar(sum(quantile_over_time(scalar(y), x[5m]))), z[5m])")

    assert [shape_of(node) for stage in made.staged for _, node in stage.scalars] == [
        "scalar(<L0>)",
        "scalar(sum(<S0>))",
    ]
    assert shape(made) == "S1"


def test_a_constant_scalar_travels_as_text() -> None:
    made = planned("predict_linear(x[5m], 60 * 60)")

    assert asks(made) == ["predict_linear(x[5m], 60 * 60)"]


def test_everybody_who_is_asked_is_known() -> None:
    made = planned('x{cluster="porto"} + on () quantile_over_time(scalar(y{cluster="porto"}), x{cluster="oslo"}[5m])')

    assert made.asked() == ("porto", "oslo")


def test_who_could_only_answer_nothing_is_not_asked() -> None:
    assert planned('x{cluster="nowhere"}').asked() == ()


def test_clusters_with_the_same_matchers_share_their_text() -> None:
    made = planned('x{cluster="oslo"} or y')

    asked = texts(made.leaves[0].node, ("a", "oslo", "b"))

    assert said(asked) == 'a: x{crosshub_nothing!~".*"} or y; oslo: x or y; b: x{crosshub_nothing!~".*"} or y'
