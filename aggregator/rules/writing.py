"""Rules as text of Prometheus' format, without what Prometheus 2.42 does not read."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import yaml

from aggregator.clusters.times import UNITS
from aggregator.rules.values import Group, Rule


class _Dumper(yaml.SafeDumper):
    """Texts of several lines are written as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def yaml_text(value: Any) -> str:
    """YAML for a value, keys in their order."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
    return text


def rule_file(groups: Iterable[Group]) -> str:
    """A rule file with these groups. `query_offset` is left out: Prometheus knows it from 2.53 on only."""
    return yaml_text({"groups": [_group(group) for group in groups]})


def length(duration: timedelta) -> str:
    """A duration as Prometheus reads it: `1h30m`."""
    left, words = round(duration.total_seconds() * 1000), ""
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, round(UNITS[unit] * 1000))
        words += f"{count}{unit}" if count else ""
    return words or "0s"


def _group(group: Group) -> dict[str, Any]:
    written: dict[str, Any] = {"name": group.name}
    if group.interval is not None:
        written["interval"] = length(group.interval)
    if group.limit:
        written["limit"] = group.limit
    return written | {"rules": [_rule(rule) for rule in group.rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {"alert": rule.name, "expr": rule.expr}
    if rule.hold:
        written["for"] = length(rule.hold)
    if rule.keep_firing_for:
        written["keep_firing_for"] = length(rule.keep_firing_for)
    named = {"labels": dict(rule.labels), "annotations": dict(rule.annotations)}
    return written | {key: value for key, value in named.items() if value}
