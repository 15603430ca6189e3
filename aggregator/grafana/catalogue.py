"""All dashboards there are."""

from collections.abc import Iterator
from dataclasses import replace

from aggregator.grafana.access import ACCESS
from aggregator.grafana.capacity import CAPACITY
from aggregator.grafana.crosshub import CROSSHUB
from aggregator.grafana.fleet import FLEET
from aggregator.grafana.hub import HUB
from aggregator.grafana.on_call import ON_CALL
from aggregator.grafana.people import PEOPLE
from aggregator.grafana.usage import USAGE
from aggregator.grafana.values import Dashboard, Row

HOME = FLEET
"""The one to open first."""

ALL = (FLEET, ON_CALL, HUB, USAGE, CAPACITY, ACCESS, PEOPLE, CROSSHUB)


def dashboards(*, with_people: bool) -> tuple[Dashboard, ...]:
    """All of them; without people, those panels are left out that show whose servers are whose."""
    return ALL if with_people else tuple(kept for each in ALL if (kept := _without_people(each)).rows)


def _without_people(board: Dashboard) -> Dashboard:
    rows = (replace(row, panels=tuple(panel for panel in row.panels if not panel.names_people)) for row in board.rows)
    return replace(board, rows=tuple(_inhabited(rows)))


def _inhabited(rows: Iterator[Row]) -> Iterator[Row]:
    return (row for row in rows if row.panels)
