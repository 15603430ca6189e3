"""Conditions on labels, as Alertmanager judges them and writes them. Pure."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from aggregator.clusters.conditions import Condition
from aggregator.promql.regex import matches

ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def fulfils(labels: Mapping[str, str], conditions: Iterable[Condition]) -> bool:
    """Whether all conditions are met; a label that is missing is empty, a regular expression matches all of a value."""
    return all(_test(condition)(labels.get(condition.name, "")) for condition in conditions)


def condition_text(condition: Condition) -> str:
    """A condition as it is written: `severity="page"`."""
    return f'{condition.name}{condition.op}"{condition.value.translate(ESCAPES)}"'


def conditions_text(conditions: Iterable[Condition]) -> str:
    """Conditions as Alertmanager writes them: `{cluster="lisbon",severity="page"}`."""
    return "{" + ",".join(map(condition_text, conditions)) + "}"


@lru_cache(maxsize=1024)
def _test(condition: Condition) -> Callable[[str], bool]:
    return matches(condition.op, condition.value)
