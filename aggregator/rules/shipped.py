"""The rules and runbooks that come with Crosshub: in the installed package, or beside it in a checkout."""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def shipped_rules() -> tuple[Path, ...]:
    """The rule files, in the order of their names; their tests are in the folder `tests` beside them."""
    return tuple(sorted(_first(PACKAGE / "alerts", PACKAGE.parent / "alerts").glob("*.yaml")))


def shipped_runbooks() -> Path:
    """The folder of the runbooks, one page an alert: `HubDown.md`."""
    return _first(PACKAGE / "runbooks", PACKAGE.parent / "docs" / "runbooks")


@cache
def names_of_shipped_runbooks() -> frozenset[str]:
    """The alerts that have a runbook; what is installed stays as it is."""
    return frozenset(file.stem for file in shipped_runbooks().glob("*.md"))


def _first(*folders: Path) -> Path:
    return next(folder for folder in folders if folder.is_dir())
