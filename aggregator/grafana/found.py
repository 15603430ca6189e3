"""What a Grafana holds, as far as it concerns us: read over HTTP into frozen values."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aggregator.grafana.desired import OURS, OWNER, Desired, digest
from aggregator.grafana.drawing import MARK
from aggregator.grafana.speaking import MISSING, Grafana, Told, Trouble
from aggregator.grafana.values import uid_of

OLDEST, NEWEST = (10, 4), 13
_VERSION = re.compile(r"(\d+)\.(\d+)")
_AT_ONCE = 4
# More than that many dashboards of ours there are not.
_MOST = "1000"


@dataclass(frozen=True, slots=True)
class FoundFolder:
    """A folder; `others` is how many dashboards and library panels in it are not ours, counted only where it may have to go."""

    uid: str
    title: str
    version: int
    others: int = 0


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A data source; `named` are the keys of the secrets it has, `version` is that of its last change."""

    uid: str
    name: str
    url: str
    kind: str
    access: str
    settings: Mapping[str, Any]
    is_default: bool
    is_provisioned: bool
    named: frozenset[str] = frozenset()
    version: int = 0

    @property
    def is_ours(self) -> bool:
        return self.settings.get(OWNER) == OURS


@dataclass(frozen=True, slots=True)
class FoundBoard:
    """A dashboard. `written_for` is what the note of its last change says, where it was looked at."""

    uid: str
    title: str
    folder: str
    body: Mapping[str, Any]
    version: int
    provisioned_from: str | None = None
    written_for: str = ""

    @property
    def is_ours(self) -> bool:
        return MARK in self.body.get("tags", ())


@dataclass(frozen=True, slots=True)
class Found:
    """All that is there, by uid. `sources` are all data sources; boards and folders are those that concern us."""

    folders: Mapping[str, FoundFolder] = field(default_factory=dict)
    sources: Mapping[str, FoundSource] = field(default_factory=dict)
    boards: Mapping[str, FoundBoard] = field(default_factory=dict)
    home: str = ""
    version: str = ""


class Stopped(Exception):
    """A Trouble on the way; `found` turns it into a value."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.words)
        self.trouble = trouble


async def found(grafana: Grafana, desired: Desired) -> Found | Trouble:
    """What is there now, or why that cannot be said."""
    try:
        # First, since it asks for the rights of an administrator: health alone is told to anybody.
        home = await _told(grafana, "org/preferences")
        version = await _version(grafana)
        sources = await _sources(grafana, desired)
        folders = await _folders(grafana, desired)
        boards = await _boards(grafana, desired)
        return Found(folders, sources, boards, str(home.get("homeDashboardUID") or ""), version)
    except Stopped as stopped:
        return stopped.trouble
    except (KeyError, TypeError, AttributeError, ValueError):
        return Trouble("what Grafana answers is not in the form that Crosshub knows: is it newer than version 13?")


def age(version: str) -> tuple[int, int] | None:
    """The two first numbers of a version, None where there are none: a Grafana may hide its own."""
    known = _VERSION.match(version)
    return (int(known[1]), int(known[2])) if known else None


async def _version(grafana: Grafana) -> str:
    version = str((await _told(grafana, "health")).get("version", ""))
    known = age(version)
    if known is not None and known < OLDEST:
        raise Stopped(
            Trouble(f"this Grafana is {version}; Crosshub's dashboards need 10.4 or newer. Bring Grafana up to date")
        )
    return version


async def _told(grafana: Grafana, path: str, **parameters: str) -> Any:
    answer = await grafana.get(path, **parameters)
    if isinstance(answer, Trouble):
        if answer.status == MISSING:
            raise Stopped(
                Trouble(
                    f"this Grafana has no /api/{path}: grafana.url is not where its API is, or it is newer than 13; "
                    "`crosshub grafana render` writes files that any version reads"
                )
            )
        raise Stopped(answer)
    return answer.body


async def _perhaps(grafana: Grafana, path: str) -> Any:
    answer = await grafana.get(path)
    if isinstance(answer, Told):
        return answer.body
    if answer.status == MISSING:
        return None
    raise Stopped(answer)


async def _folders(grafana: Grafana, desired: Desired) -> dict[str, FoundFolder]:
    uids = await _ours_by_uid(grafana, "folders", {each.uid for each in desired.folders}, uid_of("folder-"))
    told = await _each(grafana, [f"folders/{quote(uid, safe='')}" for uid in uids])
    wanted = {each.uid for each in desired.folders}
    return {
        each["uid"]: FoundFolder(
            each["uid"],
            each["title"],
            int(each.get("version") or 0),
            0 if each["uid"] in wanted else await _others(grafana, each["uid"]),
        )
        for each in told
    }


async def _others(grafana: Grafana, folder: str) -> int:
    held = await _told(grafana, "search", folderUIDs=folder, limit=_MOST)
    # They go with their folder, unless a dashboard shows them.
    shared = await _told(grafana, "library-elements", folderFilterUIDs=folder, perPage=_MOST)
    panels = [each for each in shared["result"]["elements"] if each.get("folderUid") == folder]
    return len(panels) + sum(1 for each in held if MARK not in (each.get("tags") or ()))


async def _ours_by_uid(grafana: Grafana, path: str, wanted: set[str], prefix: str) -> list[str]:
    """Those that are wanted, and those whose uid says that we made them."""
    listed = await _told(grafana, path, limit=_MOST)
    return sorted(wanted | {each["uid"] for each in listed if each["uid"].startswith(prefix)})


async def _sources(grafana: Grafana, desired: Desired) -> dict[str, FoundSource]:
    """All of them, since one may be the default or have the name; those of ours with all there is to know."""
    listed = {each["uid"]: _source(each) for each in await _told(grafana, "datasources")}
    ours = {each.uid for each in desired.sources} | {uid for uid, each in listed.items() if each.is_ours}
    whole = await _each(grafana, [f"datasources/uid/{quote(uid, safe='')}" for uid in sorted(ours & listed.keys())])
    return listed | {each["uid"]: _source(each) for each in whole}


def _source(told: Mapping[str, Any]) -> FoundSource:
    return FoundSource(
        uid=told["uid"],
        name=told["name"],
        url=told.get("url") or "",
        kind=told["type"],
        access=told.get("access") or "proxy",
        settings=told.get("jsonData") or {},
        is_default=bool(told.get("isDefault")),
        is_provisioned=bool(told.get("readOnly")),
        named=frozenset(key for key, there in (told.get("secureJsonFields") or {}).items() if there),
        version=int(told.get("version") or 0),
    )


async def _boards(grafana: Grafana, desired: Desired) -> dict[str, FoundBoard]:
    tagged = await _told(grafana, "search", type="dash-db", tag=MARK, limit=_MOST)
    uids = {each.uid for each in desired.boards} | {each["uid"] for each in tagged}
    told = await _each(grafana, [f"dashboards/uid/{quote(uid, safe='')}" for uid in sorted(uids)])
    wanted = {each.uid: digest(each.body) for each in desired.boards}
    boards = [_board(each) for each in told]
    return {each.uid: await _with_note(grafana, each, wanted.get(each.uid)) for each in boards}


def _board(told: Mapping[str, Any]) -> FoundBoard:
    body, about = told["dashboard"], told["meta"]
    return FoundBoard(
        uid=body["uid"],
        title=body["title"],
        folder=about.get("folderUid") or "",
        body=body,
        version=int(body.get("version") or about.get("version") or 0),
        provisioned_from=(about.get("provisionedExternalId") or "a file") if about.get("provisioned") else None,
    )


async def _with_note(grafana: Grafana, board: FoundBoard, wanted: str | None) -> FoundBoard:
    """A newer Grafana brings a dashboard up to date by itself: then the note of its last change says what was written."""
    if wanted is None or digest(board.body) == wanted:
        return board
    told = await _perhaps(grafana, f"dashboards/uid/{quote(board.uid, safe='')}/versions?limit=1")
    versions: Sequence[Mapping[str, Any]] = (told.get("versions") if isinstance(told, dict) else told) or ()
    if not versions or versions[0].get("version") != board.version:
        return board
    return FoundBoard(
        board.uid,
        board.title,
        board.folder,
        board.body,
        board.version,
        board.provisioned_from,
        str(versions[0].get("message") or ""),
    )


async def _each(grafana: Grafana, paths: Sequence[str]) -> list[Any]:
    """The answers to all of them, less those that are not there."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(path: str) -> Any:
        async with turns:
            return await _perhaps(grafana, path)

    return [told for told in await asyncio.gather(*map(in_turn, paths)) if told is not None]
