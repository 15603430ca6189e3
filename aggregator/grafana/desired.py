"""What a Grafana that already runs is to hold: folders, data sources and dashboards as its HTTP API takes them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aggregator.grafana.catalogue import HOME, dashboards
from aggregator.grafana.drawing import MARK, drawn
from aggregator.grafana.files import folder_of, folder_uid, folders_of
from aggregator.grafana.sources import AUTHORIZATION, data_sources
from aggregator.grafana.wanted import Wanted

OWNER, SEAL = "managedBy", "crosshubToken"
"""Of the settings of a data source: whose it is, and what its token was when it was last written."""

OURS = MARK.removeprefix("managed-by:")
SECRET = "httpHeaderValue1"  # noqa: S105 - the key that Grafana keeps it under
# What Grafana itself writes into a dashboard.
_OF_GRAFANA = frozenset({"id", "version", "iteration"})


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of dashboards."""

    uid: str
    title: str


@dataclass(frozen=True, slots=True)
class Source:
    """A data source. `settings` are its jsonData; `secret` is the header it sends, which Grafana never gives back."""

    uid: str
    name: str
    url: str
    settings: Mapping[str, Any]
    secret: str | None = None

    def __repr__(self) -> str:
        return f"Source({self.uid})"


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard and the folder it is in."""

    uid: str
    title: str
    folder: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desired:
    """All of it; `home` is the uid of the dashboard to open first."""

    folders: tuple[Folder, ...]
    sources: tuple[Source, ...]
    boards: tuple[Board, ...]
    home: str


def desired(wanted: Wanted, token: str | None) -> Desired:
    """What is wanted, by the same dashboards and data sources as are rendered; `token` is what Crosshub is asked with."""
    boards = dashboards(with_people=wanted.with_people)
    return Desired(
        tuple(Folder(folder_uid(name), title) for name, title in folders_of(boards).items()),
        tuple(_source(each, token) for each in data_sources(wanted)),
        tuple(Board(each.uid, each.title, folder_uid(folder_of(each)), json.loads(drawn(each))) for each in boards),
        HOME.uid,
    )


def without_grafanas(body: Mapping[str, Any]) -> dict[str, Any]:
    """A dashboard less what Grafana writes into it."""
    return {key: value for key, value in body.items() if key not in _OF_GRAFANA}


def digest(body: Mapping[str, Any]) -> str:
    """The same for dashboards that say the same, whatever the order of their keys."""
    text = json.dumps(without_grafanas(body), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _source(rendered: Mapping[str, Any], token: str | None) -> Source:
    uid, settings = rendered["uid"], {**rendered["jsonData"], OWNER: OURS}
    settings.pop("httpHeaderName1", None)
    if token is None:
        return Source(uid, rendered["name"], rendered["url"], settings)
    settings |= {"httpHeaderName1": AUTHORIZATION, SEAL: _sealed(uid, token)}
    return Source(uid, rendered["name"], rendered["url"], settings, f"Bearer {token}")


def _sealed(uid: str, token: str) -> str:
    """What tells a token from another one, and is slow to guess by: whoever may read data sources sees it."""
    return hashlib.scrypt(token.encode(), salt=uid.encode(), n=2**14, r=8, p=1, dklen=12).hex()
