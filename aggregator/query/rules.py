"""The rules and alerts that the clusters' own Prometheus servers evaluate, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from aggregator.federation.question import Fleet, Form, Question
from aggregator.promql.regex import matches
from aggregator.promql.tree import Selector
from aggregator.query.collecting import Collected, Terms, collected
from aggregator.query.listings import Listed
from aggregator.query.wire import Fields, labelled, labels_in, objects_in, raw, reader, text_in


class _Groups(msgspec.Struct):
    groups: list[Fields] = []


class _Alerts(msgspec.Struct):
    alerts: list[Fields] = []


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rules are listed; of what is empty, all. Old servers know none of it but `kind` (`alert`, `record`)."""

    kind: str = ""
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    selectors: tuple[Selector, ...] = ()
    with_alerts: bool = True


async def rules(fleet: Fleet, clusters: Sequence[str], wanted: Wanted, terms: Terms) -> Listed[Fields]:
    """Groups of rules: `cluster` is among the labels, and stands in front of `file`, since files are called the same."""
    form: Form = (("type", wanted.kind),) if wanted.kind else ()
    questions = [Question(cluster, "rules", form, partial(_read_groups, cluster), "GET") for cluster in clusters]
    found = await collected(fleet, questions, terms)
    groups = _sorted(found, lambda group: (text_in(group, "file"), text_in(group, "name")))
    return Listed(tuple(kept for group in groups if (kept := narrowed(group, wanted))), found.warnings)


async def alerts(fleet: Fleet, clusters: Sequence[str], terms: Terms) -> Listed[Fields]:
    """The alerts that are pending or firing."""
    questions = [Question(cluster, "alerts", (), partial(_read_alerts, cluster), "GET") for cluster in clusters]
    found = await collected(fleet, questions, terms)
    return Listed(tuple(alert for _, part in found.answers for alert in part), found.warnings)


_groups_in = reader(_Groups)
_alerts_in = reader(_Alerts)


def _read_groups(cluster: str, body: bytes) -> list[Fields]:
    return [_group(fields, cluster) for fields in _groups_in(body).groups]


def _read_alerts(cluster: str, body: bytes) -> list[Fields]:
    return [labelled(fields, cluster) for fields in _alerts_in(body).alerts]


def _group(fields: Fields, cluster: str) -> Fields:
    file = f"{cluster}/{text_in(fields, 'file').lstrip('/')}"
    return fields | {"file": raw(file), "rules": raw([_rule(rule, cluster) for rule in objects_in(fields, "rules")])}


def _rule(fields: Fields, cluster: str) -> Fields:
    fields = labelled(fields, cluster)
    if "alerts" in fields:
        fields["alerts"] = raw([labelled(alert, cluster) for alert in objects_in(fields, "alerts")])
    return fields


def narrowed(group: Fields, wanted: Wanted) -> Fields | None:
    """The group with the rules that are wanted, or None when it has none or is not wanted itself."""
    if wanted.groups and text_in(group, "name") not in wanted.groups:
        return None
    if wanted.files and text_in(group, "file") not in wanted.files:
        return None
    kept = [_shown(rule, wanted) for rule in objects_in(group, "rules") if _is_wanted(rule, wanted)]
    return group | {"rules": raw(kept)} if kept else None


def _is_wanted(rule: Fields, wanted: Wanted) -> bool:
    if wanted.names and text_in(rule, "name") not in wanted.names:
        return False
    labels = labels_in(rule) if wanted.selectors else {}
    tests = (all(matches(m.op, m.value)(labels.get(m.name, "")) for m in each.matchers) for each in wanted.selectors)
    return not wanted.selectors or any(tests)


def _shown(rule: Fields, wanted: Wanted) -> Fields:
    return rule | {"alerts": raw([])} if "alerts" in rule and not wanted.with_alerts else rule


def _sorted(found: Collected[list[Fields]], key: Callable[[Fields], tuple[str, str]]) -> list[Fields]:
    return sorted((fields for _, part in found.answers for fields in part), key=key)
