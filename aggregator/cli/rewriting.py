"""`crosshub grafana import`: a file that holds a dashboard, read, rewritten and written."""

import json
from pathlib import Path
from typing import Any

import typer

from aggregator.cli.files import write_new
from aggregator.errors import BadConfig, printable
from aggregator.grafana.imported import Imported, Kind, Said
from aggregator.grafana.imported import imported as made_of

LARGEST = 32 << 20
ALL_WELL, TO_LOOK_AT = 0, 3
_CLASSIC = ("panels", "rows", "templating")


def imported(file: Path, output: Path | None, *, force: bool) -> int:
    """Writes the rewritten dashboard, or prints it; tells what was changed, and gives how the command ends."""
    whole = _read(file)
    key = _place(whole, file)
    made = _made(whole if key is None else whole[key], file)
    told = made.board if key is None else {**whole, key: made.board}
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_new(output, text, force=force)
    for line in made.said:
        typer.echo(printable(str(line)), err=True)
    typer.echo(_counted(made.said), err=True)
    return TO_LOOK_AT if any(each.kind is Kind.LOOK for each in made.said) else ALL_WELL


def _made(board: dict[str, Any], file: Path) -> Imported:
    try:
        return made_of(board)
    except (AttributeError, KeyError, TypeError, ValueError):
        # What Grafana writes has too many forms to list; whatever is none of them ends here.
        words = "is a dashboard, but a part of it is in no form that Grafana writes: was it edited by hand?"
        raise BadConfig(f"{file}: {words}") from None


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadConfig(f"{file}: {error.strerror or 'cannot be read'}") from None
    if len(content) > LARGEST:
        raise BadConfig(f"{file}: larger than 32 MiB; that is no dashboard")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise BadConfig(f"{file}: is no JSON") from None
    if not isinstance(told, dict):
        raise BadConfig(f"{file}: is JSON, but no dashboard")
    return told


def _place(told: dict[str, Any], file: Path) -> str | None:
    """Under which key the dashboard is: exports have it at the top, the API below one."""
    for key in (None, "dashboard", "spec"):
        inside = told if key is None else told.get(key)
        if isinstance(inside, dict) and "elements" in inside:
            words = "is in the new form (schema v2); export it as classic JSON, which every Grafana offers"
            raise BadConfig(f"{file}: {words}")
        if isinstance(inside, dict) and any(isinstance(inside.get(part), list | dict) for part in _CLASSIC):
            return key
    raise BadConfig(f"{file}: is JSON, but no dashboard: neither panels nor rows are in it")


def _counted(said: tuple[Said, ...]) -> str:
    counts = {kind: sum(each.kind is kind for each in said) for kind in Kind}
    if not counts[Kind.CHANGED]:
        return f"nothing to change; {counts[Kind.LOOK]} to look at"
    return f"{counts[Kind.CHANGED]} changed, {counts[Kind.LOOK]} to look at by hand, {counts[Kind.LEFT]} left alone"
