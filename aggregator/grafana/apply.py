"""A Grafana brought to what it should hold: look, decide, write, and look once more where somebody else wrote too."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aggregator.errors import printable
from aggregator.grafana.desired import SECRET, Board, Desired, Source, digest
from aggregator.grafana.found import Found, found
from aggregator.grafana.plan import Change, Home, Kind, Plan, Refused, Verb, planned
from aggregator.grafana.speaking import MISSING, Grafana, Told, Trouble

_LOOKS = 3
# No answer at all, and a token that is none.
_HOPELESS = frozenset({None, 401})


@dataclass(frozen=True, slots=True)
class Options:
    """`prune`: what is ours and wanted no more goes."""

    prune: bool = False
    home: Home = Home.IF_NONE


@dataclass(frozen=True, slots=True)
class Failed:
    """A change that Grafana did not take."""

    change: Change
    trouble: Trouble

    def __str__(self) -> str:
        words = f"{self.change.kind} {self.change.title} ({self.change.uid}): {self.trouble.words}"
        if not self.trouble.is_conflict:
            return words
        return (
            f"{words}. Somebody writes at the same time, or something else has its name in that place: "
            "look there, and apply again"
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `health` is what Grafana says of each data source that is ours, by uid."""

    done: tuple[Change, ...] = ()
    failed: tuple[Failed, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    health: tuple[tuple[str, Told | Trouble], ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the Grafana holds all that it should."""
        return not self.failed and not self.refused


async def plan_for(grafana: Grafana, desired: Desired, options: Options) -> Plan | Trouble:
    """What would be changed; nothing is."""
    there = await found(grafana, desired)
    return there if isinstance(there, Trouble) else planned(desired, there, prune=options.prune, home=options.home)


async def applied(
    grafana: Grafana, desired: Desired, options: Options, told: Callable[[Change], None]
) -> Outcome | Trouble:
    """Makes all changes. Where another one was quicker, looks and decides again; `told` hears of each that is done."""
    done: list[Change] = []
    for _ in range(_LOOKS):
        there = await found(grafana, desired)
        if isinstance(there, Trouble):
            return there
        plan = planned(desired, there, prune=options.prune, home=options.home)
        failed = []
        async for change, answer in _made(grafana, desired, there, plan):
            if isinstance(answer, Trouble):
                failed.append(Failed(change, answer))
                continue
            done.append(change)
            told(change)
        if not any(each.trouble.is_conflict for each in failed):
            break
    return Outcome(tuple(done), tuple(failed), plan.refused, plan.notes, await _health(grafana, desired))


async def _made(
    grafana: Grafana, desired: Desired, there: Found, plan: Plan
) -> AsyncIterator[tuple[Change, Told | Trouble]]:
    """Each change with its answer; none after one that no later one could do better than."""
    for change in plan.changes:
        answer = await _ACT[change.kind, change.verb](grafana, desired, there, change)
        yield change, answer
        if isinstance(answer, Trouble) and answer.status in _HOPELESS:
            return


async def _health(grafana: Grafana, desired: Desired) -> tuple[tuple[str, Told | Trouble], ...]:
    return tuple(
        [(each.uid, await grafana.get(f"datasources/uid/{quote(each.uid)}/health")) for each in desired.sources]
    )


def health_in_words(answer: Told | Trouble) -> tuple[bool, str]:
    """Whether a data source works, and what Grafana says about it."""
    if isinstance(answer, Trouble):
        return False, answer.words
    told = answer.body if isinstance(answer.body, dict) else {}
    return told.get("status") == "OK", printable(str(told.get("message", "")))


async def _create_folder(grafana: Grafana, _: Desired, _there: Found, change: Change) -> Told | Trouble:
    return await grafana.post("folders", {"uid": change.uid, "title": change.title})


async def _change_folder(grafana: Grafana, _: Desired, _there: Found, change: Change) -> Told | Trouble:
    # Newer Grafanas tell no version of a folder.
    body = {"title": change.title, "version": change.version, "overwrite": not change.version}
    return await grafana.put(f"folders/{quote(change.uid)}", body)


async def _create_source(grafana: Grafana, desired: Desired, there: Found, change: Change) -> Told | Trouble:
    # The choice of a default is the operator's, where there is one.
    is_default = change.uid == desired.sources[0].uid and not any(each.is_default for each in there.sources.values())
    return await grafana.post("datasources", _source_body(_source(desired, change), is_default=is_default))


async def _change_source(grafana: Grafana, desired: Desired, there: Found, change: Change) -> Told | Trouble:
    body = _source_body(_source(desired, change), is_default=there.sources[change.uid].is_default)
    return await grafana.put(f"datasources/uid/{quote(change.uid)}", {**body, "version": change.version})


async def _write_board(grafana: Grafana, desired: Desired, _: Found, change: Change) -> Told | Trouble:
    board = next(each for each in desired.boards if each.uid == change.uid)
    return await grafana.post("dashboards/db", _board_body(board, change.version))


async def _choose_home(grafana: Grafana, _: Desired, _there: Found, change: Change) -> Told | Trouble:
    return await grafana.patch("org/preferences", {"homeDashboardUID": change.uid})


def _deleting(path: str) -> "Act":
    async def delete(grafana: Grafana, _: Desired, _there: Found, change: Change) -> Told | Trouble:
        answer = await grafana.delete(path.format(quote(change.uid)))
        # It is gone, whoever did it.
        return Told(None) if isinstance(answer, Trouble) and answer.status == MISSING else answer

    return delete


def _source(desired: Desired, change: Change) -> Source:
    return next(each for each in desired.sources if each.uid == change.uid)


def _source_body(source: Source, *, is_default: bool) -> dict[str, Any]:
    return {
        "uid": source.uid,
        "name": source.name,
        "type": "prometheus",
        "access": "proxy",
        "url": source.url,
        "isDefault": is_default,
        "jsonData": dict(source.settings),
        # A secret that is not named stays; an empty one is none.
        "secureJsonData": {SECRET: source.secret or ""},
    }


def _board_body(board: Board, version: int) -> dict[str, Any]:
    return {
        "dashboard": {**board.body, "id": None, "version": version},
        "folderUid": board.folder,
        "message": f"crosshub {digest(board.body)}",
        "overwrite": False,
    }


Act = Callable[[Grafana, Desired, Found, Change], Awaitable[Told | Trouble]]

_ACT: Mapping[tuple[Kind, Verb], Act] = {
    (Kind.FOLDER, Verb.CREATE): _create_folder,
    (Kind.FOLDER, Verb.CHANGE): _change_folder,
    (Kind.FOLDER, Verb.DELETE): _deleting("folders/{}"),
    (Kind.SOURCE, Verb.CREATE): _create_source,
    (Kind.SOURCE, Verb.CHANGE): _change_source,
    (Kind.SOURCE, Verb.DELETE): _deleting("datasources/uid/{}"),
    (Kind.BOARD, Verb.CREATE): _write_board,
    (Kind.BOARD, Verb.CHANGE): _write_board,
    (Kind.BOARD, Verb.DELETE): _deleting("dashboards/uid/{}"),
    (Kind.HOME, Verb.CHANGE): _choose_home,
}
