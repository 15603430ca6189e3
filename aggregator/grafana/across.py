"""What an expression for one cluster has to say to be right for many: decided on its tree.

Series of different clusters must never meet or merge unless the whole result is one of all clusters anyway. So selectors
get the matcher, `by (...)` and `on (...)` get the label, and an aggregation that drops every label keeps this one where the
other side of an operation has it. `without` and `ignoring` keep it by themselves.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from aggregator.promql.functions import SET_OPERATORS
from aggregator.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    Matching,
    Negative,
    Node,
    Number,
    Range,
    Selector,
    String,
    Subquery,
    rebuilt,
)
from aggregator.series import CLUSTER


class Nature(IntEnum):
    """Whose a value is: that of no cluster, one of all clusters together, or of each cluster its own."""

    NOBODYS = 0
    TOTAL = 1
    EACH = 2


class Side(StrEnum):
    LEFT = "group_right"
    RIGHT = "group_left"


@dataclass(slots=True)
class Changes:
    """What changes, in the order in which it is written: at each selector, aggregation, `on`, and `scalar`.

    A scalar that is one side of an operation becomes a vector of one number a cluster.
    """

    selectors: list[bool] = field(default_factory=list)
    aggregations: list[bool] = field(default_factory=list)
    matchings: list[bool] = field(default_factory=list)
    scalars: list[Side | None] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


SCALAR = "scalar(...) is one number for all chosen clusters together, or none where they differ"
ABSENT = "{}(...) speaks of all chosen clusters together: it is silent as long as one of them has the series"
NOBODY = "one side of {!r} belongs to no cluster, so it cannot be matched cluster by cluster"
ACROSS = "{!r} ignores the label cluster: series of different clusters meet there"
COPIED = "{!r} takes the label cluster from its other side: series of different clusters meet there"
DROPPED = "{} without (...) names the label cluster, and so puts clusters together"

_ABSENT = frozenset({"absent", "absent_over_time"})
_NOBODYS = frozenset({"scalar", "time", "pi", "vector", *_ABSENT})
_ARITHMETIC = frozenset("+-*/%^")
_PICKING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
"""Aggregations that give back series as they are."""

_MANY = _PICKING | {"count_values"}


def across(node: Node, matcher: Matcher, *, whole: bool = False, scalars: bool = True) -> tuple[Node, Changes]:
    """The tree for many clusters, and what was changed. `whole`: buckets (`by (le)`) are added across all clusters;
    `scalars`: a total that is made a scalar becomes one of each cluster.
    """
    changes = Changes()
    if whole and isinstance(node, Aggregate) and is_of_buckets(node):
        changes.aggregations.append(False)
        return replace(node, inside=_Across(matcher, changes, scalars).of(node.inside, keep=True)), changes
    return _Across(matcher, changes, scalars).of(node, keep=False), changes


def is_of_buckets(node: Node) -> bool:
    """Whether it is a sum of buckets that says nothing of clusters."""
    return isinstance(node, Aggregate) and "le" in node.grouping and not node.without and CLUSTER not in node.grouping


def nature(node: Node) -> Nature:
    """Whose the value is, after the rewriting."""
    match node:
        case Selector() | Range():
            return Nature.EACH
        case Subquery() | Negative():
            return nature(node.inside)
        case Call():
            if node.function in _NOBODYS:
                return Nature.NOBODYS
            return max(map(nature, node.arguments), default=Nature.NOBODYS)
        case Aggregate():
            return _nature_of_groups(node)
        case Binary():
            left, right = nature(node.left), nature(node.right)
            if node.operator in ("and", "unless") and left is Nature.NOBODYS:
                return left
            return max(left, right)
        case _:
            return Nature.NOBODYS


def _nature_of_groups(node: Aggregate) -> Nature:
    inside = nature(node.inside)
    if node.without and CLUSTER in node.grouping:
        return min(inside, Nature.TOTAL)
    if node.without or node.operator in _PICKING or inside is Nature.NOBODYS:
        return inside
    return Nature.EACH if node.grouping else Nature.TOTAL


@dataclass(frozen=True, slots=True)
class _Across:
    """The walk: parts are visited in the order in which they are written."""

    matcher: Matcher
    changes: Changes
    scalars: bool

    def of(self, node: Node, *, keep: bool) -> Node:
        """`keep`: whoever is above needs the label."""
        match node:
            case Selector():
                return self._selector(node)
            case Aggregate():
                return self._aggregate(node, keep=keep)
            case Binary():
                return self._binary(node, keep=keep)
            case Call():
                return self._call(node, keep=keep)
            case _:
                return rebuilt(node, self._each(keep=keep))

    def _each(self, *, keep: bool) -> Callable[[Node], Node]:
        return lambda child: self.of(child, keep=keep)

    def _selector(self, node: Selector) -> Selector:
        lacks = all(each.name != CLUSTER for each in node.matchers)
        self.changes.selectors.append(lacks)
        return replace(node, matchers=(*node.matchers, self.matcher)) if lacks else node

    def _aggregate(self, node: Aggregate, *, keep: bool) -> Node:
        needs = bool(node.grouping) or keep
        if node.without:
            if CLUSTER in node.grouping:
                self.changes.troubles.append(DROPPED.format(node.operator))
            needs = False
        adds = needs and CLUSTER not in node.grouping and nature(node.inside) is not Nature.NOBODYS
        self.changes.aggregations.append(adds)
        parameter = None if node.parameter is None else self.of(node.parameter, keep=False)
        inside = self.of(node.inside, keep=needs or (node.without and keep))
        grouping = (CLUSTER, *node.grouping) if adds else node.grouping
        return replace(node, inside=inside, parameter=parameter, grouping=grouping)

    def _call(self, node: Call, *, keep: bool) -> Node:
        if node.function == "scalar":
            self.changes.scalars.append(None)
            self.changes.troubles.append(SCALAR)
        if node.function in _ABSENT:
            self.changes.troubles.append(ABSENT.format(node.function))
        return rebuilt(node, self._each(keep=keep and node.function not in _NOBODYS))

    def _binary(self, node: Binary, *, keep: bool) -> Node:
        if node.matching is None:
            side = _side_of_scalar(node) if self.scalars else None
            return rebuilt(node, self._each(keep=keep)) if side is None else self._by_cluster(node, side)
        natures = {nature(node.left), nature(node.right)}
        together = keep or Nature.EACH in natures
        if together and Nature.NOBODYS in natures and (node.matching.on or node.operator not in SET_OPERATORS):
            self.changes.troubles.append(NOBODY.format(node.operator))
        if not node.matching.on and CLUSTER in node.matching.labels:
            self.changes.troubles.append(ACROSS.format(node.operator))
        if CLUSTER in node.matching.include:
            self.changes.troubles.append(COPIED.format(node.operator))
        known = (*node.matching.labels, *node.matching.include)
        adds = together and Nature.NOBODYS not in natures and CLUSTER not in known
        left = self.of(node.left, keep=together)
        if node.matching.on:
            self.changes.matchings.append(adds)
        right = self.of(node.right, keep=together)
        labels = (CLUSTER, *node.matching.labels) if adds and node.matching.on else node.matching.labels
        return replace(node, left=left, right=right, matching=replace(node.matching, labels=labels))

    def _by_cluster(self, node: Binary, side: Side) -> Node:
        left = self._total(node.left, side) if side is Side.LEFT else self.of(node.left, keep=True)
        right = self._total(node.right, side) if side is Side.RIGHT else self.of(node.right, keep=True)
        matching = Matching(True, (CLUSTER,), "many-to-one" if side is Side.RIGHT else "one-to-many")
        return replace(node, left=left, right=right, matching=matching)

    def _total(self, call: Node, side: Side) -> Node:
        assert isinstance(call, Call)
        self.changes.scalars.append(side)
        return self.of(call.arguments[0], keep=True)


def _side_of_scalar(node: Binary) -> Side | None:
    """Where the total stands that the other side, of single clusters, is set against.

    A comparison keeps the value of its left side, and so cannot have it there.
    """
    if _is_total(node.right) and nature(node.left) is Nature.EACH:
        return Side.RIGHT
    if _is_total(node.left) and nature(node.right) is Nature.EACH and node.operator in _ARITHMETIC:
        return Side.LEFT
    return None


def _is_total(node: Node) -> bool:
    """Whether it is `scalar(...)` of an aggregation that gives one number."""
    if not isinstance(node, Call) or node.function != "scalar":
        return False
    inside = node.arguments[0]
    if not isinstance(inside, Aggregate) or inside.grouping or inside.without:
        return False
    return inside.operator not in _MANY and nature(inside) is Nature.TOTAL


def same(one: Node, other: Node) -> bool:
    """Whether two trees say the same: the order of matchers and of names in groupings says nothing."""
    return _ordered(one) == _ordered(other)


def _ordered(node: Node) -> Node:
    match node:
        case Selector():
            return replace(
                node, matchers=tuple(sorted(node.matchers, key=lambda each: (each.name, each.op, each.value)))
            )
        case Number(value) if math.isnan(value):
            # It is not equal to itself.
            return String("NaN")
        case Aggregate():
            return rebuilt(replace(node, grouping=tuple(sorted(node.grouping))), _ordered)
        case _:
            return rebuilt(node, _ordered)
