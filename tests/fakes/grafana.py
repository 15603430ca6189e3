"""A Grafana that keeps folders, data sources and dashboards, and answers with the status codes of the real one.

It can be told to be older, to be below a path, to have a token without rights, to end all connections after so many writes, or to let somebody
else write just before a write.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import orjson

from tests.fakes.http import FakeServer, Request, reset, response, send, serving

TOKEN = "glsa_hunter2"
Answer = tuple[int, Any]
_MUST = "You'll need additional permissions to perform this action. Permissions needed: "


@dataclass(slots=True)
class FakeGrafana:
    """What it holds, by uid; `writes` are the requests that would change something."""

    version: str = "11.6.0"
    role: str = "Admin"
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    provisioned: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    preferences: dict[str, Any] = field(default_factory=lambda: {"homeDashboardUID": ""})
    one_title_a_folder: bool = False
    migrates_to: int | None = None
    below: str = ""
    library: dict[str, dict[str, Any]] = field(default_factory=dict)
    health: Answer = (200, {"status": "OK", "message": "Successfully queried the Prometheus API."})
    ends_after: int | None = None
    before_write: Callable[["FakeGrafana", Request], None] | None = None
    server: FakeServer = field(init=False)

    @property
    def writes(self) -> list[Request]:
        return [each for each in self.server.requests if each.method != "GET"]

    def answer(self, request: Request) -> Answer:
        if not request.path.startswith(f"{self.below}/api/"):
            return 404, {"message": "Not found"}
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        path = unquote(request.path.removeprefix(f"{self.below}/api/"))
        if self.role != "Admin" and (request.method != "GET" or path == "org/preferences"):
            return 403, {"message": f"{_MUST}{path.replace('/', '.')}:read", "title": "Access denied"}
        for method, pattern, act in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return act(self, request, *found.groups())
        return 404, {"message": "Not found"}

    def add_board(self, body: Mapping[str, Any], folder: str = "", provisioned_from: str | None = None) -> None:
        """As somebody would in the browser, or a file does."""
        self.boards[body["uid"]] = {"folder": folder, "message": "", "body": {"version": 1, "id": 7, **body}}
        if provisioned_from:
            self.provisioned[body["uid"]] = provisioned_from

    def edit_board(self, uid: str, **changes: Any) -> None:
        """As somebody would in the browser, who saves without a note."""
        there = self.boards[uid]
        there["body"] |= {**changes, "version": there["body"]["version"] + 1}
        there["message"] = ""

    def add_source(self, uid: str, name: str, **others: Any) -> None:
        usual = {"type": "prometheus", "access": "proxy", "url": "http://x", "isDefault": False, "readOnly": False}
        self.sources[uid] = {"uid": uid, "name": name, "version": 1, "jsonData": {}, **usual, **others}


def _health(grafana: FakeGrafana, _: Request) -> Answer:
    return 200, {"database": "ok", "version": grafana.version, "commit": "abc"}


def _all_folders(grafana: FakeGrafana, _: Request) -> Answer:
    return 200, [{"uid": uid, "title": each["title"]} for uid, each in grafana.folders.items()]


def _folder(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    return (200, grafana.folders[uid]) if uid in grafana.folders else (404, {"message": "folder not found"})


def _new_folder(grafana: FakeGrafana, request: Request) -> Answer:
    told = orjson.loads(request.body)
    if told["uid"] in grafana.folders:
        return 412, {"message": "the folder has been changed by someone else", "status": "version-mismatch"}
    if any(each["title"] == told["title"] for each in grafana.folders.values()):
        return 409, {"message": "a folder with the same name already exists in the current location"}
    grafana.folders[told["uid"]] = {"uid": told["uid"], "title": told["title"], "version": 1}
    return 200, grafana.folders[told["uid"]]


def _put_folder(grafana: FakeGrafana, request: Request, uid: str) -> Answer:
    told = orjson.loads(request.body)
    if uid not in grafana.folders:
        return 404, {"message": "folder not found"}
    if not told["overwrite"] and told["version"] != grafana.folders[uid]["version"]:
        return 412, {"message": "the folder has been changed by someone else"}
    grafana.folders[uid] |= {"title": told["title"], "version": told["version"] + 1}
    return 200, grafana.folders[uid]


def _delete_folder(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    if grafana.folders.pop(uid, None) is None:
        return 404, {"message": "folder not found"}
    for inside in (grafana.boards, grafana.library):
        for gone in [
            key for key, each in inside.items() if each["folder" if inside is grafana.boards else "folderUid"] == uid
        ]:
            del inside[gone]
    return 200, {"message": "Folder deleted"}


def _all_sources(grafana: FakeGrafana, _: Request) -> Answer:
    return 200, [{key: value for key, value in each.items() if key != "version"} for each in grafana.sources.values()]


def _source(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    if uid not in grafana.sources:
        return 404, {"message": "Data source not found"}
    named = {key: True for key, value in grafana.secrets.get(uid, {}).items() if value}
    return 200, {**grafana.sources[uid], "secureJsonFields": named}


def _new_source(grafana: FakeGrafana, request: Request) -> Answer:
    told = orjson.loads(request.body)
    if told["uid"] in grafana.sources:
        return 409, {"message": "data source with the same uid already exists"}
    if any(each["name"] == told["name"] for each in grafana.sources.values()):
        return 409, {"message": "data source with the same name already exists"}
    grafana.sources[told["uid"]] = {"readOnly": False}
    _keep_source(grafana, told, 1)
    return 200, {"message": "Datasource added"}


def _put_source(grafana: FakeGrafana, request: Request, uid: str) -> Answer:
    told = orjson.loads(request.body)
    if uid not in grafana.sources:
        return 404, {"message": "Data source not found"}
    if grafana.sources[uid]["readOnly"]:
        return 403, {"message": "Cannot update read-only data source"}
    if 0 < told.get("version", 0) < grafana.sources[uid]["version"]:
        return 409, {"message": "Datasource has already been updated by someone else. Please reload and try again"}
    _keep_source(grafana, told, told["version"] + 1)
    return 200, {"message": "Datasource updated"}


def _keep_source(grafana: FakeGrafana, told: dict[str, Any], version: int) -> None:
    grafana.secrets.setdefault(told["uid"], {}).update(told.pop("secureJsonData", {}))
    if told["isDefault"]:
        for each in grafana.sources.values():
            each["isDefault"] = False
    grafana.sources[told["uid"]] |= {**told, "version": version}


def _delete_source(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    if uid not in grafana.sources:
        return 404, {"message": "Data source not found"}
    if grafana.sources[uid]["readOnly"]:
        return 403, {"message": "Cannot delete read-only data source"}
    del grafana.sources[uid]
    return 200, {"message": "Data source deleted"}


def _source_health(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    return grafana.health if uid in grafana.sources else (404, {"message": "Data source not found"})


def _search(grafana: FakeGrafana, request: Request) -> Answer:
    tags, folders = request.form.get("tag", []), request.form.get("folderUIDs", [])
    return 200, [
        {"uid": uid, "title": each["body"]["title"], "tags": each["body"].get("tags", []), "folderUid": each["folder"]}
        for uid, each in grafana.boards.items()
        if set(tags) <= set(each["body"].get("tags", [])) and (not folders or each["folder"] in folders)
    ]


def _library(grafana: FakeGrafana, _: Request) -> Answer:
    elements = [{"uid": uid, **each} for uid, each in grafana.library.items()]
    return 200, {"result": {"totalCount": len(elements), "page": 1, "perPage": 100, "elements": elements}}


def _board(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    if uid not in grafana.boards:
        return 404, {"message": "Dashboard not found"}
    each = grafana.boards[uid]
    body = dict(each["body"])
    if grafana.migrates_to is not None:
        body |= {"schemaVersion": grafana.migrates_to, "preload": False}
    about = {"folderUid": each["folder"], "version": body["version"], "provisioned": uid in grafana.provisioned}
    return 200, {"dashboard": body, "meta": {**about, "provisionedExternalId": grafana.provisioned.get(uid, "")}}


def _versions(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    each = grafana.boards[uid]
    return 200, {"versions": [{"version": each["body"]["version"], "message": each["message"]}]}


def _write_board(grafana: FakeGrafana, request: Request) -> Answer:
    told = orjson.loads(request.body)
    body, folder = told["dashboard"], told.get("folderUid", "")
    there = grafana.boards.get(body["uid"])
    if body["uid"] in grafana.provisioned:
        return 400, {"message": "Cannot save provisioned dashboard"}
    if folder and folder not in grafana.folders:
        return 400, {"message": "folder not found"}
    if there is not None and not told["overwrite"] and body["version"] != there["body"]["version"]:
        return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
    namesakes = [
        uid
        for uid, each in grafana.boards.items()
        if (each["folder"], each["body"]["title"]) == (folder, body["title"]) and uid != body["uid"]
    ]
    if grafana.one_title_a_folder and namesakes:
        return 412, {"message": "A dashboard with the same name in the folder already exists", "status": "name-exists"}
    version = 1 if there is None else there["body"]["version"] + 1
    grafana.boards[body["uid"]] = {
        "folder": folder,
        "message": told.get("message", ""),
        "body": {**body, "id": len(grafana.boards) + 1, "version": version},
    }
    return 200, {"status": "success", "uid": body["uid"], "version": version}


def _delete_board(grafana: FakeGrafana, _: Request, uid: str) -> Answer:
    if uid in grafana.provisioned:
        return 400, {"message": "provisioned dashboard cannot be deleted"}
    if grafana.boards.pop(uid, None) is None:
        return 404, {"message": "Dashboard not found"}
    return 200, {"message": "Dashboard deleted"}


def _preferences(grafana: FakeGrafana, _: Request) -> Answer:
    return 200, grafana.preferences


def _patch_preferences(grafana: FakeGrafana, request: Request) -> Answer:
    told = orjson.loads(request.body)
    if told["homeDashboardUID"] not in grafana.boards:
        return 404, {"message": "Dashboard not found"}
    grafana.preferences |= told
    return 200, {"message": "Preferences updated"}


_ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", "health", _health),
    ("GET", "folders", _all_folders),
    ("POST", "folders", _new_folder),
    ("GET", "folders/([^/]+)", _folder),
    ("PUT", "folders/([^/]+)", _put_folder),
    ("DELETE", "folders/([^/]+)", _delete_folder),
    ("GET", "datasources", _all_sources),
    ("POST", "datasources", _new_source),
    ("GET", "datasources/uid/([^/]+)", _source),
    ("PUT", "datasources/uid/([^/]+)", _put_source),
    ("DELETE", "datasources/uid/([^/]+)", _delete_source),
    ("GET", "datasources/uid/([^/]+)/health", _source_health),
    ("GET", "search", _search),
    ("GET", "library-elements", _library),
    ("POST", "dashboards/db", _write_board),
    ("GET", "dashboards/uid/([^/]+)", _board),
    ("DELETE", "dashboards/uid/([^/]+)", _delete_board),
    ("GET", "dashboards/uid/([^/]+)/versions", _versions),
    ("GET", "org/preferences", _preferences),
    ("PATCH", "org/preferences", _patch_preferences),
)


@asynccontextmanager
async def fake_grafana(**how: Any) -> AsyncIterator[FakeGrafana]:
    """A Grafana with nothing in it."""
    grafana = FakeGrafana(**how)

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.method != "GET":
            if grafana.ends_after is not None and len(grafana.writes) > grafana.ends_after:
                reset(writer)
                return
            if grafana.before_write is not None:
                grafana.before_write(grafana, request)
        status, told = grafana.answer(request)
        await send(writer, response(status, orjson.dumps(told)))

    async with serving(behave) as grafana.server:
        yield grafana
