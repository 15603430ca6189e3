"""`match[]`: which series are meant, and what each cluster is asked for them."""

from collections.abc import Sequence

from aggregator.errors import BadExpression, BadQuery
from aggregator.federation.question import Fleet, Form
from aggregator.planning.wording import chosen, stripped
from aggregator.promql.parse import parse_selector
from aggregator.promql.print import text_of
from aggregator.promql.regex import matches
from aggregator.promql.tree import Selector
from aggregator.query.words import words_against
from aggregator.series import CLUSTER

Selectors = tuple[Selector, ...]


async def selectors_of(texts: Sequence[str], fleet: Fleet, clusters: Sequence[str]) -> Selectors:
    """The selectors; raises BadQuery, where a cluster answers in Prometheus' words and with the position."""
    return tuple([await _selector_of(text, fleet, clusters) for text in texts])


async def _selector_of(text: str, fleet: Fleet, clusters: Sequence[str]) -> Selector:
    try:
        selector = _bare(parse_selector(text))
    except BadExpression as fault:
        raise BadQuery(await words_against(fleet, clusters, "series", (("match[]", text),)) or str(fault)) from None
    if all(matches(m.op, m.value)("") for m in selector.matchers):
        raise BadQuery("match[] must contain at least one non-empty matcher")
    return selector


def _bare(selector: Selector) -> Selector:
    if selector.offset or selector.at:
        raise BadExpression("parse error: unexpected modifier behind a selector")
    return selector


def narrowed(selectors: Selectors, clusters: Sequence[str]) -> dict[str, Form]:
    """The clusters in which any of the selectors can match, and the `match[]` each is asked with; no selectors: all."""
    if not selectors:
        return dict.fromkeys(clusters, ())
    asked: dict[str, list[tuple[str, str]]] = {}
    for selector in selectors:
        text = text_of(stripped(selector))
        for cluster in chosen(selector, clusters):
            asked.setdefault(cluster, []).append(("match[]", text))
    return {cluster: tuple(asked[cluster]) for cluster in clusters if cluster in asked}


def names_only_clusters(selector: Selector) -> bool:
    """Whether the selector says nothing but which clusters are meant."""
    return all(matcher.name == CLUSTER for matcher in selector.matchers)
