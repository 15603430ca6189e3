"""Selectors that name series of another source than the clusters, such as the rollups."""

from collections.abc import Callable

from aggregator.errors import BadQuery
from aggregator.promql.regex import matches
from aggregator.promql.tree import Selector
from aggregator.series import NAME


def may_be_elsewhere(names: frozenset[str], labels: frozenset[str] | None = None) -> Callable[[Selector], bool]:
    """A test of whether a selector allows one of the names that another source answers, whose series have no other
    labels than these (None: any).
    """

    def test(selector: Selector) -> bool:
        if _named(selector):
            return is_only_elsewhere(selector, names)
        try:
            return _allows(selector, names, labels)
        except BadQuery:
            # What is no regular expression is for the clusters to refuse: they say where it stands.
            return False

    return test if names else lambda _: False


def _allows(selector: Selector, names: frozenset[str], labels: frozenset[str] | None) -> bool:
    foreign = [m for m in selector.matchers if labels is not None and m.name not in (NAME, *labels)]
    if not all(matches(m.op, m.value)("") for m in foreign):
        return False
    conditions = [matches(m.op, m.value) for m in selector.matchers if m.name == NAME]
    return any(all(condition(name) for condition in conditions) for name in names)


def is_only_elsewhere(selector: Selector, names: frozenset[str]) -> bool:
    """Whether the one name that the selector asks for is the other source's, so that no cluster is asked."""
    return not names.isdisjoint(_named(selector))


def _named(selector: Selector) -> list[str]:
    return [m.value for m in selector.matchers if m.name == NAME and m.op == "="]
