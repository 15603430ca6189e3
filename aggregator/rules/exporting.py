"""The rules of one cluster's own Prometheus, and what of them only Crosshub can evaluate."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aggregator.clusters.values import Cluster
from aggregator.planning.places import Place, places
from aggregator.planning.wording import texts
from aggregator.promql.parse import parse
from aggregator.promql.print import quoted
from aggregator.promql.tree import Node, Selector, walk
from aggregator.rollups.catalogue import BY_METRIC
from aggregator.rules.kept_labels import labels_kept
from aggregator.rules.thresholds import threshold_in, with_threshold
from aggregator.rules.values import Group, Rule
from aggregator.series import CLUSTER, NAME

NAMESPACE = "namespace"
# What a template says of its cluster; in the cluster's own Prometheus no series has the label.
_TEMPLATE = re.compile(r"\{\{-?\s*\$labels\.cluster\s*-?\}\}")


@dataclass(frozen=True, slots=True)
class Exported:
    """The groups for one cluster, and a sentence for each thing that they do not say."""

    groups: tuple[Group, ...]
    left_out: tuple[str, ...]


def exported(groups: Sequence[Group], cluster: Cluster) -> Exported:
    """The rules as this cluster can evaluate them, with the thresholds of its hubs."""
    kept, left_out = [], list(_not_said(cluster))
    for group in groups:
        rules = []
        for rule in group.rules:
            theirs, why = _rule_for(rule, cluster)
            rules += [theirs] if theirs else []
            left_out += [f"{rule.name}: {why}"] if why else []
        if group.query_offset and rules:
            left_out.append(f"group {group.name}: its query_offset, which Prometheus knows from 2.53 on only")
        # In one file, groups of two files may not be called the same.
        name = group.name if sum(each.name == group.name for each in groups) == 1 else f"{group.file} {group.name}"
        kept += [replace(group, name=name, rules=tuple(rules))] if rules else []
    return Exported(tuple(kept), tuple(left_out))


def _not_said(cluster: Cluster) -> Iterator[str]:
    for hub in cluster.hubs:
        for change in hub.alerts:
            if change.mute_until is not None:
                until = f"{change.mute_until:%Y-%m-%d %H:%M} UTC"
                yield f"{change.alert}: muted for {cluster.name}/{hub.name} until {until}; make a silence of it"


def _rule_for(rule: Rule, cluster: Cluster) -> tuple[Rule | None, str]:
    """The rule for the cluster, or why there is none."""
    tree = parse(rule.expr)
    if any(isinstance(node, Selector) and _is_kept_here(node) for node in walk(tree)):
        return None, "asks for what Crosshub keeps, which no cluster has"
    if places(tree, lambda _: False)[id(tree)] is not Place.CLUSTERS:
        return None, "compares or adds up several clusters, which one alone cannot"
    asked = dict(texts(tree, (cluster.name,)))
    if cluster.name not in asked:
        return None, ""
    text = asked[cluster.name] if _names_cluster(tree) else rule.expr
    expr = _with_thresholds(text, rule, cluster)
    labels = tuple(sorted({CLUSTER: cluster.name, **dict(rule.labels)}.items()))
    annotations = tuple((key, _TEMPLATE.sub(cluster.name, value)) for key, value in rule.annotations)
    return replace(rule, expr=expr, labels=labels, annotations=annotations), ""


def _is_kept_here(selector: Selector) -> bool:
    return any(each.name == NAME and each.op == "=" and each.value in BY_METRIC for each in selector.matchers)


def _names_cluster(tree: Node) -> bool:
    return any(each.name == CLUSTER for node in walk(tree) if isinstance(node, Selector) for each in node.matchers)


def _with_thresholds(text: str, rule: Rule, cluster: Cluster) -> str:
    """The expression for all other hubs, or for each hub with its own threshold."""
    tree = parse(text)
    thresholds = {
        hub.namespace or hub.name: change.threshold
        for hub in cluster.hubs
        for change in hub.alerts
        if change.alert == rule.name and change.threshold is not None
    }
    if not thresholds or threshold_in(tree) is None or not labels_kept(tree).may_have(NAMESPACE):
        return text
    arms = [f"(\n{text}\n)\nunless on ({NAMESPACE}) ({' or '.join(map(_hub, thresholds))})"]
    for namespace, threshold in thresholds.items():
        arms.append(f"(\n{with_threshold(text, threshold)}\n)\nand on ({NAMESPACE}) {_hub(namespace)}")
    return "\nor\n".join(arms)


def _hub(namespace: str) -> str:
    """A vector that has this label and nothing else."""
    return f'label_replace(vector(1), "{NAMESPACE}", {quoted(namespace.replace("$", "$$"))}, "", "")'
