"""What is wrong with rules, routes and the rest together, though each for itself can be read."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.clusters.conditions import Condition
from aggregator.clusters.faults import did_you_mean
from aggregator.clusters.values import AlertChange, Config
from aggregator.promql.parse import parse
from aggregator.promql.regex import matches
from aggregator.promql.tree import Aggregate, Binary, Matcher, Node, Selector, walk
from aggregator.rules.kept_labels import labels_kept
from aggregator.rules.known_alerts import Known, can_meet, known_alerts, must_meet
from aggregator.rules.templates import fault_of, labels_used
from aggregator.rules.thresholds import threshold_in
from aggregator.rules.values import Group, Rule
from aggregator.rules.verdicts import NAMES
from aggregator.series import CLUSTER, NAME, Labels


class Level(StrEnum):
    """A fault makes something silently not work; a warning may be meant."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: whose it is, where it stands, what it is, and how to mend it. `line` of 0 is no line."""

    level: Level
    name: str
    file: str
    line: int
    words: str
    mend: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What is checked together; `line_of` tells where a path of the configuration `file` stands.

    `found` are the alerts about access, by name, with their severity.
    """

    config: Config
    groups: tuple[Group, ...]
    file: str
    line_of: Callable[[str], int]
    now: datetime
    found: Mapping[str, str]

    def alerts(self) -> tuple[Known, ...]:
        return known_alerts(self.groups, [cluster.name for cluster in self.config.clusters], self.found)

    def rules(self) -> Iterator[tuple[Group, Rule]]:
        for group in self.groups:
            for rule in group.rules:
                yield group, rule

    def at(self, level: Level, path: str, words: str, mend: str, name: str = "") -> Finding:
        """A finding about a place in the configuration."""
        return Finding(level, name or path, self.file, self.line_of(path), words, mend)


Check = Callable[[Checked], Iterator[Finding]]


def findings(checked: Checked) -> tuple[Finding, ...]:
    """Everything that can be found without asking anybody, faults first."""
    return tuple(sorted((found for check in CHECKS for found in check(checked)), key=lambda found: found.level))


def somebody_is_told(checked: Checked) -> Iterator[Finding]:
    """Without routes every receiver is told everything; without receivers nobody is."""
    if not checked.config.receivers:
        words = f"there are no receivers: {len(checked.alerts())} kinds of alerts reach nobody"
        yield checked.at(Level.FAULT, "", words, "write a receiver; without routes it is told everything", "receivers")


def routes_match_something(checked: Checked) -> Iterator[Finding]:
    left = list(checked.alerts())
    for i, route in enumerate(checked.config.routes):
        met = [alert for alert in checked.alerts() if can_meet(route.match, alert)]
        if not met:
            yield checked.at(Level.FAULT, f"routes[{i}]", f"matches no alert: {_why(route.match, checked)}", MEND_MATCH)
        elif not any(can_meet(route.match, alert) for alert in left):
            words = "takes nothing: earlier routes take every alert that it matches"
            yield checked.at(Level.FAULT, f"routes[{i}]", words, "move it up, or remove it")
        left = [alert for alert in left if not must_meet(route.match, alert)]
    if checked.config.routes and not checked.config.routes[-1].receivers:
        words = "has no receivers, so that whatever no other route takes reaches nobody"
        yield checked.at(Level.WARNING, f"routes[{len(checked.config.routes) - 1}]", words, "name one")


def inhibitions_match_something(checked: Checked) -> Iterator[Finding]:
    for i, inhibit in enumerate(checked.config.inhibit):
        for key, conditions in (("source", inhibit.source), ("target", inhibit.target)):
            if not any(can_meet(conditions, alert) for alert in checked.alerts()):
                words = f"its {key} matches no alert: {_why(conditions, checked)}"
                yield checked.at(Level.FAULT, f"inhibit[{i}].{key}", words, MEND_MATCH, f"inhibit[{i}]")


def maintenance_matches_something(checked: Checked) -> Iterator[Finding]:
    for i, window in enumerate(checked.config.maintenance):
        if not any(can_meet(window.match, alert) for alert in checked.alerts()):
            words = f"matches no alert: {_why(window.match, checked)}"
            yield checked.at(Level.FAULT, f"maintenance[{i}]", words, MEND_MATCH)


def changes_name_alerts(checked: Checked) -> Iterator[Finding]:
    rules = {rule.name: rule for _, rule in checked.rules()}
    for hub, path, change in _changes(checked.config):
        name = f"{hub} {change.alert}"
        if change.alert not in rules and change.alert not in NAMES:
            hint = did_you_mean(change.alert, [*rules, *NAMES])
            yield checked.at(Level.FAULT, path, f"there is no alert of this name{hint}", "name one that there is", name)
        elif change.threshold is not None and not _has_threshold(change.alert, checked):
            words = "has a threshold here, and its rule compares with no number"
            yield checked.at(Level.FAULT, path, words, "leave it out, or mute the alert for this hub", name)


def mutes_are_not_over(checked: Checked) -> Iterator[Finding]:
    for hub, path, change in _changes(checked.config):
        if change.mute_until is not None and change.mute_until <= checked.now:
            words = f"its mute ended on {change.mute_until:%Y-%m-%d}; it is told again"
            yield checked.at(Level.WARNING, path, words, "remove it, or set a later end", f"{hub} {change.alert}")


def results_name_their_cluster(checked: Checked) -> Iterator[Finding]:
    for group, rule in checked.rules():
        tree, says_it = parse(rule.expr), CLUSTER in dict(rule.labels)
        if not (says_it or labels_kept(tree).may_have(CLUSTER)):
            words = "loses `cluster`: clusters are thrown together, and its alert cannot say where it is"
            yield _of(rule, group, Level.FAULT, words, "add cluster to each `by (...)`: by (cluster, namespace)")
        elif (part := _mixes_clusters(tree)) is not None:
            words = f"{part}: what belongs to different clusters is taken for the same"
            yield _of(rule, group, Level.FAULT, words, "add cluster: on (cluster, namespace)")
        elif not says_it and _aggregates_over_clusters(tree):
            words = "puts all clusters together in a part of its expression"
            mend = "add cluster to its `by (...)`, unless it is meant to compare with the whole fleet"
            yield _of(rule, group, Level.WARNING, words, mend)


def rules_have_a_severity(checked: Checked) -> Iterator[Finding]:
    for group, rule in checked.rules():
        if "severity" not in dict(rule.labels):
            words = "has no severity, so routes that look at it pass it by"
            yield _of(rule, group, Level.WARNING, words, "add the label severity: page, ticket or info")


def names_are_not_taken(checked: Checked) -> Iterator[Finding]:
    for group, rule in checked.rules():
        if rule.name in NAMES:
            words = "is called as an alert that Crosshub tells by itself, so it would be told twice"
            yield _of(rule, group, Level.FAULT, words, "give it another name")


def alerts_are_told_apart(checked: Checked) -> Iterator[Finding]:
    first: dict[tuple[str, Labels], tuple[Group, Rule]] = {}
    for group, rule in checked.rules():
        other, before = first.setdefault((rule.name, rule.labels), (group, rule))
        if before is not rule:
            words = f"is there twice with the same labels (first in {other.file}:{before.line}): two alerts are taken for one"
            yield _of(rule, group, Level.WARNING, words, "give one of them another name, or another label")


def templates_can_be_filled_in(checked: Checked) -> Iterator[Finding]:
    for group, rule in checked.rules():
        kept, own = labels_kept(parse(rule.expr)), {"alertname", *dict(rule.labels)}
        for name, text in (*rule.labels, *rule.annotations):
            if (fault := fault_of(text)) is not None:
                mend = "correct the template; there are labels, the value, and functions such as humanize"
                yield _of(rule, group, Level.FAULT, f"{name}: {fault}", mend)
                continue
            if unknown := sorted(label for label in labels_used(text) - own if not kept.may_have(label)):
                words = f"{name} names what its expression does not keep: {', '.join(unknown)}"
                yield _of(
                    rule, group, Level.WARNING, words, "keep the label in `by (...)`, or leave it out of the text"
                )


CHECKS: tuple[Check, ...] = (
    somebody_is_told,
    routes_match_something,
    inhibitions_match_something,
    maintenance_matches_something,
    changes_name_alerts,
    mutes_are_not_over,
    results_name_their_cluster,
    rules_have_a_severity,
    names_are_not_taken,
    alerts_are_told_apart,
    templates_can_be_filled_in,
)

MEND_MATCH = "correct the matcher, or remove the entry"


def metric_selectors(groups: Iterable[Group]) -> tuple[Selector, ...]:
    """What to look for in clusters: one selector for every name of a metric, or pattern of names, in the rules."""
    return tuple(Selector((matcher,)) for matcher in _metrics(groups))


def missing_metrics(groups: Iterable[Group], known: Collection[str]) -> Iterator[Finding]:
    """The metrics that rules ask for and that are not among the known names, told once for the rules that share them."""
    missing: dict[tuple[tuple[Group, Rule], ...], list[str]] = {}
    for matcher, users in _metrics(groups).items():
        if not any(map(matches(matcher.op, matcher.value), known)):
            missing.setdefault(tuple(users), []).append(matcher.value)
    for ((group, rule), *others), names in missing.items():
        also = f"; {', '.join(each.name for _, each in others)} as well" if others else ""
        mend = "install what tells it, or leave it: a rule without its metric is never true"
        yield _of(rule, group, Level.WARNING, f"asks for what no cluster has: {', '.join(names)}{also}", mend)


def _metrics(groups: Iterable[Group]) -> Mapping[Matcher, list[tuple[Group, Rule]]]:
    found: dict[Matcher, list[tuple[Group, Rule]]] = {}
    for group in groups:
        for rule in group.rules:
            names = dict.fromkeys(m for m in _matchers(parse(rule.expr)) if m.name == NAME and m.op in {"=", "=~"})
            for matcher in names:
                found.setdefault(matcher, []).append((group, rule))
    return found


def _matchers(tree: Node) -> Iterator[Matcher]:
    for node in walk(tree):
        if isinstance(node, Selector):
            yield from node.matchers


def _why(conditions: Iterable[Condition], checked: Checked) -> str:
    """The first condition that nothing meets by itself, or that they exclude each other."""
    for condition in conditions:
        if not any(can_meet([condition], alert) for alert in checked.alerts()):
            known = {value for alert in checked.alerts() for value in alert.possible(condition.name) or () if value}
            hint = did_you_mean(condition.value, sorted(known)) if condition.op == "=" else ""
            return f'no alert has {condition.name}{condition.op}"{condition.value}"{hint}'
    return "no alert meets all of its matchers"


def _changes(config: Config) -> Iterator[tuple[str, str, AlertChange]]:
    for i, cluster in enumerate(config.clusters):
        for j, hub in enumerate(cluster.hubs):
            for change in hub.alerts:
                yield f"{cluster.name}/{hub.name}", f"clusters[{i}].hubs[{j}].alerts.{change.alert}", change


def _has_threshold(alert: str, checked: Checked) -> bool:
    rules = [rule for _, rule in checked.rules() if rule.name == alert]
    return any(threshold_in(parse(rule.expr)) is not None for rule in rules)


def _mixes_clusters(tree: Node) -> str | None:
    """How the matching is written that takes series of different clusters for one another."""
    for node in walk(tree):
        if not isinstance(node, Binary) or node.matching is None:
            continue
        both = all(labels_kept(side).may_have(CLUSTER) for side in (node.left, node.right))
        if both and (CLUSTER in node.matching.labels) != node.matching.on:
            word = "on" if node.matching.on else "ignoring"
            return f"matches {word} ({', '.join(node.matching.labels)})"
    return None


def _aggregates_over_clusters(tree: Node) -> bool:
    return any(
        labels_kept(node.inside).may_have(CLUSTER) and not labels_kept(node).may_have(CLUSTER)
        for node in walk(tree)
        if isinstance(node, Aggregate)
    )


def _of(rule: Rule, group: Group, level: Level, words: str, mend: str) -> Finding:
    return Finding(level, rule.name, group.file, rule.line, words, mend)
