"""What is printed for the clusters is read by a real Prometheus."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

from hypothesis import HealthCheck, assume, given, settings

from aggregator.promql.functions import unknown_to
from aggregator.promql.print import is_plain_label, text_of
from aggregator.promql.tree import Aggregate, Binary, Matching, Node, Selector, walk
from tests.evaluation.conftest import START, Reference
from tests.promql.trees import trees


def test_whatever_is_printed_is_promql_to_prometheus(prometheus: Reference) -> None:
    @settings(
        max_examples=100,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(trees())
    def any_tree(tree: Node) -> None:
        # In 2.42 a label needs to be a word, and these two are numbers outside of braces.
        assume(all(is_plain_label(label) and label not in ("inf", "NaN") for label in labels_in(tree)))
        assume(not any(unknown_to(tree, (2, 42))))

        assert status_of(prometheus, text_of(tree)) != 400

    any_tree()


def labels_in(tree: Node) -> Iterator[str]:
    for node in walk(tree):
        match node:
            case Selector(matchers):
                yield from (matcher.name for matcher in matchers)
            case Aggregate(grouping=grouping):
                yield from grouping
            case Binary(matching=Matching(labels=labels, include=include)):
                yield from (*labels, *include)


def status_of(prometheus: Reference, query: str) -> int:
    form = urllib.parse.urlencode({"query": query, "time": str(START)}).encode()
    try:
        with urllib.request.urlopen(f"{prometheus.url}/api/v1/query", form) as answer:
            json.load(answer)
            return 200
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
