"""Exemplars of the series that a query selects."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import msgspec

from aggregator.errors import BadExpression, BadQuery
from aggregator.federation.question import Fleet, Form, Question
from aggregator.planning.wording import chosen, stripped
from aggregator.promql.parse import parse
from aggregator.promql.print import text_of
from aggregator.promql.tree import Node, Selector, walk
from aggregator.query.collecting import Terms, collected
from aggregator.query.listings import Listed
from aggregator.query.wire import reader
from aggregator.query.words import words_against
from aggregator.series import CLUSTER


class Exemplars(msgspec.Struct):
    """The exemplars of one series."""

    labels: dict[str, str] = msgspec.field(name="seriesLabels")
    exemplars: msgspec.Raw


async def exemplars(fleet: Fleet, clusters: Sequence[str], text: str, span: Form, terms: Terms) -> Listed[Exemplars]:
    """The exemplars in the span; raises BadQuery for a text that is no query."""
    tree = await _tree(text, fleet, clusters)
    selectors = [replace(part, offset=0, at=None) for part in walk(tree) if isinstance(part, Selector)]
    questions = [
        Question(cluster, "query_exemplars", (("query", asked), *span), partial(_read, cluster))
        for cluster in clusters
        if (asked := _text(selectors, cluster))
    ]
    found = await collected(fleet, questions, terms)
    series = sorted((one for _, part in found.answers for one in part), key=lambda one: sorted(one.labels.items()))
    return Listed(tuple(series), found.warnings)


async def _tree(text: str, fleet: Fleet, clusters: Sequence[str]) -> Node:
    try:
        return parse(text)
    except BadExpression as fault:
        words = await words_against(fleet, clusters, "query_exemplars", (("query", text),))
        raise BadQuery(words or str(fault)) from None


def _text(selectors: Sequence[Selector], cluster: str) -> str:
    """The selectors that may match in the cluster, as one query."""
    return " or ".join(text_of(stripped(selector)) for selector in selectors if chosen(selector, [cluster]))


_series_in = reader(list[Exemplars])


def _read(cluster: str, body: bytes) -> list[Exemplars]:
    return [
        Exemplars(dict(sorted((one.labels | {CLUSTER: cluster}).items())), one.exemplars) for one in _series_in(body)
    ]
