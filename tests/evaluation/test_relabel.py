"""label_replace and label_join, compared with Prometheus."""

import json
from collections.abc import Callable
from urllib.error import HTTPError

import pytest

from aggregator.errors import CannotExecute
from aggregator.evaluation.relabel import label_join, label_replace
from aggregator.series import Labels, Steps
from tests.evaluation.conftest import END, Reference, labels_of

SOURCE = 'label_replace(vector(1), "node", "gke-a1.oslo-é", "", "")'
LABELS: Labels = (("node", "gke-a1.oslo-é"),)
NOW = Steps(END * 1000, END * 1000, 1000)


def outcome(relabel: Callable[[], tuple[Labels, ...]]) -> list[Labels] | str:
    try:
        return list(relabel())
    except CannotExecute as fault:
        return str(fault)


def prometheus_says(prometheus: Reference, query: str) -> list[Labels] | str:
    try:
        return [labels_of(one["metric"]) for one in prometheus.ask("query", query=query)]
    except HTTPError:
        return prometheus.error(query, NOW)


@pytest.mark.parametrize(
    ("destination", "replacement", "source", "regex"),
    [
        ("zone", "$1", "node", "gke-(.*)"),
        ("zone", "$1x", "node", "gke-(.*)"),
        ("zone", "${1}x", "node", "gke-(.*)"),
        ("zone", "$zone-$$1-$2-$", "node", "(?P<zone>[a-z]+)-(?:.*)"),
        ("zone", "${zone}${", "node", "(?P<zone>[a-z]+)-(.*)"),
        ("zone", "$0", "node", "[^.]+\\..*"),
        ("zone", "$01 ${ 1} $-1 a$", "node", "(.*)"),
        ("zone", "$1é", "node", "(.*)"),
        ("zone", "$2", "node", "(gke)?(aws)?.*"),
        ("zone", "$1", "node", "gke"),
        ("node", "", "node", ".*"),
        ("node", "$1", "node", "(.*)-é"),
        ("new", "value", "missing", ""),
        ("new", "value", "missing", ".+"),
        ("__name__", "metric", "node", ".*"),
        ("a)(b", "", "node", ".*"),
        ("zone", "$1", "node", "a)(b"),
        ("zone", "", "node", "("),
        ("zo-ne", "", "node", "("),
        ("zo-ne", "", "node", ".*"),
        ("", "", "node", ".*"),
        ("zoné", "", "no-such", "x"),
    ],
)
def test_label_replace_is_that_of_prometheus(
    prometheus: Reference, destination: str, replacement: str, source: str, regex: str
) -> None:
    arguments = (destination, replacement, source, regex)
    query = f"label_replace({SOURCE}, {', '.join(json.dumps(one, ensure_ascii=False) for one in arguments)})"

    assert outcome(lambda: label_replace([LABELS], *arguments)) == prometheus_says(prometheus, query)


@pytest.mark.parametrize(
    ("destination", "separator", "sources"),
    [
        ("zone", "-", ["node", "node"]),
        ("zone", "", ["missing"]),
        ("zone", ",", ["missing", "node", "missing"]),
        ("node", "", ["missing"]),
        ("zone", "-", []),
        ("node", "/", ["node", "missing"]),
        ("zo-ne", "-", ["node"]),
        ("zone", "-", ["node", "no-de"]),
        ("zo-ne", "-", ["no-de"]),
        ("", "-", [""]),
    ],
)
def test_label_join_is_that_of_prometheus(
    prometheus: Reference, destination: str, separator: str, sources: list[str]
) -> None:
    query = f"label_join({', '.join([SOURCE, *map(json.dumps, [destination, separator, *sources])])})"

    assert outcome(lambda: label_join([LABELS], destination, separator, sources)) == prometheus_says(prometheus, query)


def test_labels_stay_sorted() -> None:
    labels: Labels = (("b", "1"), ("d", "2"))

    assert label_join([labels], "c", "-", ["b", "d"]) == ((("b", "1"), ("c", "1-2"), ("d", "2")),)
    assert label_replace([labels, ()], "a", "x", "b", ".*") == ((("a", "x"), *labels), (("a", "x"),))
