"""Series as lines in the terminal."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import plotext
from rich.console import Console
from rich.text import Text

from aggregator.cli.found import Series, common_to, name_of, number
from aggregator.series import Steps

# More lines than these cannot be told apart.
COLOURS = ("cyan", "red", "green", "yellow", "magenta", "blue", "white", "bright_black")
_THEIR_NAMES = {"bright_black": "black+"}
# Where there are no colours.
LETTERS = "abcdefgh"
HEIGHT = 20
TICKS = 5


def print_plot(console: Console, series: Sequence[Series], steps: Steps) -> None:
    """The series that are greatest at the end, and what each line is below."""
    shown = sorted(series, key=_last, reverse=True)[: len(COLOURS)]
    figure = plotext.figure
    figure.clear()
    figure.theme("simple")
    figure.plot_size(min(console.width, 160), min(HEIGHT, max(8, console.height - len(shown) - 4)))
    for number_, one in enumerate(shown):
        for signal in _lines(figure, one, number_, steps, coloured=console.color_system is not None):
            figure.draw(signal)
    _label_times(figure, steps)
    # Its own escape codes, not markup.
    console.file.write(figure.build().string(console.color_system is None) + "\n")
    _print_legend(console, shown, len(series))


def _lines(figure: Any, one: Series, row: int, steps: Steps, *, coloured: bool) -> list[Any]:
    """One line for each stretch without gaps."""
    colour = COLOURS[row]
    pixel = plotext.pixel(_THEIR_NAMES.get(colour, colour))
    marker = plotext.marker("braille", pixel=pixel) if coloured else LETTERS[row]
    return [
        figure.signal([time for time, _ in part], [value for _, value in part], marker=marker).lines()
        for part in stretches(one, steps.step / 1000)
    ]


def stretches(one: Series, step: float) -> list[list[tuple[float, float]]]:
    """The samples that can be drawn, parted where steps are missing."""
    parts: list[list[tuple[float, float]]] = []
    for time, text in one.samples:
        value = float(text)
        if not math.isfinite(value):
            continue
        if not parts or time - parts[-1][-1][0] > 1.5 * step:
            parts.append([])
        parts[-1].append((time, value))
    return parts


def _label_times(figure: Any, steps: Steps) -> None:
    times = [(steps.start + (steps.end - steps.start) * part / (TICKS - 1)) / 1000 for part in range(TICKS)]
    form = "%H:%M" if steps.end - steps.start <= 24 * 3600 * 1000 else "%d %b %H:%M"
    ruler = figure.ruler("x")
    ruler.lim(times[0], times[-1])
    ruler.ticks(times, [f"{datetime.fromtimestamp(time).astimezone():{form}}" for time in times])


def _print_legend(console: Console, shown: Sequence[Series], total: int) -> None:
    common = common_to(shown)
    names = [name_of(tuple(pair for pair in one.labels if pair not in common)) for one in shown]
    width = min(max(map(len, names)), 60)
    for row, (name, one) in enumerate(zip(names, shown, strict=True)):
        mark = ("──", COLOURS[row]) if console.color_system else (LETTERS[row], "")
        console.print(Text.assemble(mark, f" {name:{width}}  {number(one.samples[-1][1])}"), soft_wrap=True)
    if common:
        console.print(Text(f"in all: {name_of(common)}"), style="dim", soft_wrap=True)
    if len(shown) < total:
        console.print(f"the {len(shown)} greatest of {total:,} series", style="dim")


def _last(one: Series) -> float:
    value = float(one.samples[-1][1])
    return -math.inf if math.isnan(value) else value
