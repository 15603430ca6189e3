"""What one cluster is asked for a local subtree: the same tree without the label `cluster`."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from aggregator.promql.grids import DEFAULT_SUBQUERY_STEP
from aggregator.promql.print import text_of
from aggregator.promql.regex import matches
from aggregator.promql.tree import (
    Aggregate,
    Binary,
    Matcher,
    Node,
    Selector,
    Subquery,
    children,
    rebuilt,
    walk,
)
from aggregator.series import CLUSTER, NAME

Texts = tuple[tuple[str, str], ...]
"""(cluster, what it is asked), for every cluster that is asked anything."""

# A label that no series has; without it, `!~".*"` meets nothing, and the selector stays a legal one.
_NOTHING = Matcher("crosshub_nothing", "!~", ".*")
_ANYTHING = Matcher(NAME, "!=", "")


def texts(node: Node, clusters: Sequence[str]) -> Texts:
    """What each cluster is asked; clusters in which nothing could match are left out."""
    selectors = [part for part in walk(node) if isinstance(part, Selector)]
    if not any(m.name == CLUSTER for part in selectors for m in part.matchers):
        text = _text(node, (True,) * len(selectors))
        return () if text is None else tuple((cluster, text) for cluster in clusters)
    conditions = [_condition(part) for part in selectors]
    by_choice: dict[tuple[bool, ...], str | None] = {}
    asked = []
    for cluster in clusters:
        choice = tuple(condition(cluster) for condition in conditions)
        if choice not in by_choice:
            by_choice[choice] = _text(node, choice)
        text = by_choice[choice]
        if text is not None:
            asked.append((cluster, text))
    return tuple(asked)


def chosen(selector: Selector, clusters: Sequence[str]) -> tuple[str, ...]:
    """The clusters that the selector's matchers on `cluster` allow."""
    return tuple(filter(_condition(selector), clusters))


def stripped(selector: Selector) -> Selector:
    """The selector without its matchers on `cluster`, still a legal one."""
    kept = tuple(m for m in selector.matchers if m.name != CLUSTER)
    if len(kept) == len(selector.matchers):
        return selector
    needs_one = not any(not matches(m.op, m.value)("") for m in kept)
    return replace(selector, matchers=(_ANYTHING, *kept) if needs_one else kept)


def _condition(selector: Selector) -> Callable[[str], bool]:
    tests = [matches(m.op, m.value) for m in selector.matchers if m.name == CLUSTER]
    return lambda cluster: all(test(cluster) for test in tests)


def _text(node: Node, choice: tuple[bool, ...]) -> str | None:
    """The text for a cluster that `choice` says which selectors allow, or None when its answer must be empty."""
    allowed = iter(choice)
    taken = {id(part): next(allowed) for part in walk(node) if isinstance(part, Selector)}
    if not all(choice) and _is_empty(node, taken):
        return None
    return text_of(_for_one_cluster(node, taken))


def _is_empty(node: Node, taken: dict[int, bool]) -> bool:
    if isinstance(node, Selector):
        return not taken[id(node)]
    below = [_is_empty(child, taken) for child in children(node) if _has_selector(child)]
    if isinstance(node, Binary) and node.operator == "or":
        return all(below)
    if isinstance(node, Binary) and node.operator == "unless":
        return below[0]
    return any(below)


def _has_selector(node: Node) -> bool:
    return any(isinstance(part, Selector) for part in walk(node))


def _for_one_cluster(node: Node, taken: dict[int, bool]) -> Node:
    if isinstance(node, Selector):
        kept = stripped(node)
        return kept if taken[id(node)] else replace(kept, matchers=(*kept.matchers, _NOTHING))
    node = rebuilt(node, lambda child: _for_one_cluster(child, taken))
    match node:
        case Subquery(step=None):
            return replace(node, step=DEFAULT_SUBQUERY_STEP)
        case Aggregate(without=False) if CLUSTER in node.grouping:
            return replace(node, grouping=_without_cluster(node.grouping))
        case Binary(matching=matching) if matching is not None and CLUSTER in (*matching.labels, *matching.include):
            labels, include = _without_cluster(matching.labels), _without_cluster(matching.include)
            return replace(node, matching=replace(matching, labels=labels, include=include))
        case _:
            return node


def _without_cluster(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(label for label in labels if label != CLUSTER)
