"""`match[]`: which series are meant, and what each cluster is asked for them."""

import time
from collections.abc import Sequence

from aggregator.errors import BadExpression, BadQuery, ClusterRefused
from aggregator.federation.question import Answered, Fleet, Form, Question
from aggregator.planning.wording import chosen, stripped
from aggregator.promql.parse import parse_selector
from aggregator.promql.print import text_of
from aggregator.promql.regex import matches
from aggregator.promql.tree import Selector
from aggregator.series import CLUSTER

Selectors = tuple[Selector, ...]

_PREFIX = 'invalid parameter "match[]": '
# For the words of an error nobody waits longer.
_PATIENCE = 5.0


async def selectors_of(texts: Sequence[str], fleet: Fleet, clusters: Sequence[str]) -> Selectors:
    """The selectors; raises BadQuery, where a cluster answers in Prometheus' words and with the position."""
    return tuple([await _selector_of(text, fleet, clusters) for text in texts])


async def _selector_of(text: str, fleet: Fleet, clusters: Sequence[str]) -> Selector:
    try:
        selector = _bare(parse_selector(text))
    except BadExpression as fault:
        raise BadQuery(await _words_of_a_cluster(text, fleet, clusters) or str(fault)) from None
    if all(matches(m.op, m.value)("") for m in selector.matchers):
        raise BadQuery("match[] must contain at least one non-empty matcher")
    return selector


def _bare(selector: Selector) -> Selector:
    if selector.offset or selector.at:
        raise BadExpression("parse error: unexpected modifier behind a selector")
    return selector


async def _words_of_a_cluster(text: str, fleet: Fleet, clusters: Sequence[str]) -> str | None:
    until = time.monotonic() + _PATIENCE
    for cluster in clusters:
        (reply,) = await fleet.ask([Question(cluster, "series", (("match[]", text),), lambda _: None)], until)
        if isinstance(reply, ClusterRefused):
            return reply.error.removeprefix(_PREFIX)
        if isinstance(reply, Answered):
            return None
    return None


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
