"""What a bare client sends: the questions of Crosshub's own plan, and where there are several, all in one as well."""

from collections.abc import Mapping

from aggregator.planning.plan import Circumstances, Plan
from aggregator.planning.planner import plan
from aggregator.promql.parse import parse
from tests.bench.asking import Shot, request
from tests.bench.queries import Query


def planned(query: Query, clusters: tuple[str, ...]) -> Plan:
    return plan(parse(query.text), query.steps, Circumstances(clusters))


def split(query: Query, clusters: Mapping[str, str]) -> Shot:
    """One request for each question of the plan, equal ones once."""
    asked = {
        (cluster, Query(query.name, text, leaf.steps)): None
        for leaf in planned(query, tuple(clusters)).leaves
        for cluster, text in leaf.texts
    }
    return tuple(request(clusters[cluster], question.path, question.form()) for cluster, question in asked)


def tagged(query: Query, clusters: Mapping[str, str]) -> Shot | None:
    """All questions to a cluster in one, each result marked with its number; None where there is but one."""
    leaves = planned(query, tuple(clusters)).leaves
    if len(leaves) < 2 or len({leaf.steps for leaf in leaves}) > 1:
        return None
    arms: dict[str, list[str]] = {cluster: [] for cluster in clusters}
    for number, leaf in enumerate(leaves):
        for cluster, text in leaf.texts:
            arms[cluster].append(f'label_replace({text}, "part", "{number}", "", "")')
    asked = {
        cluster: Query(query.name, " or ".join(texts), leaves[0].steps) for cluster, texts in arms.items() if texts
    }
    return tuple(request(clusters[cluster], question.path, question.form()) for cluster, question in asked.items())
