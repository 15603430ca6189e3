"""`crosshub rollup`: what is kept for years, computed, looked at and written out."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config

rollup = typer.Typer(no_args_is_help=True, help="What is kept for years: computed, looked at, exported.")

Hubs = Annotated[
    list[str] | None, typer.Option("--hub", metavar="CLUSTER/HUB", help="Only this hub; may be given several times.")
]


class Format(StrEnum):
    """How an export is written."""

    CSV = "csv"
    PARQUET = "parquet"


class Length(StrEnum):
    """How long a bucket is."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1mo"


@rollup.command()
def backfill(
    context: typer.Context,
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day: 2026-10-30.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")],
    hub: Hubs = None,
    again: Annotated[bool, typer.Option("--again", help="Also what is there and whole.")] = False,
) -> None:
    """Compute what is missing of some days, as far as the clusters still know them.

    Each hub's days are those of its own time zone. It may be interrupted, and goes on when it is run again.
    """
    config = chosen_config(context)

    from aggregator.cli.backfilling import fill
    from aggregator.cli.days import days_from
    from aggregator.cli.hubs import chosen_hubs
    from aggregator.rollups.backfill import today_anywhere, window_of
    from aggregator.rollups.catalogue import About
    from aggregator.rollups.subjects import subjects
    from aggregator.store.instants import utc_now

    days = days_from(first, last, today_anywhere(utc_now()))
    hubs = chosen_hubs((each for each in subjects(config) if each.about is About.HUB), hub or [])
    if not hubs:
        typer.echo("No cluster of the configuration has hubs; write them under `hubs`.", err=True)
        raise typer.Exit(1)
    code = fill(config, window_of(days, hubs, again=again), days, hubs)
    if code:
        raise typer.Exit(code)


@rollup.command()
def status(
    context: typer.Context,
    *,
    hub: Hubs = None,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days, up to today.")] = 14,
) -> None:
    """Tell what there is of each hub: how much of each day was seen, its people, and which numbers are lacking."""
    config = chosen_config(context)

    from aggregator.cli.standing import show_standing

    show_standing(config, hub or [], days)


@rollup.command(name="list")
def list_() -> None:
    """List what is kept: each number's unit, how days become weeks and months, and who tells it."""
    from aggregator.cli.catalogue import show_catalogue

    show_catalogue()


@rollup.command()
def export(
    context: typer.Context,
    *,
    form: Annotated[Format, typer.Option("--format", help="What is written.")] = Format.CSV,
    resolution: Annotated[Length, typer.Option(help="How long each row's stretch of time is.")] = Length.DAY,
    measure: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this number; may be given several times.")
    ] = None,
    hub: Hubs = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day; else the first kept.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day; else the last kept.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; a CSV goes to the standard output by default.")
    ] = None,
) -> None:
    """Write one row for each hub and stretch of time, with a column for each number; empty where it is not known."""
    config = chosen_config(context)

    from aggregator.cli.exporting import read_choice, write_csv, write_parquet

    choice = read_choice(resolution, measure or [], hub or [], first, last)
    if form is Format.CSV:
        write_csv(config, choice, output)
    elif output is None:
        raise typer.BadParameter("a Parquet file needs a name; say where to", param_hint="--output")
    else:
        write_parquet(config, choice, output)
