"""A dashboard for one Prometheus, rewritten for many clusters, with what was changed and what has to be looked at."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aggregator.grafana.across import Nature
from aggregator.grafana.asked_sources import Sources, any_prometheus, sources_of
from aggregator.grafana.choice_queries import choice_query, chooses_clusters, names_metrics
from aggregator.grafana.rewriting import Rewritten, Terms, rewritten
from aggregator.grafana.shown_names import renamed, with_cluster
from aggregator.grafana.transformations import transformed
from aggregator.series import CLUSTER

TOGETHER = "of all chosen clusters together"
OTHER_NAME = "crosshub_cluster"
"""The variable, where the dashboard calls something else `cluster`."""

ONE_VALUE = "compares the label cluster with one value, and several can be chosen now: make that =~ or !~"
_EQUALS = re.compile(r"""\bcluster\s*!?=\s*["']\$\{?cluster\b""")

_METRIC = re.compile(r"[A-Za-z_:][\w:]*")
_NUMBER = re.compile(r"-?[\d.]+(?:e[-+]?\d+|ms|[smhdwy])?")

Object = dict[str, Any]


class Kind(StrEnum):
    CHANGED = "changed"
    LOOK = "look at"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the report: of which part, and what."""

    kind: Kind
    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}  {self.where}: {self.words}"


@dataclass(frozen=True, slots=True)
class Imported:
    """The dashboard as it is to be, and the report."""

    board: Object
    said: tuple[Said, ...]


def imported(board: Mapping[str, Any]) -> Imported:
    """The dashboard for many clusters. One that was imported before comes out as it went in."""
    made = copy.deepcopy(dict(board))
    work = _Work(sources_of(made), _terms(made))
    work.board(made)
    return Imported(made, tuple(work.said))


def _variables(board: Mapping[str, Any]) -> list[Object]:
    return list((board.get("templating") or {}).get("list") or ())


def _terms(board: Mapping[str, Any]) -> Terms:
    variables = _variables(board)
    is_new = all(each.get("name") != CLUSTER for each in variables)
    taken = any(each.get("name") == CLUSTER and not _is_cluster(each) for each in variables)
    metrics = frozenset(str(each.get("name")) for each in variables if _names_metrics(each))
    queries = frozenset(str(each.get("name")) for each in variables if not all(map(_NUMBER.fullmatch, _values(each))))
    return Terms(OTHER_NAME if taken else CLUSTER, metrics, queries - metrics, is_new)


def _is_cluster(variable: Mapping[str, Any]) -> bool:
    return variable.get("type") == "query" and chooses_clusters(_query_of(variable))


def _query_of(variable: Mapping[str, Any]) -> str:
    query = variable.get("query")
    return str((query.get("query") if isinstance(query, dict) else query) or "")


def _names_metrics(variable: Mapping[str, Any]) -> bool:
    if variable.get("type") == "query" and names_metrics(_query_of(variable)):
        return True
    values = _values(variable)
    return bool(values) and all(map(_METRIC.fullmatch, values))


def _values(variable: Mapping[str, Any]) -> list[str]:
    """What it stands for now."""
    value = (variable.get("current") or {}).get("value")
    return [str(each) for each in (value if isinstance(value, list) else [value]) if each is not None]


@dataclass(frozen=True, slots=True)
class _Work:
    """The walk over one dashboard, which is written into in place."""

    sources: Sources
    terms: Terms
    said: list[Said] = field(default_factory=list)

    def tell(self, kind: Kind, where: str, words: str) -> None:
        line = Said(kind, where, words)
        if line not in self.said:
            self.said.append(line)

    def board(self, board: Object) -> None:
        for variable in _variables(board):
            self._variable(variable)
        elements = frozenset(board.get("__elements") or ())
        for panel in _all_panels(board):
            self._panel(panel, elements)
        for annotation in (board.get("annotations") or {}).get("list") or ():
            self._annotation(annotation)
        self._links("Links", board.get("links"))
        self._cluster(board)

    def _cluster(self, board: Object) -> None:
        variables = _variables(board)
        there = next((each for each in variables if each.get("name") == self.terms.variable), None)
        if there is None and any(each.kind is Kind.CHANGED for each in self.said):
            sources = [each for each in variables if each.get("type") == "datasource"]
            others = [each for each in variables if each.get("type") != "datasource"]
            made = _cluster_variable(self.terms.variable, any_prometheus(board))
            board["templating"] = {**(board.get("templating") or {}), "list": [*sources, made, *others]}
            self.said.insert(0, Said(Kind.CHANGED, "Variables", f"${self.terms.variable} added in front"))
        elif there is not None and there.get("hide"):
            there["hide"] = 0
            self.tell(Kind.CHANGED, f"Variable ${there['name']}", "is shown")

    def _variable(self, variable: Object) -> None:
        name = variable.get("name")
        if variable.get("type") != "query" or name == self.terms.variable:
            return
        where = f"Variable ${name}"
        if not self.sources.asks_prometheus(variable.get("datasource")):
            self.tell(Kind.LEFT, where, f"asks {self.sources.kind_of(variable.get('datasource'))}")
            return
        made = choice_query(_query_of(variable), self.terms)
        self._tell_of(where, made)
        if not made.changes:
            return
        if isinstance(variable.get("query"), dict):
            variable["query"]["query"] = made.text
        else:
            variable["query"] = made.text
        if "definition" in variable:
            variable["definition"] = made.text
        if "{" in str(variable.get("regex") or ""):
            self.tell(Kind.LOOK, where, "its regex looks at a whole series, in which cluster now stands as well")

    def _tell_of(self, where: str, made: Rewritten, *more: str) -> None:
        changes = (*made.changes, *more)
        if changes:
            self.tell(Kind.CHANGED, where, ", ".join(changes))
        for words in made.troubles:
            self.tell(Kind.LOOK, where, words)

    def _panel(self, panel: Object, elements: frozenset[str]) -> None:
        where = f"Panel {_title(panel)!r}"
        targets = [each for each in panel.get("targets") or () if isinstance(each, dict)]
        library = panel.get("libraryPanel")
        if library and not targets and library.get("uid") not in elements:
            words = "is a library panel, of which this file holds the name alone: export it too, or unlink it"
            self.tell(Kind.LOOK, where, words)
        made = [found for each in targets if (found := self._target(panel, each)) is not None]
        names = [each.legends for each in made if each.legends is not None]
        for kind, words in renamed(panel, names, is_each=any(each.is_each for each in made)):
            self.tell(Kind(kind), where, words)
        if any(each.is_each for each in made):
            for kind, words in transformed(panel):
                self.tell(Kind(kind), where, words)
        if "alert" in panel:
            self.tell(Kind.LOOK, where, "has an alert of its own, which knows no variables")
        self._links(where, {key: value for key, value in panel.items() if key not in ("panels", "targets")})

    def _target(self, panel: Object, target: Object) -> "_Made | None":
        where = f"Panel {_title(panel)!r} {target.get('refId') or ''}".rstrip()
        if not isinstance(target.get("expr"), str) or not target["expr"].strip():
            return None
        if not self.sources.asks_prometheus(target.get("datasource"), panel.get("datasource")):
            kind = self.sources.kind_of(target.get("datasource") or panel.get("datasource"))
            self.tell(Kind.LEFT, where, f"asks {kind}")
            return None
        is_heat = "heatmap" in (target.get("format"), panel.get("type"))
        made = rewritten(target["expr"], self.terms, whole=is_heat)
        target["expr"] = made.text
        legends = with_cluster(target) if made.nature is Nature.EACH and not is_heat else None
        together = made.changes and made.nature is Nature.TOTAL
        if self.terms.is_new and _EQUALS.search(target["expr"]):
            self.tell(Kind.LOOK, where, ONE_VALUE)
        self._tell_of(where, made, *(("legend",) if legends else ()), *((TOGETHER,) if together else ()))
        return _Made(made.nature is Nature.EACH, legends)

    def _annotation(self, annotation: Object) -> None:
        where = f"Annotation {annotation.get('name')!r}"
        holders = [
            each for each in (annotation, annotation.get("target")) if isinstance(each, dict) and each.get("expr")
        ]
        if not holders:
            return
        if not self.sources.asks_prometheus(holders[-1].get("datasource"), annotation.get("datasource")):
            self.tell(Kind.LEFT, where, f"asks {self.sources.kind_of(annotation.get('datasource'))}")
            return
        for holder in holders:
            made = rewritten(holder["expr"], self.terms)
            holder["expr"] = made.text
            self._tell_of(where, made)
        tags = annotation.get("tagKeys")
        if tags and CLUSTER not in [each.strip() for each in tags.split(",")]:
            annotation["tagKeys"] = f"{CLUSTER},{tags}"

    def _links(self, where: str, inside: Any) -> None:
        for link in _links_in(inside):
            url = link["url"]
            parts = next((at for at in ("__data.fields", "__field.labels") if f"${{{at}." in url), None)
            name = self.terms.variable
            chosen = f"${{{name}:queryparam}}" if parts is None else f"var-{CLUSTER}=${{{parts}.{CLUSTER}}}"
            link["url"] = f"{url}&{chosen}"
            self.tell(Kind.CHANGED, where, "a link takes the cluster along")


@dataclass(frozen=True, slots=True)
class _Made:
    """Of a query: whether its series are of single clusters, and its legend before and after, where that changed."""

    is_each: bool
    legends: tuple[str, str] | None


def _all_panels(board: Object) -> Iterator[Object]:
    """All of them: below rows of any age, and those of a library that came along."""
    elements = board.get("__elements") or {}
    models = [each.get("model") for each in (elements.values() if isinstance(elements, dict) else elements)]
    rows = [panel for row in board.get("rows") or () for panel in row.get("panels") or ()]
    waiting = [*(board.get("panels") or ()), *rows, *filter(None, models)]
    while waiting:
        panel = waiting.pop(0)
        yield panel
        waiting[:0] = panel.get("panels") or ()


def _title(panel: Mapping[str, Any]) -> str:
    return str(panel.get("title") or f"number {panel.get('id')}")


def _links_in(inside: Any) -> Iterator[Object]:
    """Links that hand variables on, and the cluster not yet."""
    if isinstance(inside, dict):
        url = inside.get("url")
        if isinstance(url, str) and "var-" in url and CLUSTER not in url:
            yield inside
    below: Iterable[Any] = inside.values() if isinstance(inside, dict) else inside if isinstance(inside, list) else ()
    for each in below:
        yield from _links_in(each)


def _cluster_variable(name: str, source: Any) -> Object:
    query = f"label_values({CLUSTER})"
    return {
        "name": name,
        "label": "Cluster",
        "type": "query",
        "datasource": source,
        "definition": query,
        "query": {"qryType": 1, "query": query, "refId": f"choice-{name}"},
        "refresh": 2,
        "regex": "",
        "sort": 7,
        "multi": True,
        "includeAll": True,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0,
        "options": [],
        "skipUrlSync": False,
    }
