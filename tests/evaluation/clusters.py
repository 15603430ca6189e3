"""Clusters in memory: a query planned, each text evaluated over one cluster's vectors, the plan over what came back."""

from collections.abc import Mapping, Sequence

import numpy as np

from aggregator.evaluation.evaluate import Fetched, Value, evaluate
from aggregator.evaluation.exactness import NeedsExact
from aggregator.evaluation.rows import by_labels
from aggregator.federation.matrices import joined
from aggregator.planning.plan import Ask, Circumstances, Plan
from aggregator.planning.planner import plan
from aggregator.promql.parse import parse
from aggregator.promql.planned import Leaf
from aggregator.series import CLUSTER, Grid, Labels
from tests.evaluation.grids import answer, steps_of

Vectors = Mapping[str, Grid]


def over_clusters(query: str, clusters: Mapping[str, Vectors], steps: int) -> tuple[Value, bool]:
    """The answer put together from what the clusters compute, and whether partial sums were not good enough."""
    around = Circumstances(tuple(clusters))
    try:
        return _answered(plan(parse(query), steps_of(steps), around), clusters), False
    except NeedsExact:
        return _answered(plan(parse(query), steps_of(steps), around, exact=True), clusters), True


def over_union(query: str, clusters: Mapping[str, Vectors]) -> Value:
    """The answer of one that holds everything."""
    names = next(iter(clusters.values()))
    union = {name: _union({cluster: vectors[name] for cluster, vectors in clusters.items()}) for name in names}
    return answer(query, at=None, closed=True, exact=True, **union)


def split(vector: Grid, owners: Sequence[str], clusters: Sequence[str]) -> dict[str, Grid]:
    """The rows of a vector divided among clusters: the nth row is the nth owner's."""
    shares = {}
    for cluster in clusters:
        rows = [row for row, owner in enumerate(owners) if owner == cluster]
        labels = tuple(vector.labels[row] for row in rows)
        shares[cluster] = by_labels(Grid(labels, vector.values[rows], vector.present[rows]))
    return shares


def _answered(made: Plan, clusters: Mapping[str, Vectors]) -> Value:
    leaves = [_asked(leaf, clusters) for leaf in made.leaves]
    tree = Leaf(0) if made.lane == "splice" else made.tree
    return evaluate(tree, made.steps, Fetched(made.closed, made.exact, leaves))


def _asked(leaf: Ask, clusters: Mapping[str, Vectors]) -> Grid:
    answers = []
    for cluster, text in leaf.texts:
        value = answer(text, at=leaf.steps, closed=True, exact=True, **clusters[cluster])
        assert isinstance(value, Grid)
        answers.append(_labelled(value, cluster))
    return joined(answers, leaf.steps.count)


def _union(shares: Mapping[str, Grid]) -> Grid:
    steps = next(iter(shares.values())).values.shape[1]
    return by_labels(joined([_labelled(share, cluster) for cluster, share in shares.items()], steps))


def _labelled(grid: Grid, cluster: str) -> Grid:
    def with_cluster(labels: Labels) -> Labels:
        return tuple(sorted((*(pair for pair in labels if pair[0] != CLUSTER), (CLUSTER, cluster))))

    return Grid(tuple(map(with_cluster, grid.labels)), np.array(grid.values), np.array(grid.present))
