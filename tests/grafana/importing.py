"""The dashboards that are imported in tests. `python -m tests.grafana.importing` writes what comes of them, to be read."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from aggregator.cli.main import cli

HERE = Path(__file__).parent / "imports"
NAMES = sorted(each.name for each in HERE.iterdir() if (each / "before.json").exists())


def import_of(file: Path, *options: str) -> Result:
    """What the command does with a file."""
    return CliRunner().invoke(cli, ["grafana", "import", str(file), *options])


def read(name: str, which: str) -> Any:
    return json.loads((HERE / name / f"{which}.json").read_text())


def queries(told: Any) -> Iterator[dict[str, Any]]:
    """All parts of a dashboard that hold an expression, in their order."""
    if isinstance(told, dict):
        if isinstance(told.get("expr"), str):
            yield told
        for each in told.values():
            yield from queries(each)
    elif isinstance(told, list):
        for each in told:
            yield from queries(each)


def variables(name: str) -> dict[str, str]:
    """What the variables of a dashboard stand for before it is imported."""
    told = read(name, "before")
    board = told.get("dashboard", told)
    currents = {each["name"]: (each.get("current") or {}).get("value") for each in board["templating"]["list"]}
    return {name: value for name, value in currents.items() if isinstance(value, str) and not value.startswith("$")}


if __name__ == "__main__":
    for name in NAMES:
        result = import_of(HERE / name / "before.json", "--output", str(HERE / name / "after.json"), "--force")
        (HERE / name / "report.txt").write_text(result.stderr)
        sys.stdout.write(f"{name}: {result.exit_code}\n")
