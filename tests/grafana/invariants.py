"""What holds for every expression of every dashboard: each finding is a sentence about one that it does not hold for."""

import re
from collections.abc import Iterator

from aggregator.promql.parse import parse
from aggregator.promql.tree import Aggregate, Binary, Call, Node, Range, Selector, children, walk
from aggregator.series import NAME
from aggregator.telemetry import Telemetry
from tests.grafana.boards import CLUSTERS, HUBS, RATE, Asked, marked

OF_CLUSTERS = re.compile(r"crosshub_server_(cluster_|rollup_failures).*")
OWN = {name for name in Telemetry("0").names() if not OF_CLUSTERS.fullmatch(name)}
"""What Crosshub counts of itself is of no cluster."""

OF_NO_CLUSTER = OWN | {"crosshub_fleet_people", "crosshub_community_people"}
OF_NO_HUB = re.compile(
    r"node_.*|kube_node_.*|crosshub_cluster_.*|crosshub_server_.*|cryptnono_.*|up|kube_pod_info|crosshub_hub_info"
    r"|kube_pod_container_resource_requests"
)
"""What is of machines and clusters, or is put together for them: it is asked without the hubs."""

COUNTING = {"rate", "irate", "increase"}
LEAST = 300_000
"""In a table or a number, which are of one moment, a counter is looked at for at least so many milliseconds."""


def faults(asked: Asked) -> tuple[str, ...]:
    """All that is wrong with an expression."""
    tree = parse(marked(asked.expr))
    found = (
        *_of_selectors(tree), *_of_groupings(tree), *_of_counts(tree), *_of_matchings(tree), *_of_rates(tree, now=asked.now)
    )  # fmt: skip
    return tuple(f"{asked}: {words}" for words in dict.fromkeys(found))


def _of_selectors(tree: Node) -> Iterator[str]:
    # Whoever groups by hubs has to ask for them, whatever else the metric is used for. A pod has a namespace too.
    groupings = (node.grouping for node in walk(tree) if isinstance(node, Aggregate))
    of_hubs = any("namespace" in labels and "pod" not in labels for labels in groupings)
    for each in _selectors(tree):
        if _name(each) in OF_NO_CLUSTER:
            continue
        if not _says(each, "cluster", CLUSTERS):
            yield "a selector does not ask for the clusters that are chosen"
        if not _says(each, "namespace", HUBS) and (
            not OF_NO_HUB.fullmatch(_name(each)) or (of_hubs and _name(each) != "crosshub_hub_info")
        ):
            yield "a selector does not ask for the hubs that are chosen"


def _of_groupings(tree: Node) -> Iterator[str]:
    for node, above in _with_parents(tree):
        if isinstance(node, Aggregate) and not _is_own(node):
            # All together, at the very end, is what a single number is, and the buckets of a heat map.
            is_total = (node.grouping == ("le",) and not above) or (
                not node.grouping and not any(isinstance(each, Aggregate) for each in above)
            )
            if node.without or ("cluster" not in node.grouping and not is_total):
                yield "a grouping loses the cluster"


def _of_counts(tree: Node) -> Iterator[str]:
    """While kube-state-metrics is replaced, or where two of them run, each thing has two series."""
    for node in walk(tree):
        if isinstance(node, Aggregate) and node.operator in ("count", "sum"):
            inside = node.inside.left if isinstance(node.inside, Binary) else node.inside
            if isinstance(inside, Selector | Call) and _name(_selectors(inside)[0]).startswith("kube_"):
                yield "what two exporters tell of is counted twice"


def _of_matchings(tree: Node) -> Iterator[str]:
    for node in walk(tree):
        matching = node.matching if isinstance(node, Binary) else None
        is_plain = matching is None or not (matching.on or matching.labels)
        if not is_plain and not (matching and matching.on and "cluster" in matching.labels):
            yield "a matching loses the cluster"


def _of_rates(tree: Node, *, now: bool) -> Iterator[str]:
    rate = int(RATE.removesuffix("s")) * 1000
    for node in walk(tree):
        if isinstance(node, Call) and node.function in COUNTING:
            for each in node.arguments:
                if isinstance(each, Range) and each.range != rate and not (now and each.range >= LEAST):
                    yield "a rate is over less, or more, than Grafana says it needs"


def _is_own(node: Node) -> bool:
    return all(_name(each) in OWN for each in _selectors(node))


def _selectors(tree: Node) -> list[Selector]:
    return [node for node in walk(tree) if isinstance(node, Selector)]


def _name(selector: Selector) -> str:
    return next((m.value for m in selector.matchers if m.name == NAME), "")


def _says(selector: Selector, label: str, word: str) -> bool:
    """Whether what was chosen narrows a selector: to that, or to that and what names none, or to this alone."""
    found = {(m.op, m.value) for m in selector.matchers if m.name == label}
    return not found.isdisjoint({("=~", word), ("=~", f"({word})|"), ("=", "")})


def _with_parents(node: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    yield node, above
    for child in children(node):
        yield from _with_parents(child, (*above, node))
