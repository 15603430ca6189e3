"""Series as a table in the terminal: what all share above it, then a column a label, or a column for all where they are many."""

import math
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aggregator.cli.found import Series, common_to, name_of, number
from aggregator.errors import printable
from aggregator.series import NAME, Labels

MOST_COLUMNS = 5
# More than anybody scrolls through; files and pipes get everything.
MOST_ROWS = 500
BARS = "▁▂▃▄▅▆▇█"
TREND = 24
HISTOGRAM = "(histogram)"


def print_table(console: Console, series: Sequence[Series], *, over_time: bool) -> None:
    """One line a series; over time its last, least and greatest value, and its course."""
    common = common_to(series)
    shown = series[:MOST_ROWS] if console.is_terminal else series
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    columns = _columns(series, common)
    for column in columns or ["series"]:
        table.add_column(printable(column), overflow="fold")
    for title in ("last", "min", "max", "") if over_time else ("value",):
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    for one in shown:
        # As Text: nothing that comes from a cluster is markup.
        table.add_row(*map(Text, (*_named(one, columns, common), *_values(one, over_time=over_time))))
    if common:
        console.print(Text(f"in all: {name_of(common)}"), style="dim", soft_wrap=True)
    console.print(table, soft_wrap=not console.is_terminal)
    console.print(_summary(series, shown), style="dim")


def _columns(series: Sequence[Series], common: Labels) -> list[str]:
    """The labels in which the series differ, the cluster first; none where they are too many for columns."""
    names = {name for one in series for name, _ in one.labels} - {name for name, _ in common}
    if not names or len(names) > MOST_COLUMNS:
        return []
    return sorted(names, key=lambda name: (name != NAME, name != "cluster", name))


def _named(one: Series, columns: Sequence[str], common: Labels) -> list[str]:
    if not columns:
        return [name_of(tuple(pair for pair in one.labels if pair not in common))]
    labels = dict(one.labels)
    return [printable(labels.get(column, "")) for column in columns]


def _values(one: Series, *, over_time: bool) -> list[str]:
    if not one.samples:
        return [HISTOGRAM, "", "", ""] if over_time else [HISTOGRAM]
    if not over_time:
        return [number(one.samples[0][1]) if len(one.samples) == 1 else f"{len(one.samples)} samples"]
    values = [float(text) for _, text in one.samples]
    numbers = [value for value in values if not math.isnan(value)] or [math.nan]
    return [number(str(value)) for value in (values[-1], min(numbers), max(numbers))] + [trend(one)]


def trend(one: Series) -> str:
    """The course of a series in a few blocks, from its least to its greatest value."""
    values = [float(text) for _, text in one.samples]
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    low, high = min(finite), max(finite)
    size = max(1, -(-len(values) // TREND))
    chunks = [values[start : start + size] for start in range(0, len(values), size)]
    return "".join(_bar([v for v in chunk if math.isfinite(v)], low, high) for chunk in chunks)


def _bar(values: Sequence[float], low: float, high: float) -> str:
    if not values:
        return " "
    share = (max(values) - low) / (high - low) if high > low else 0.0
    return BARS[round(share * (len(BARS) - 1))]


def _summary(series: Sequence[Series], shown: Sequence[Series]) -> Text:
    times = [time for one in series for time in (*(time for time, _ in one.samples), *one.histograms)]
    moments = sorted({min(times), max(times)})
    when = " to ".join(f"{datetime.fromtimestamp(moment).astimezone():%Y-%m-%d %H:%M:%S}" for moment in moments)
    text = f"{len(series):,} series, {when}"
    if len(shown) < len(series):
        text += f"; the first {len(shown):,} are shown, --format csv has them all"
    return Text(text)
