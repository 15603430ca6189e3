"""Where each node of a tree can be computed, rule by rule.

A subtree is *cluster-local* when evaluating it in each cluster, adding the label `cluster` and putting the results
together is the right answer. The rules follow Thanos' distributed engine (logicalplan/distribute.go), with constants,
`absent` and `scalar` kept for the whole fleet.
"""

from collections.abc import Callable
from enum import StrEnum

from aggregator.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
    children,
)
from aggregator.series import CLUSTER


class Place(StrEnum):
    """Where the value of a subtree can be had."""

    CLUSTERS = "clusters"
    ANYWHERE = "anywhere"  # no selector below: it belongs to the fleet, and as a scalar it may travel as text
    HERE = "here"
    ELSEWHERE = "elsewhere"  # a selector that another source than the clusters answers, and nobody else


Places = dict[int, Place]

# They speak of the whole fleet, or order it.
_NEVER_LOCAL = frozenset("scalar sort sort_desc sort_by_label sort_by_label_desc vector".split())
_ABSENT = frozenset({"absent", "absent_over_time"})
# The arguments that name labels which are read or written.
_LABEL_ARGUMENTS = {"label_replace": slice(1, 4, 2), "label_join": slice(1, None)}


def places(root: Node, elsewhere: Callable[[Selector], bool], *, one_by_one: bool = False) -> Places:
    """The place of every node, by `id`.

    `elsewhere` tells the selectors that other sources than clusters answer; `one_by_one`, whether the clusters may only
    do what is done series by series, so that everything else meets the series in Prometheus' order.
    """
    known: Places = {}
    order = [root]
    for node in order:
        order.extend(children(node))
    for node in reversed(order):
        below = [known[id(child)] for child in children(node)]
        place = _place(node, below, elsewhere)
        known[id(node)] = Place.HERE if one_by_one and place is Place.CLUSTERS and _joins(node) else place
    return known


def _place(node: Node, below: list[Place], elsewhere: Callable[[Selector], bool]) -> Place:
    match node:
        case Selector():
            return Place.HERE if elsewhere(node) else Place.CLUSTERS
        case Number() | String():
            return Place.ANYWHERE
        case Range() | Subquery() | Negative():
            return below[0]
    if Place.HERE in below:
        return Place.HERE
    if isinstance(node, Call) and node.function in _ABSENT:
        return Place.HERE
    if Place.CLUSTERS not in below:
        return Place.ANYWHERE
    match node:
        case Call():
            return Place.CLUSTERS if _is_local_call(node) else Place.HERE
        case Aggregate():
            local = keeps_cluster(node) and below[-1] is Place.CLUSTERS
            return Place.CLUSTERS if local and _splits_by_cluster(node) else Place.HERE
        case Binary():
            return Place.CLUSTERS if _is_local_binary(node, below) else Place.HERE
        case _:
            return Place.HERE


def _joins(node: Node) -> bool:
    return isinstance(node, Aggregate) or (isinstance(node, Binary) and node.matching is not None)


def _is_local_call(call: Call) -> bool:
    if call.function in _NEVER_LOCAL:
        return False
    if call.function in _LABEL_ARGUMENTS:
        return String(CLUSTER) not in call.arguments[_LABEL_ARGUMENTS[call.function]]
    return True


def keeps_cluster(aggregate: Aggregate) -> bool:
    """Whether the groups of different clusters stay apart."""
    return (CLUSTER in aggregate.grouping) != aggregate.without


def _splits_by_cluster(aggregate: Aggregate) -> bool:
    """Whether the result still says which cluster it is of: `count_values` may write over that label."""
    return aggregate.parameter != String(CLUSTER)


def _is_local_binary(node: Binary, below: list[Place]) -> bool:
    if node.matching is None:
        return True
    if below != [Place.CLUSTERS, Place.CLUSTERS]:
        return False
    return (CLUSTER in node.matching.labels) == node.matching.on
