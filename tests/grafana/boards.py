"""The dashboards as they are committed, read back: what their panels, choices and marks ask."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.grafana.chosen import TIMES, substituted

RENDERED = Path(__file__).parents[2] / "dashboards" / "grafana"
FILES = tuple(sorted(RENDERED.glob("dashboards/*/*.json")))
NAMES = tuple(file.stem for file in FILES)


@dataclass(frozen=True, slots=True)
class Asked:
    """One expression: where it stands, and whether it is asked for the end of the time range alone."""

    board: str
    title: str
    expr: str
    legend: str = ""
    now: bool = False
    step: str = ""

    def __str__(self) -> str:
        return f"{self.board}: {self.title}: {self.expr}"


@cache
def board(name: str) -> dict[str, Any]:
    """One dashboard's JSON."""
    told: dict[str, Any] = json.loads(FILES[NAMES.index(name)].read_text())
    return told


def panels(name: str) -> Iterator[dict[str, Any]]:
    """All panels that show something, those in collapsed rows among them."""
    for panel in board(name)["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def tables(name: str) -> tuple[dict[str, Any], ...]:
    """Those of the panels that are tables."""
    return tuple(panel for panel in panels(name) if panel["type"] == "table")


def columns(table: dict[str, Any]) -> dict[str, str]:
    """The title of each column that a table shows, by the label, or the value of a query, that it is made of; in order."""
    laid_out = table["transformations"][-1]["options"]
    titles: dict[str, str] = laid_out["renameByName"]
    return dict(sorted(titles.items(), key=lambda each: laid_out["indexByName"][each[0]]))


def properties(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is said of each column of a table, by its title."""
    overrides = table["fieldConfig"]["overrides"]
    return {each["matcher"]["options"]: {one["id"]: one["value"] for one in each["properties"]} for each in overrides}


def in_panels(name: str) -> tuple[Asked, ...]:
    """What the panels of a dashboard ask."""
    return tuple(
        Asked(
            name, panel["title"], each["expr"], each.get("legendFormat", ""), each["instant"], panel.get("interval", "")
        )
        for panel in panels(name)
        for each in panel["targets"]
    )


def in_marks(name: str) -> tuple[Asked, ...]:
    """What is asked for what is marked in the panels."""
    marks = board(name)["annotations"]["list"]
    return tuple(Asked(name, mark["name"], mark["expr"]) for mark in marks if "expr" in mark)


def every_expression() -> tuple[Asked, ...]:
    """All of all dashboards, but for those of variables."""
    return tuple(each for name in NAMES for each in (*in_panels(name), *in_marks(name)))


def choices(name: str) -> dict[str, str]:
    """The query of each variable that has one."""
    variables = board(name)["templating"]["list"]
    return {each["name"]: each["query"]["query"] for each in variables if each["type"] == "query"}


CLUSTERS, HUBS, RATE = "any cluster", "any hub", "4242s"


def marked(expr: str) -> str:
    """The expression with words for what is chosen, by which its parts can be told."""
    words = {"cluster": CLUSTERS, "hub": HUBS, "community": "any community", "user": "any user", "group": "any group"}
    return substituted(expr, {name: (word,) for name, word in words.items()}, {**TIMES, "__rate_interval": RATE})
