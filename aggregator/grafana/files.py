"""The directory that a Grafana is provisioned with, as texts by their paths."""

from collections.abc import Iterable
from typing import Any

from aggregator.grafana.catalogue import dashboards
from aggregator.grafana.drawing import drawn
from aggregator.grafana.people import PEOPLE
from aggregator.grafana.sources import NAME, data_sources
from aggregator.grafana.values import Dashboard, uid_of
from aggregator.grafana.wanted import Wanted
from aggregator.rules.writing import yaml_text

HEAD = "# Written by `crosshub grafana render`; change what it is made of, and write it again.\n"
FOLDERS = {"hubs": "Crosshub", "people": "Crosshub: people"}
"""Titles of folders by their names. Who may see people is another question than who may see hubs."""

OURS = "dashboards/crosshub-folder-*/*.json"
"""Where dashboards are: what else is there is one that has gone."""

HEADED = ("*.yaml", "alerting/*.yaml")
"""Where else what has gone may be; there, only what begins with HEAD is ours."""

Files = dict[str, str]


def provisioning(wanted: Wanted) -> Files:
    """Data sources, folders, dashboards and, if wanted, a contact point: as a stock Grafana reads them."""
    boards = dashboards(with_people=wanted.with_people)
    files = {
        "datasources/crosshub.yaml": _yaml(provisioned_sources(wanted)),
        "dashboards/crosshub.yaml": _yaml({"apiVersion": 1, "providers": _providers(boards, wanted.place)}),
    }
    files |= {f"dashboards/{folder_uid(folder_of(each))}/{each.name}.json": drawn(each) for each in boards}
    if wanted.with_contact_point:
        files["alerting/crosshub.yaml"] = _yaml({"apiVersion": 1, "contactPoints": [contact_point(wanted)]})
    return files


def provisioned_sources(wanted: Wanted) -> dict[str, Any]:
    """The file of data sources. Those that were in it once, and are no more, Grafana removes."""
    return {"apiVersion": 1, "prune": True, "datasources": list(data_sources(wanted))}


def folder_of(board: Dashboard) -> str:
    """The name of the folder that a dashboard is in."""
    return "people" if board.name == PEOPLE.name else "hubs"


def folder_uid(name: str) -> str:
    """The uid of a folder; one that a dashboard has too would be a conflict, since older Grafanas keep both together."""
    return uid_of(f"folder-{name}")


def folders_of(boards: Iterable[Dashboard]) -> dict[str, str]:
    """The titles of the folders that these dashboards are in, by their names."""
    inhabited = {folder_of(board) for board in boards}
    return {name: title for name, title in FOLDERS.items() if name in inhabited}


def contact_point(wanted: Wanted) -> dict[str, Any]:
    """Crosshub as somebody whom Grafana's own alerts are told to."""
    settings: dict[str, Any] = {"url": f"{wanted.url.rstrip('/')}/api/crosshub/alertmanager", "httpMethod": "POST"}
    if wanted.token_file is not None:
        settings |= {"authorization_scheme": "Bearer", "authorization_credentials": f"$__file{{{wanted.token_file}}}"}
    return {"orgId": 1, "name": NAME, "receivers": [{"uid": "crosshub", "type": "webhook", "settings": settings}]}


def _providers(boards: Iterable[Dashboard], place: str) -> list[dict[str, Any]]:
    return [
        {
            "name": title,
            "orgId": 1,
            "folder": title,
            "folderUid": folder_uid(name),
            "type": "file",
            "disableDeletion": False,
            "allowUiUpdates": False,
            "updateIntervalSeconds": 30,
            "options": {"path": f"{place.rstrip('/')}/dashboards/{folder_uid(name)}"},
        }
        for name, title in folders_of(boards).items()
    ]


def _yaml(value: Any) -> str:
    return HEAD + yaml_text(value)
