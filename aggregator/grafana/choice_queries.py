"""The queries of a dashboard's variables, in the language of Grafana's Prometheus data source, rewritten for many clusters."""

import re
from dataclasses import replace

from aggregator.grafana.rewriting import Rewritten, Terms, rewritten
from aggregator.promql.print import quoted
from aggregator.series import CLUSTER, NAME

_LABEL_VALUES = re.compile(r"(\s*label_values\s*\(\s*)(?:(.+?)(\s*,\s*))?([\w${}\[\]:.]+)(\s*\)\s*)", re.DOTALL)
_QUERY_RESULT = re.compile(r"(\s*query_result\s*\()(.+)(\)\s*)", re.DOTALL)
_METRICS = re.compile(r"\s*metrics\s*\((.+)\)\s*", re.DOTALL)
_LABEL_NAMES = re.compile(r"\s*label_names\s*\(.*\)\s*", re.DOTALL)


def chooses_clusters(query: str) -> bool:
    """Whether a variable's query gives the values of the label `cluster`."""
    found = _LABEL_VALUES.fullmatch(query)
    return found is not None and found[4] == CLUSTER


def names_metrics(query: str) -> bool:
    """Whether it gives names of metrics."""
    found = _LABEL_VALUES.fullmatch(query)
    return _METRICS.fullmatch(query) is not None or (found is not None and found[4] == NAME)


def choice_query(query: str, terms: Terms) -> Rewritten:
    """The query that offers only what the chosen clusters have."""
    matcher = f'{CLUSTER}=~"{terms.matcher.value}"'
    if not query.strip() or chooses_clusters(query) or _LABEL_NAMES.fullmatch(query):
        return Rewritten(query)
    if found := _LABEL_VALUES.fullmatch(query):
        if found[2] is None:
            return Rewritten(f"{found[1]}{{{matcher}}}, {found[4]}{found[5]}", ("1 selector",))
        inside = rewritten(found[2], terms)
        return replace(inside, text=f"{found[1]}{inside.text}{found[3]}{found[4]}{found[5]}")
    if found := _QUERY_RESULT.fullmatch(query):
        inside = rewritten(found[2], terms)
        return replace(inside, text=f"{found[1]}{inside.text}{found[3]}")
    if found := _METRICS.fullmatch(query):
        return Rewritten(f"label_values({{{matcher}, {NAME}=~{quoted(found[1])}}}, {NAME})", ("1 selector",))
    return rewritten(query, terms)
