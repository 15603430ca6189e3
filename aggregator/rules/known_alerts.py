"""The alerts that there can be, as far as rules and code say it beforehand, and which of them matchers can meet."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from aggregator.clusters.conditions import Condition
from aggregator.promql.parse import parse
from aggregator.promql.regex import matches
from aggregator.rules.kept_labels import ANYTHING, Kept, labels_kept
from aggregator.rules.values import Group, Rule
from aggregator.rules.verdicts import NAMES
from aggregator.series import CLUSTER

SEVERITIES = frozenset({"page", "ticket", "info"})
ALERTNAME = "alertname"

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an alert's labels: `values` are all that one may have, `rest` are those that may have any."""

    name: str
    values: Mapping[str, frozenset[str]]
    rest: Kept = ANYTHING

    def possible(self, label: str) -> frozenset[str] | None:
        """The values that the label may have, the empty one for none; None is any."""
        if label in self.values:
            return self.values[label]
        return None if self.rest.may_have(label) else frozenset({""})


def known_alerts(groups: Iterable[Group], clusters: Collection[str], found: Mapping[str, str]) -> tuple[Known, ...]:
    """The alerts of the rules, and those that Crosshub tells without any rule; `found` are findings with their severity."""
    names = frozenset(clusters)
    return (*(_of_rule(rule, names) for group in groups for rule in group.rules), *built_in(names, found))


def built_in(clusters: frozenset[str], found: Mapping[str, str]) -> Iterator[Known]:
    """Outages, and findings about access, by name."""
    anywhere = {CLUSTER: clusters | {""}}
    for name in NAMES:
        kinds = frozenset({"outage", "meta"})
        yield Known(name, {ALERTNAME: frozenset({name}), "severity": SEVERITIES, "kind": kinds, **anywhere})
    for name, severity in found.items():
        labels = {ALERTNAME: frozenset({name}), "severity": frozenset({severity}), "kind": frozenset({"access"})}
        yield Known(name, {**labels, CLUSTER: clusters})


def can_meet(conditions: Iterable[Condition], alert: Known) -> bool:
    """Whether some alert of this kind fulfils every condition."""
    return all(possible is None or any(map(test, possible)) for possible, test in _tests(conditions, alert))


def must_meet(conditions: Iterable[Condition], alert: Known) -> bool:
    """Whether every alert of this kind does."""
    return all(possible is not None and all(map(test, possible)) for possible, test in _tests(conditions, alert))


def _tests(conditions: Iterable[Condition], alert: Known) -> Iterator[tuple[frozenset[str] | None, Test]]:
    for condition in conditions:
        yield alert.possible(condition.name), matches(condition.op, condition.value)


def _of_rule(rule: Rule, clusters: frozenset[str]) -> Known:
    kept = labels_kept(parse(rule.expr))
    # A template says what it will when the alert is there.
    templates = frozenset(name for name, text in rule.labels if "{{" in text)
    values = {name: frozenset({text}) for name, text in rule.labels if name not in templates}
    values |= {ALERTNAME: frozenset({rule.name})}
    if CLUSTER not in values and CLUSTER not in templates and kept.may_have(CLUSTER):
        values[CLUSTER] = clusters
    return Known(rule.name, values, kept.more(templates))
