"""Dashboards, rows and panels as values. What is drawn of them is in `drawing.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

Limits = tuple[tuple[float | None, str], ...]
"""From which value on something has which colour; the first has no value."""

Names = tuple[tuple[str, str, str], ...]
"""A value, the words that are shown in its place, and their colour."""


class Look(StrEnum):
    """What a panel is drawn as."""

    LINES = "lines"
    STACK = "areas on top of each other"
    BARS = "bars on top of each other"
    NUMBER = "a number"
    RANKS = "bars beside their names"
    STATES = "states over time"
    HEAT = "a heat map"
    TABLE = "a table"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, and how a series is called. `now`: only at the end of the time range."""

    expr: str
    legend: str = ""
    now: bool = False
    is_heat: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: a label of the series, or the value that a query gives.

    `link` goes to another dashboard, with the row's cluster and hub; `opens` is the title of another column that holds an
    address. A `hidden` column is there for such a link alone. `wraps`: a cell is as high as its text needs. `rises`: where
    rows are sorted by it, the smallest is first.
    """

    title: str
    label: str = ""
    expr: str = ""
    unit: str = ""
    decimals: int | None = None
    limits: Limits = ()
    names: Names = ()
    link: str = ""
    opens: str = ""
    hidden: bool = False
    width: int | None = None
    bar: bool = False
    wraps: bool = False
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel. `about` is read by whoever wonders what it shows. `step`: no point covers less time than this;
    `back`: how far it looks back, where that is not what the dashboard does.

    `columns` are those of a table; `sorted_by` are the titles of some, that which matters most first; `order` is an
    expression of their rows instead, the largest first, which is not shown.
    `link` is another dashboard that tells more. `names_people`: it shows whose servers are whose.
    """

    title: str
    about: str
    unit: str
    look: Look
    queries: tuple[Query, ...] = ()
    columns: tuple[Column, ...] = ()
    width: int = 8
    height: int = 8
    decimals: int | None = None
    lowest: float | None = None
    highest: float | None = None
    limits: Limits = ()
    names: Names = ()
    step: str = ""
    back: str = ""
    nothing: str = ""
    sorted_by: tuple[str, ...] = ()
    order: str = ""
    link: str = ""
    names_people: bool = False

    def asked(self) -> tuple[Query, ...]:
        """All that it asks."""
        exprs = (*(each.expr for each in self.columns), self.order)
        return self.queries or tuple(Query(expr, now=True) for expr in exprs if expr)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a title, from left to right and down."""

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of a dashboard: the values of a label, `All` among them.

    `everything` is what `All` asks for, where that is more than every value there is.
    """

    name: str
    title: str
    about: str
    metric: str
    label: str
    everything: str = ""

    @property
    def query(self) -> str:
        return f"label_values({self.metric}, {self.label})"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Stretches of time that are marked in every panel."""

    title: str
    expr: str
    colour: str
    words: str
    details: str
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard. `name` makes its uid and the name of its file; `back` is the time range it opens with."""

    name: str
    title: str
    about: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    back: str = "6h"
    refresh: str = "1m"

    @property
    def uid(self) -> str:
        return uid_of(self.name)

    def panels(self) -> Iterator[Panel]:
        """All of them, row by row."""
        return (panel for row in self.rows for panel in row.panels)


def uid_of(name: str) -> str:
    """The uid of the dashboard, or folder, of a name: the same in every Grafana, whoever renders it."""
    return f"crosshub-{name}"
