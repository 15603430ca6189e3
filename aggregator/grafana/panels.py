"""The two kinds of panels that most are: something over time, and a number of now."""

from typing import Any

from aggregator.grafana.asking import PLAIN, promql
from aggregator.grafana.values import Look, Panel, Query

QUARTER = "15m"
"""The step of bars that count, so that each counts anew: how far one looks back is a step and a scrape, at least."""


def over_time(
    title: str,
    about: str,
    unit: str,
    *queries: tuple[str, str],
    look: Look = Look.LINES,
    lowest: float | None = 0.0,
    **more: Any,
) -> Panel:
    """A panel of expressions, each with what its series are called; `more` are fields of the panel."""
    asked = tuple(Query(promql(expr), legend) for expr, legend in queries)
    return Panel(title, about, unit, look, asked, lowest=lowest, **more)


def number(title: str, about: str, expr: str, unit: str = "short", **more: Any) -> Panel:
    """A panel that says what an expression gives now; one number a series, if it gives several, each with its `legend`."""
    query = Query(promql(expr), more.pop("legend", title), now=True)
    fields: dict[str, Any] = {"width": 4, "height": 4, "limits": PLAIN} | more
    return Panel(title, about, unit, Look.NUMBER, (query,), **fields)
