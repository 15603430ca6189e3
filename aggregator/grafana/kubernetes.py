"""The same as objects of Kubernetes: for the sidecar of Grafana's chart, and for grafana-operator."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aggregator.grafana.catalogue import dashboards
from aggregator.grafana.drawing import drawn
from aggregator.grafana.files import FOLDERS, HEAD, Files, folder_of, folder_uid, folders_of, provisioned_sources
from aggregator.grafana.sources import data_sources
from aggregator.grafana.wanted import Wanted
from aggregator.rules.writing import yaml_text

OPERATOR = "grafana.integreatly.org/v1beta1"
SECRET = "crosshub-grafana"  # noqa: S105 - the name of one
SERVICE = "http://crosshub:9099"
"""Where Crosshub is in a cluster, if nobody says."""
MARK = {"app.kubernetes.io/managed-by": "crosshub"}


def config_maps(wanted: Wanted) -> Files:
    """A ConfigMap a dashboard (one may hold 1 MiB) and one for data sources, with the labels that the sidecar looks for."""
    sources = yaml_text(provisioned_sources(wanted))
    files = {
        "data-sources.yaml": _config_map("crosshub-data-sources", "grafana_datasource", {"crosshub.yaml": sources})
    }
    for board in dashboards(with_people=wanted.with_people):
        folder = {"grafana_folder": FOLDERS[folder_of(board)]}
        content = {f"{board.uid}.json": drawn(board)}
        files[f"{board.name}.yaml"] = _config_map(board.uid, "grafana_dashboard", content, folder)
    return files


def operator_resources(wanted: Wanted) -> Files:
    """GrafanaDatasource, GrafanaFolder and GrafanaDashboard, for every Grafana with the label `dashboards: grafana`."""
    boards = dashboards(with_people=wanted.with_people)
    files = {
        f"folder-{name}.yaml": _resource("GrafanaFolder", folder_uid(name), {"title": title, "uid": folder_uid(name)})
        for name, title in folders_of(boards).items()
    }
    # What the operator sends, no Grafana puts variables of its environment in.
    reached = replace(wanted, url=SERVICE) if wanted.url == Wanted().url else wanted
    for source in data_sources(reached):
        files[f"source-{source['uid']}.yaml"] = _resource("GrafanaDatasource", source["uid"], _operated(source))
    for board in boards:
        about = {"uid": board.uid, "folderRef": folder_uid(folder_of(board)), "json": drawn(board)}
        files[f"{board.name}.yaml"] = _resource("GrafanaDashboard", board.uid, about)
    return files


def _operated(source: Mapping[str, Any]) -> dict[str, Any]:
    """A data source whose token the operator puts in, from the key `token` of a Secret."""
    told = {name: value for name, value in source.items() if name not in ("orgId", "uid")}
    about: dict[str, Any] = {"uid": source["uid"], "datasource": told}
    if "secureJsonData" in told:
        told["secureJsonData"] = {"httpHeaderValue1": "Bearer ${token}"}
        taken = {"secretKeyRef": {"name": SECRET, "key": "token"}}
        about["valuesFrom"] = [{"targetPath": "secureJsonData.httpHeaderValue1", "valueFrom": taken}]
    return about


def _resource(kind: str, name: str, about: Mapping[str, Any]) -> str:
    spec = {"instanceSelector": {"matchLabels": {"dashboards": "grafana"}}, **about}
    return HEAD + yaml_text({"apiVersion": OPERATOR, "kind": kind, "metadata": _metadata(name), "spec": spec})


def _config_map(name: str, label: str, content: Files, annotations: Mapping[str, str] | None = None) -> str:
    metadata = _metadata(name, {label: "1"}) | ({"annotations": dict(annotations)} if annotations else {})
    return HEAD + yaml_text({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": content})


def _metadata(name: str, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    # What else a uid may hold, a name in Kubernetes may not.
    return {"name": name.lower().replace("_", "-"), "labels": {**MARK, **(labels or {})}}
