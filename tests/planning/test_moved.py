"""A plan that is used again for other steps is the one that would be made for them."""

import pytest

from aggregator.planning.moved import holds_at_any_time, moved
from aggregator.planning.plan import Circumstances
from aggregator.planning.planner import plan
from aggregator.promql.parse import parse
from aggregator.series import Steps
from tests.differential.grammar import generated

AROUND = Circumstances(("lisbon", "oslo"), closed=True, names_elsewhere=frozenset({"kept"}))
MOMENTS = Steps(600_000, 600_000, 0), Steps(7_260_000, 7_260_000, 0)
RANGES = Steps(600_000, 1_200_000, 60_000), Steps(7_200_000, 9_000_000, 300_000)

# query: whether its plan holds at any time
QUERIES = {
    "x": True,
    "sum(x)": True,
    "sum(x offset 5m)": True,
    "sum(x @ 10)": True,
    "max_over_time(x[1h:5m])": True,
    "max_over_time(sum(x)[1h:5m])": True,
    "max_over_time(max_over_time(sum(x)[10m:1m])[1h:5m] offset 1d)": True,
    "quantile_over_time(scalar(y), x[5m])": True,
    "quantile_over_time(scalar(max_over_time(sum(y)[1h:5m])), x[5m])": True,
    "absent_over_time(sum(x)[1h:5m])": True,
    "sum(max_over_time(x[1h:5m]))": True,
    "sum(x) / time()": True,
    "x @ start()": False,
    "sum(x @ end())": False,
    "kept": False,
    "kept + sum(x)": False,
}
STAGED = [
    "max_over_time(quantile_over_time(scalar(y), x[5m])[1h:5m])",
    "max_over_time(quantile_over_time(scalar(max_over_time(sum(y)[10m:1m])), x[5m])[1h:5m])",
]


@pytest.mark.parametrize("before_and_after", [MOMENTS, RANGES], ids=["instant", "range"])
@pytest.mark.parametrize(("text", "holds"), QUERIES.items())
def test_what_was_counted_out_in_moments_is_not_used_again(
    text: str, before_and_after: tuple[Steps, Steps], *, holds: bool
) -> None:
    assert holds_at_any_time(plan(parse(text), before_and_after[0], AROUND), parse(text)) is holds


@pytest.mark.parametrize(("before", "after"), [MOMENTS, RANGES], ids=["instant", "range"])
@pytest.mark.parametrize("text", [text for text, holds in QUERIES.items() if holds] + STAGED)
def test_a_moved_plan_is_the_one_that_would_be_made(text: str, before: Steps, after: Steps) -> None:
    assert moved(plan(parse(text), before, AROUND), after) == plan(parse(text), after, AROUND)


@pytest.mark.parametrize("exact", [False, True], ids=["by parts", "exact"])
@pytest.mark.parametrize(("before", "after"), [MOMENTS, RANGES], ids=["instant", "range"])
def test_plans_of_generated_queries_are_the_same_when_moved(before: Steps, after: Steps, *, exact: bool) -> None:
    held = 0
    for text in generated(1500, 7):
        query = parse(text)
        made = plan(query, before, AROUND, exact=exact)
        if holds_at_any_time(made, query):
            held += 1
            assert moved(made, after) == plan(query, after, AROUND, exact=exact), text
    assert held > 1000
