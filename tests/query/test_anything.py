"""Whatever is asked, and whatever comes back: an answer, or an error in words."""

import json
import random
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from aggregator.errors import CannotExecute
from aggregator.evaluation.evaluate import Fetched, evaluate, scalar
from aggregator.evaluation.exactness import NeedsExact
from aggregator.planning.explain import explanation
from aggregator.planning.plan import Circumstances, Plan
from aggregator.planning.planner import plan
from aggregator.promql.functions import kind_of
from aggregator.promql.tree import Kind, Node
from aggregator.query.asking import side_by_side, staged_leaves
from aggregator.query.result import encoded
from aggregator.series import Grid, Steps
from tests.promql.trees import trees

CLUSTERS = ("lisbon", "oslo")
STEPS = (Steps(600_000, 600_000, 0), Steps(600_000, 900_000, 60_000), Steps(0, 0, 0))
VALUES = (0.0, -0.0, 1.0, 2.5, -3.0, 10.0, float("nan"), float("inf"), float("-inf"), 1e308, 1e-300)
LABELS = {"__name__": "xy", "cluster": CLUSTERS, "job": "12", "le": ("1", "2", "+Inf", "z")}


@settings(
    max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(trees(), st.sampled_from(STEPS), st.booleans(), st.integers(0, 2**32))
def test_every_query_has_an_answer_or_an_error_in_words(tree: Node, steps: Steps, closed: bool, seed: int) -> None:  # noqa: FBT001
    assume(steps.is_instant or kind_of(tree) in (Kind.VECTOR, Kind.SCALAR))
    around = Circumstances(CLUSTERS, closed)
    draw = random.Random(seed)

    with suppress(CannotExecute):
        try:
            answered(plan(tree, steps, around), draw)
        except NeedsExact:
            answered(plan(tree, steps, around, exact=True), draw)


def answered(made: Plan, draw: random.Random) -> None:
    """The plan explained, and evaluated over vectors that are drawn at random."""
    assert explanation(made, len(CLUSTERS)).endswith(("splice", "evaluate", "without partial sums"))
    if made.lane == "splice":
        return
    leaves = [vector(leaf.steps, draw) for leaf in made.leaves]
    fetched = Fetched(made.closed, made.exact, leaves)
    for stage in made.staged:
        scalars = [scalar(node, stage.steps, fetched) for _, node in stage.scalars]
        runs = [(where, vector(leaf.steps, draw)) for where, leaf in staged_leaves(stage, scalars)]
        staged: Sequence[Grid] = [*fetched.staged, side_by_side(runs, stage.steps)]
        fetched = Fetched(made.closed, made.exact, leaves, staged)
    _, pieces, _ = encoded(evaluate(made.tree, made.steps, fetched), made.steps, 0)
    json.loads(b"".join(pieces))


def vector(steps: Steps, draw: random.Random) -> Grid:
    """Up to four series with gaps and every odd value."""
    labels = sorted(
        {tuple((name, draw.choice(values)) for name, values in LABELS.items()) for _ in range(draw.randint(0, 4))}
    )
    shape = (len(labels), steps.count)
    values = np.array(draw.choices(VALUES, k=shape[0] * shape[1])).reshape(shape)
    present = np.array(draw.choices((True, False), (3, 1), k=shape[0] * shape[1]), dtype=np.bool_).reshape(shape)
    return Grid(tuple(labels), values, present)
