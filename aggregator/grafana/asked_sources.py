"""Which kind of data source a part of a dashboard asks, in all the ways in which dashboards have said so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROMETHEUS = frozenset({"prometheus", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource"})
MIXED = "-- Mixed --"
_VARIABLE = re.compile(r"\$\{(\w+)[^}]*\}|\$(\w+)|\[\[(\w+)[^\]]*\]\]")
# What a data source of another kind is likely called, where nothing but its name is said.
_OTHERS = re.compile(
    r"loki|elastic|influx|cloudwatch|tempo|jaeger|graphite|sql|testdata|opensearch|grafana --", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Sources:
    """The kinds of those that a dashboard names by variables and inputs."""

    kinds: Mapping[str, str]

    def kind_of(self, reference: Any) -> str:
        """The kind, `-- Mixed --` where each query says its own; Grafana's default is taken for Prometheus."""
        name = reference.get("uid") if isinstance(reference, dict) else reference
        if name == MIXED:
            return MIXED
        if isinstance(reference, dict) and reference.get("type") not in (None, "", "datasource"):
            return str(reference["type"])
        if not isinstance(name, str):
            return "prometheus"
        if found := _VARIABLE.fullmatch(name):
            return self.kinds.get(found[1] or found[2] or found[3], "prometheus")
        return "another kind" if _OTHERS.search(name) else "prometheus"

    def asks_prometheus(self, *references: Any) -> bool:
        """Whether the innermost reference that says anything is to a Prometheus."""
        told = [each for each in references if each and self.kind_of(each) != MIXED]
        return self.kind_of(told[0] if told else None) in PROMETHEUS


def sources_of(board: Mapping[str, Any]) -> Sources:
    """What a dashboard says of its data sources."""
    kinds = {
        str(each.get("name")): str(each.get("pluginId")) for each in board.get("__inputs") or () if "pluginId" in each
    }
    for each in (board.get("templating") or {}).get("list") or ():
        if each.get("type") == "datasource":
            kinds[str(each.get("name"))] = str(each.get("query"))
    return Sources(kinds)


def any_prometheus(board: Mapping[str, Any]) -> Any:
    """How the dashboard calls its Prometheus: by a variable or an input, else as a panel does, else the default."""
    for each in (board.get("templating") or {}).get("list") or ():
        if each.get("type") == "datasource" and each.get("query") in PROMETHEUS:
            return {"type": "prometheus", "uid": f"${{{each['name']}}}"}
    sources = sources_of(board)
    for each in board.get("__inputs") or ():
        if each.get("pluginId") in PROMETHEUS:
            return {"type": "prometheus", "uid": f"${{{each['name']}}}"}
    for panel in board.get("panels") or ():
        reference = panel.get("datasource")
        if reference and reference != MIXED and sources.asks_prometheus(reference):
            return reference
    return None
