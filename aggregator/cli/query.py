"""`crosshub query`: an expression, answered by all clusters."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.chosen import chosen_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.cli.found import Series
    from aggregator.query.request import Answer, Request


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def query(
    context: typer.Context,
    expression: Annotated[str, typer.Argument(metavar="EXPR", help="PromQL.")],
    *,
    time: Annotated[str | None, typer.Option(metavar="WHEN", help="2026-11-22T14:00:00Z or seconds; else now.")] = None,
    range_: Annotated[str | None, typer.Option("--range", metavar="SPAN", help="Over so long until then: 6h.")] = None,
    step: Annotated[str | None, typer.Option(metavar="SPAN", help="With --range, how far apart: 1m.")] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.TABLE,
    plot: Annotated[bool, typer.Option("--plot", help="With --range, draw lines.")] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most so many series.")] = 0,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when any cluster does.")] = False,
) -> None:
    """Ask all clusters at once, as if they were one Prometheus."""
    config = chosen_config(context)

    from aggregator.cli.ask import answer_to
    from aggregator.cli.when import steps_of
    from aggregator.query.request import Request

    if plot and range_ is None:
        raise typer.BadParameter("lines need a --range", param_hint="--plot")
    partial = config.query.partial_response and not strict
    request = Request(expression, steps_of(time, range_, step), partial=partial, limit=limit)
    answer = answer_to(config, request)
    for warning in answer.warnings:
        typer.echo(f"warning: {warning}", err=True)
    for info in answer.infos:
        typer.echo(f"info: {info}", err=True)
    _print(answer, request, form, plot=plot)


def _print(answer: "Answer", request: "Request", form: Format, *, plot: bool) -> None:
    from aggregator.cli.found import series_in
    from aggregator.cli.written import print_csv, print_json

    if form is Format.JSON:
        print_json(answer)
    elif form is Format.CSV:
        series = series_in(answer)
        _tell_left_out(series)
        print_csv(series)
    else:
        _show(answer, series_in(answer), request, plot=plot)


def _tell_left_out(series: "Sequence[Series]") -> None:
    histograms = sum(bool(one.histograms) for one in series)
    if histograms:
        typer.echo(f"native histograms, of {histograms:,} series, are left out; --format json has them", err=True)


def _show(answer: "Answer", series: "tuple[Series, ...]", request: "Request", *, plot: bool) -> None:
    from rich.console import Console

    from aggregator.cli.found import number
    from aggregator.cli.tables import print_table

    console = Console(highlight=False)
    if not series:
        typer.echo("no series", err=True)
    elif answer.result_type in ("scalar", "string"):
        typer.echo(number(series[0].samples[0][1]))
    elif plot:
        _tell_left_out(series)
        drawn = [one for one in series if one.samples]
        if drawn:
            from aggregator.cli.plot import print_plot

            print_plot(console, drawn, request.steps)
    else:
        print_table(console, series, over_time=not request.steps.is_instant)
