"""What has to change for a Grafana to hold what it should: decided from what is wanted and what was found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aggregator.grafana.desired import SEAL, SECRET, Board, Desired, Folder, Source, digest, without_grafanas
from aggregator.grafana.found import NEWEST, Found, FoundBoard, FoundFolder, FoundSource, age
from aggregator.grafana.values import uid_of


class Verb(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


class Kind(StrEnum):
    FOLDER = "folder"
    SOURCE = "data source"
    BOARD = "dashboard"
    HOME = "home dashboard"


class Home(StrEnum):
    """Whether the fleet's dashboard becomes the one that opens first."""

    IF_NONE = "where none is chosen"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Change:
    """One request. `version` is the one that was seen, so that nobody's later change is written over."""

    verb: Verb
    kind: Kind
    uid: str
    title: str
    why: str = ""
    version: int = 0

    def __str__(self) -> str:
        return f"{self.verb}  {self.kind}  {self.title} ({self.uid})" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True)
class Refused:
    """What is not as wanted and is not ours to change, with what to do."""

    kind: Kind
    uid: str
    why: str

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}: {self.why}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes in the order in which they are made; `notes` are what is left as it is."""

    changes: tuple[Change, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()


Decided = Change | Refused | None


def planned(desired: Desired, found: Found, *, prune: bool, home: Home) -> Plan:
    """All changes: what goes makes room first, folders stand before what is in them and go after it."""
    gone = tuple(_gone(desired, found))
    decided: list[Decided] = [
        *(each for each in gone if prune and each.kind is not Kind.FOLDER),
        *(_folder(each, found.folders.get(each.uid)) for each in desired.folders),
        *(_source(each, found) for each in desired.sources),
        *(_board(each, found.boards.get(each.uid)) for each in desired.boards),
        *(each for each in gone if prune and each.kind is Kind.FOLDER),
        _home(desired.home, found, home),
    ]
    return Plan(
        tuple(each for each in decided if isinstance(each, Change)),
        tuple(each for each in decided if isinstance(each, Refused)),
        tuple(_notes(desired, found, () if prune else gone, home)),
    )


def _folder(wanted: Folder, found: FoundFolder | None) -> Decided:
    if found is None:
        return Change(Verb.CREATE, Kind.FOLDER, wanted.uid, wanted.title)
    if found.title == wanted.title:
        return None
    return Change(Verb.CHANGE, Kind.FOLDER, wanted.uid, wanted.title, f"is called {found.title!r}", found.version)


def _source(wanted: Source, found: Found) -> Decided:
    there = found.sources.get(wanted.uid)
    namesakes = [each.uid for each in found.sources.values() if each.name == wanted.name and each.uid != wanted.uid]
    if there is not None and there.is_provisioned:
        if not _differences(wanted, there, whole=False):
            return None
        return Refused(
            Kind.SOURCE, wanted.uid, "is provisioned from a file, and differs: change that file, or take it out"
        )
    if there is not None and not there.is_ours:
        return Refused(Kind.SOURCE, wanted.uid, "was not made by Crosshub: give it another uid, or delete it")
    if namesakes:
        words = f"another data source ({namesakes[0]}) is called {wanted.name!r}: rename that one"
        return Refused(Kind.SOURCE, wanted.uid, words)
    if there is None:
        return Change(Verb.CREATE, Kind.SOURCE, wanted.uid, wanted.name)
    why = ", ".join(_differences(wanted, there, whole=True))
    return Change(Verb.CHANGE, Kind.SOURCE, wanted.uid, wanted.name, why, there.version) if why else None


def _differences(wanted: Source, there: FoundSource, *, whole: bool) -> list[str]:
    """The names of what differs; never what they are. Of a file's data source, the marks of ours are not asked."""
    pairs: dict[str, tuple[object, object]] = {
        "url": (wanted.url, there.url),
        "type": ("prometheus", there.kind),
        "access": ("proxy", there.access),
    }
    if whole:
        pairs |= {"name": (wanted.name, there.name)}
        pairs |= {
            "its token" if key == SEAL else f"jsonData.{key}": (wanted.settings.get(key), there.settings.get(key))
            for key in sorted(wanted.settings.keys() | there.settings.keys())
        }
        pairs |= {"its secret header": (wanted.secret is not None, SECRET in there.named)}
    return [name for name, (one, other) in pairs.items() if one != other]


def _board(wanted: Board, found: FoundBoard | None) -> Decided:
    if found is None:
        return Change(Verb.CREATE, Kind.BOARD, wanted.uid, wanted.title)
    why = ", ".join(_changed_parts(wanted, found))
    if found.provisioned_from is not None:
        if not why:
            return None
        return Refused(
            Kind.BOARD,
            wanted.uid,
            f"is provisioned from {found.provisioned_from}, and differs: take that file out, or leave it to it",
        )
    if not found.is_ours and found.folder != wanted.folder:
        return Refused(Kind.BOARD, wanted.uid, "was not made by Crosshub: give it another uid, or delete it")
    return Change(Verb.CHANGE, Kind.BOARD, wanted.uid, wanted.title, why, found.version) if why else None


def _changed_parts(wanted: Board, found: FoundBoard) -> Iterator[str]:
    if wanted.folder != found.folder:
        yield f"is in the folder {found.folder or 'General'}"
    mark = digest(wanted.body)
    if mark == digest(found.body) or mark in found.written_for:
        return
    here, there = without_grafanas(wanted.body), without_grafanas(found.body)
    for key in sorted(here.keys() | there.keys()):
        if here.get(key) != there.get(key):
            yield _panels(here[key], there.get(key) or []) if key == "panels" else key


def _panels(here: list[Any], there: list[Any]) -> str:
    """How many differ, by their ids."""
    mine, theirs = ({each.get("id"): each for each in panels} for panels in (here, there))
    count = sum(mine.get(key) != theirs.get(key) for key in mine.keys() | theirs.keys())
    return f"{count} {'panel' if count == 1 else 'panels'}" if count else "order of panels"


def _gone(desired: Desired, found: Found) -> Iterator[Change]:
    """What carries our mark, is where ours are, and is wanted no more."""
    boards, sources, folders = (
        {each.uid for each in some} for some in (desired.boards, desired.sources, desired.folders)
    )
    for board in found.boards.values():
        if board.uid not in boards and _is_surely_ours(board):
            yield Change(Verb.DELETE, Kind.BOARD, board.uid, board.title, version=board.version)
    for source in found.sources.values():
        if source.uid not in sources and source.is_ours and not source.is_provisioned:
            yield Change(Verb.DELETE, Kind.SOURCE, source.uid, source.name, version=source.version)
    for folder in found.folders.values():
        if folder.uid not in folders and not folder.others:
            yield Change(Verb.DELETE, Kind.FOLDER, folder.uid, folder.title, version=folder.version)


def _is_surely_ours(board: FoundBoard) -> bool:
    """A copy that somebody made has our tag as well, and perhaps our folder, but a uid that Grafana drew."""
    places = (board.uid.startswith(uid_of("")), board.folder.startswith(uid_of("folder-")))
    return board.is_ours and all(places) and board.provisioned_from is None


def _home(uid: str, found: Found, home: Home) -> Decided:
    if found.home == uid or home is Home.NEVER or (home is Home.IF_NONE and found.home):
        return None
    return Change(Verb.CHANGE, Kind.HOME, uid, "Fleet", f"is {found.home}" if found.home else "none is chosen")


def _notes(desired: Desired, found: Found, gone: tuple[Change, ...], home: Home) -> Iterator[str]:
    known = age(found.version)
    if known is not None and known[0] > NEWEST:
        yield f"this Grafana is {found.version}; Crosshub was tried with 10.4 to {NEWEST}: look at what came of it"
    for change in gone:
        yield f"{change.kind} {change.title} ({change.uid}) is ours and wanted no more; --prune deletes it"
    for folder in _kept_folders(desired, found.folders):
        some = (
            "1 dashboard or library panel in it is"
            if folder.others == 1
            else (f"{folder.others} dashboards and library panels in it are")
        )
        yield f"folder {folder.title} ({folder.uid}) is wanted no more, and stays: {some} others'"
    if home is Home.IF_NONE and found.home not in ("", desired.home):
        yield f"the home dashboard stays {found.home}; --home makes it {desired.home}"


def _kept_folders(desired: Desired, found: Mapping[str, FoundFolder]) -> Iterator[FoundFolder]:
    wanted = {each.uid for each in desired.folders}
    return (each for uid, each in found.items() if uid not in wanted and each.others)
